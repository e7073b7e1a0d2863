"""Rules by which others call something a cluster: their criteria, numbers, sources and doubts.

What belongs here: the rules as data, in three languages. What does not: how a criterion is tested
on cells (`geo.classification.tables.official_profiles`). None of these rules takes part in our
verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PROFILES", "Criterion", "Profile"]


class Criterion(NamedTuple):
    """One condition of a rule."""

    code: str
    """Name of its number in the results."""
    rule: Text
    """What it asks."""
    number: float | None
    """The number it asks for; None where it is in words, or where our data cannot test it."""
    sense: Literal["at least", "above", "at most"] = "above"
    """How a cell's number compares with it where the criterion is met."""


class Profile(NamedTuple):
    """One rule of others."""

    name: Text
    source: str
    doubt: Text
    """Where its exact numbers are uncertain, or how our reading of it differs."""
    criteria: Sequence[Criterion]
    fewest: int | None = None
    """How many criteria have to be met; None is all."""


PROFILES: Mapping[str, Profile] = {
    "european_stars": Profile(
        name=Text("European cluster stars", "歐洲集群星級", "欧洲集群星级"),
        source=(
            "European Cluster Observatory, Evaluation of regional cluster strength "
            "(clusterobservatory.eu, 2007-2011): one star for each of size, specialisation, focus"
        ),
        doubt=Text(
            "The numbers are those of the first Observatory. Later panoramas (from 2014) put "
            "productivity in place of focus and changed the shares, which we could not verify. "
            "The Observatory compares cells of all Europe and left out very small ones; here "
            "they are those of the dataset, none left out.",
            "數字取自第一期觀測站。後期報告（2014 年起）以生產率取代專注度並改動了比例，"
            "未能核實。觀測站與全歐單元比較並略去很小的單元；此處與本資料集的單元比較，不作省略。",
            "数字取自第一期观测站。后期报告（2014 年起）以生产率取代专注度并改动了比例，"
            "未能核实。观测站与全欧单元比较并略去很小的单元；此处与本数据集的单元比较，不作省略。",
        ),
        criteria=(
            Criterion(
                "size_rank",
                Text(
                    "by jobs among the largest 10 % of the regions with the industry",
                    "就業人數居有該行業各區域的前 10 %",
                    "就业人数居有该行业各区域的前 10 %",
                ),
                0.1,
                "at most",
            ),
            Criterion(
                "location_quotient_employment",
                Text(
                    "location quotient by jobs of at least 2",
                    "就業區位商不低於 2",
                    "就业区位商不低于 2",
                ),
                2.0,
                "at least",
            ),
            Criterion(
                "focus_rank",
                Text(
                    "by its share of the region's jobs among the first 10 % of all cells",
                    "占區域就業的比例居全部單元的前 10 %",
                    "占区域就业的比例居全部单元的前 10 %",
                ),
                0.1,
                "at most",
            ),
        ),
        fewest=1,
    ),
    "us_strong_cluster": Profile(
        name=Text("US strong cluster", "美國強集群", "美国强集群"),
        source=(
            "U.S. Cluster Mapping Project, Harvard Business School (clustermapping.us); Delgado, "
            "Porter & Stern (2016), Defining clusters of related industries, Journal of Economic "
            "Geography 16(1), 1-38"
        ),
        doubt=Text(
            "The top quarter by specialisation is certain; the floors for size and for the "
            "quotient are from memory of the project's pages and may differ. The project "
            "classifies groups of related industries and leaves out industries that serve local "
            "markets; here every industry is judged alone.",
            "專業化程度居前四分之一是確定的；規模與區位商的下限未能核對原文，可能有出入。"
            "該項目以相關行業組為單位並排除本地服務行業；此處逐行業判斷。",
            "专业化程度居前四分之一是确定的；规模与区位商的下限未能核对原文，可能有出入。"
            "该项目以相关行业组为单位并排除本地服务行业；此处逐行业判断。",
        ),
        criteria=(
            Criterion(
                "quotient_rank",
                Text(
                    "by location quotient of jobs among the first 25 % of all regions",
                    "就業區位商居全部區域的前 25 %",
                    "就业区位商居全部区域的前 25 %",
                ),
                0.25,
                "at most",
            ),
            Criterion(
                "location_quotient_employment",
                Text("location quotient by jobs above 1", "就業區位商高於 1", "就业区位商高于 1"),
                1.0,
            ),
            Criterion(
                "size_rank",
                Text(
                    "by jobs not among the smallest 25 % of the regions with the industry",
                    "就業人數不在有該行業各區域的末 25 %",
                    "就业人数不在有该行业各区域的末 25 %",
                ),
                0.75,
                "at most",
            ),
            Criterion(
                "establishments_rank",
                Text(
                    "by establishments not among the smallest 25 % of them",
                    "企業數不在末 25 %",
                    "企业数不在末 25 %",
                ),
                0.75,
                "at most",
            ),
        ),
    ),
    "italian_district": Profile(
        name=Text("Italian industrial district", "意大利產業區", "意大利产业区"),
        source=(
            "Istat (2015), I distretti industriali 2011, 9° Censimento dell'industria e dei "
            "servizi; Sforzi (1990, 2009); Istat (2006), Distretti industriali e sistemi locali "
            "del lavoro 2001"
        ),
        doubt=Text(
            "Istat judges labour-market areas; here they are the regions of the dataset. The "
            "fourth criterion follows descriptions of the procedure, not its text, and the "
            "procedure of 2011 compares small and medium sizes apart. Manufacturing is known "
            "where industry codes carry the section letter C (ISIC, NACE, GB/T 4754).",
            "統計局以勞動力市場區為單位，此處為資料集的區域。第四條據轉述而非原文，"
            "2011 年程序將小型與中型分開比較。僅當行業代碼帶有門類字母 C"
            "（ISIC、NACE、GB/T 4754）時可知何為製造業。",
            "统计局以劳动力市场区为单位，此处为数据集的区域。第四条据转述而非原文，"
            "2011 年程序将小型与中型分开比较。仅当行业代码带有门类字母 C"
            "（ISIC、NACE、GB/T 4754）时可知何为制造业。",
        ),
        criteria=(
            Criterion(
                "manufacturing_quotient",
                Text(
                    "manufacturing has a larger share of the region's jobs than of all",
                    "製造業占區域就業的比例高於總體",
                    "制造业占区域就业的比例高于总体",
                ),
                1.0,
            ),
            Criterion(
                "small_plant_quotient",
                Text(
                    "plants below 250 jobs have a larger share of its manufacturing jobs than "
                    "of all",
                    "250 人以下企業占其製造業就業的比例高於總體",
                    "250 人以下企业占其制造业就业的比例高于总体",
                ),
                1.0,
            ),
            Criterion(
                "main_industry",
                Text(
                    "the industry is the largest by jobs of those manufacturing industries that "
                    "the region is specialised in",
                    "該行業是區域專業化的製造行業中就業最多者",
                    "该行业是区域专业化的制造行业中就业最多者",
                ),
                1.0,
                "at least",
            ),
            Criterion(
                "small_plant_share",
                Text(
                    "plants below 250 jobs have more than half of the industry's jobs here",
                    "250 人以下企業占該行業本地就業的一半以上",
                    "250 人以下企业占该行业本地就业的一半以上",
                ),
                0.5,
            ),
        ),
    ),
    "uk_innovation_cluster": Profile(
        name=Text(
            "United Kingdom's innovation clusters (2024)",
            "英國創新集群（2024）",
            "英国创新集群（2024）",
        ),
        source=(
            "Department for Science, Innovation and Technology, Innovation Clusters Map "
            "(innovationclusters.dsit.gov.uk/about, 2024; summary and methods, gov.uk, 2025)"
        ),
        doubt=Text(
            "The map lets clusters emerge from addresses of firms that do research; here the cells "
            "of the dataset are judged. It calls them diverse (together), specialised (and in one "
            "sector) or R&D collaborating (and in joint projects with public money). What counts "
            "as specialised or as solid evidence of collaboration is not public as a number: read "
            "here as a quotient above 1 and one local tie of research, standards or talent. Which "
            "firms do research the dataset does not say, so that the rule can be missed here, but "
            "never met.",
            "該圖依從事研發之企業的地址自然成群，此處則判斷資料集的單元。分為多樣（同聚一地）、"
            "專業化（且屬同一行業）與研發協作（且有公共資助的合作項目）。何謂專業化、何謂確證的協作，"
            "並無公開數字：此處讀作區位商高於 1、至少一筆本地的研發、標準或人才關聯。"
            "資料集不說明哪些企業從事研發，故此處可判為不符，不可判為符合。",
            "该图依从事研发之企业的地址自然成群，此处则判断数据集的单元。分为多样（同聚一地）、"
            "专业化（且属同一行业）与研发协作（且有公共资助的合作项目）。何谓专业化、何谓确证的协作，"
            "并无公开数字：此处读作区位商高于 1、至少一笔本地的研发、标准或人才关联。"
            "数据集不说明哪些企业从事研发，故此处可判为不符，不可判为符合。",
        ),
        criteria=(
            Criterion(
                "research_active",
                Text(
                    "its firms do research, development or innovation",
                    "企業從事研究、開發或創新",
                    "企业从事研究、开发或创新",
                ),
                None,
            ),
            Criterion(
                "establishments",
                Text("at least ten firms together", "至少十家企業同聚一地", "至少十家企业同聚一地"),
                10.0,
                "at least",
            ),
            Criterion(
                "location_quotient",
                Text(
                    "specialised: location quotient by establishments above 1",
                    "專業化：企業區位商高於 1",
                    "专业化：企业区位商高于 1",
                ),
                1.0,
            ),
            Criterion(
                "local_knowledge_ties",
                Text(
                    "R&D collaborating: a local tie of research, standards or talent",
                    "研發協作：有本地的研發、標準或人才關聯",
                    "研发协作：有本地的研发、标准或人才关联",
                ),
                1.0,
                "at least",
            ),
        ),
    ),
    "litzenberger_sternberg": Profile(
        name=Text("Litzenberger and Sternberg", "利岑伯格－施特恩貝格", "利岑伯格－施特恩贝格"),
        source=(
            "Litzenberger & Sternberg (2006), Der Clusterindex, Geographische Zeitschrift 94(4), "
            "209-224"
        ),
        doubt=Text(
            "The cut-off of 4 (twice the average density and twice the average stock, at plants "
            "of average size) is as quoted by others; the index is not standardised and grows "
            "with the number of regions.",
            "門檻 4（密度與人均存量各為平均的兩倍、企業規模為平均）係轉引；"
            "該指數未標準化，隨區域數增大。",
            "门槛 4（密度与人均存量各为平均的两倍、企业规模为平均）系转引；"
            "该指数未标准化，随区域数增大。",
        ),
        criteria=(
            Criterion(
                "cluster_index",
                Text("cluster index above 4", "集群指數高於 4", "集群指数高于 4"),
                4.0,
            ),
            Criterion(
                "industry_density",
                Text(
                    "jobs per area above the average",
                    "每單位面積就業高於平均",
                    "每单位面积就业高于平均",
                ),
                1.0,
            ),
            Criterion(
                "industry_stock",
                Text(
                    "jobs per inhabitant above the average",
                    "人均就業高於平均",
                    "人均就业高于平均",
                ),
                1.0,
            ),
        ),
    ),
    "china_sme_cluster": Profile(
        name=Text(
            "China's clusters of small and medium enterprises (2022)",
            "中國中小企業特色產業集群（2022）",
            "中国中小企业特色产业集群（2022）",
        ),
        source=(
            "工业和信息化部《促进中小企业特色产业集群发展暂行办法》及认定标准（2022年版），"
            "工信部企业〔2022〕119号"
        ),
        doubt=Text(
            "The standard judges applications. Most of its eight aspects are in words, and what a "
            "dataset does not say (the unit of output, output year by year, certified firms, "
            "research spending, the area of the cluster inside a region) stays not known: it can "
            "be missed here, but never met. Small and medium is read as below 1,000 jobs, without "
            "the limit on revenue.",
            "該標準面向申報認定。八方面多為文字要求，資料集未說明者（產值單位、逐年產值、"
            "獲認定企業、研發經費、集群在區域內的占地）一律未知：此處可判為不符，不可判為符合。"
            "中小企業按 1,000 人以下理解，未計營業收入限額。",
            "该标准面向申报认定。八方面多为文字要求，数据集未说明者（产值单位、逐年产值、"
            "获认定企业、研发经费、集群在区域内的占地）一律未知：此处可判为不符，不可判为符合。"
            "中小企业按 1,000 人以下理解，未计营业收入限额。",
        ),
        criteria=(
            Criterion(
                "sme_output_share",
                Text(
                    "small and medium enterprises make at least 70 % of the output",
                    "中小企業產值占集群總產值 70 % 以上",
                    "中小企业产值占集群总产值 70 % 以上",
                ),
                0.7,
                "at least",
            ),
            Criterion(
                "area_km2",
                Text(
                    "no more than 100 square kilometres",
                    "占地面積一般不超過 100 平方公里",
                    "占地面积一般不超过 100 平方公里",
                ),
                100.0,
                "at most",
            ),
            Criterion(
                "output",
                Text(
                    "output of at least 4 billion yuan in each of three years",
                    "近三年產值均在 40 億元以上",
                    "近三年产值均在 40 亿元以上",
                ),
                None,
            ),
            Criterion(
                "leading_industry_share",
                Text(
                    "the leading industry makes more than 70 % of the cluster's output",
                    "主導產業占集群總產值比例高於 70 %",
                    "主导产业占集群总产值比例高于 70 %",
                ),
                None,
            ),
            Criterion(
                "output_growth",
                Text(
                    "output grows by more than 10 % a year",
                    "產值年均增速高於 10 %",
                    "产值年均增速高于 10 %",
                ),
                None,
            ),
            Criterion(
                "certified_firms",
                Text(
                    "one manufacturing champion or 'little giant', or ten specialised, innovative "
                    "or high-technology firms",
                    "不少於 1 家單項冠軍或專精特新“小巨人”企業，或不少於 10 家"
                    "專精特新、創新型或高新技術企業",
                    "不少于 1 家单项冠军或专精特新“小巨人”企业，或不少于 10 家"
                    "专精特新、创新型或高新技术企业",
                ),
                None,
            ),
            Criterion(
                "chain_collaboration",
                Text(
                    "efficient collaboration along the supply chain (in words)",
                    "產業鏈供應鏈協作高效（文字要求）",
                    "产业链供应链协作高效（文字要求）",
                ),
                None,
            ),
            Criterion(
                "research_spending",
                Text(
                    "growing research spending and joint innovation (in words and numbers)",
                    "研發經費增長、協同創新能力較強",
                    "研发经费增长、协同创新能力较强",
                ),
                None,
            ),
        ),
    ),
}
