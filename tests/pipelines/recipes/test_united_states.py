"""Cuts of American files, in their layout, and what is right to read from them."""

COUNTIES = {"01001": (-87, 32, -86, 33), "01003": (-88, 30, -87, 31)}
QCEW = (
    '"area_fips","own_code","industry_code","agglvl_code","size_code","year","qtr",'
    '"disclosure_code","annual_avg_estabs","annual_avg_emplvl","total_annual_wages",'
    '"taxable_annual_wages","annual_contributions","annual_avg_wkly_wage","avg_annual_pay"\n'
)
QCEW_ROWS = """\
"01001","0","10","70","0","2023","A","",900,11000,1,1,1,1,1
"01001","5","31-33","74","0","2023","A","",20,900,1,1,1,1,1
"01001","5","3116","76","0","2023","A","",2,350,1,1,1,1,1
"01001","5","3321","76","0","2023","A","N",3,0,0,0,0,0,0
"01001","1","4911","76","0","2023","A","",4,40,1,1,1,1,1
"01003","5","3116","76","0","2023","A","",5,1200,1,1,1,1,1
"01999","5","3116","76","0","2023","A","",1,2,1,1,1,1,1
"US000","5","3116","16","0","2023","A","",3700,530000,1,1,1,1,1
"US000","5","3321","16","0","2023","A","",1100,100000,1,1,1,1,1
"""


def test_qcew_is_private_jobs_of_four_digits_and_withheld_ones_are_not_known(recipe, cells):
    files = {"cells.csv": QCEW + QCEW_ROWS, "margins.csv": QCEW + QCEW_ROWS}
    dataset = recipe("qcew", files, COUNTIES, "GEOID", NAME=["Autauga", "Baldwin"])
    assert cells(dataset) == {
        ("01001", "3116", 2023): (2, 350),
        ("01001", "3321", 2023): (3, None),
        ("01003", "3116", 2023): (5, 1200),
    }
    assert dataset.margins["employment"].tolist() == [530000, 100000]
    assert dataset.margins["region_key"].isna().all()
    # Four of nine rows are read, and one of them lies in no county.
    assert any("keeps 4 of 9 rows" in notice.en for notice in dataset.notices)
    assert dataset.rejected_by_reason()["reason"].tolist() == ["region_unknown"]


CBP = """\
fipstate,fipscty,naics,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,n<5,n5_9,n10_19,n20_49,n50_99,n100_249,\
n250_499,n500_999,n1000,n1000_1,n1000_2,n1000_3,n1000_4
01,001,------,G,11172,G,89045,G,371393,876,480,185,110,65,21,13,N,N,N,N,N,N,N
01,001,31----,G,1120,H,12000,H,50000,30,12,6,5,4,N,N,N,N,N,N,N,N,N
01,001,311///,G,90,H,700,H,3000,6,3,N,N,N,N,N,N,N,N,N,N,N,N
01,001,3116//,H,80,H,600,H,2500,4,N,N,N,N,N,N,N,N,N,N,N,N,N
01,001,31161/,H,80,H,600,H,2500,4,N,N,N,N,N,N,N,N,N,N,N,N,N
01,003,3116//,D,0,D,0,D,0,3,N,N,N,N,N,N,N,N,N,N,N,N,N
01,003,3321//,G,55,G,400,G,1900,7,4,N,N,N,N,N,N,N,N,N,N,N,N
"""


def test_cbp_is_four_digits_of_counties_put_together_from_two_columns(recipe, cells):
    dataset = recipe("cbp", {"cells.csv": CBP}, COUNTIES, "GEOID", NAME=["Autauga", "Baldwin"])
    assert cells(dataset) == {
        ("01001", "3116", 2022): (4, 80),
        ("01003", "3116", 2022): (3, None),
        ("01003", "3321", 2022): (7, 55),
    }
    assert dataset.rejected_by_reason().to_numpy().tolist() == [["cells", "other_level", 4]]


INTERESTS = """\
REGISTRY_ID,PRIMARY_NAME,CITY_NAME,STATE_CODE,INTEREST_TYPE,PGM_SYS_ACRNM,\
PGM_SYS_ID,LATITUDE83,LONGITUDE83
110000001,PAINT WORKS,PRATTVILLE,AL,TRI REPORTER,TRIS,36066PNTWR1MAIN,32.5,-86.5
110000001,PAINT WORKS,PRATTVILLE,AL,LQG,RCRAINFO,ALD000000001,32.5,-86.5
110000002,SOLVENT RECOVERY,BAY MINETTE,AL,TSD,RCRAINFO,ALD000000002,30.5,-87.5
110000003,FOUNDRY,FOLEY,AL,TRI REPORTER,TRIS,36535FNDRY9OAK,30.4,-87.6
"""
TRANSFERS = """\
FORM TYPE|REPORTING YEAR|TRIFID|FACILITY NAME|CHEMICAL NAME|UNIT OF MEASURE|OFF-SITE RCRA ID NR
R|2021|36066PNTWR1MAIN|PAINT WORKS|Toluene|Pounds|ALD000000002
R|2022|36066PNTWR1MAIN|PAINT WORKS|Toluene|Pounds|ALD000000002
R|2022|36066PNTWR1MAIN|PAINT WORKS|Xylene|Pounds|ALD000000002
R|2022|36535FNDRY9OAK|FOUNDRY|Lead|Pounds|ALD000000002
R|2022|36535FNDRY9OAK|FOUNDRY|Lead|Pounds|NA
""".replace("|", "\t")


def test_tri_transfers_are_ties_of_who_generates_to_who_treats(recipe, plants):
    files = {"firms.csv": INTERESTS, "links.csv": TRANSFERS}
    dataset = recipe("tri", files, COUNTIES, "GEOID", NAME=["Autauga", "Baldwin"])
    assert plants(dataset) == {
        "36066PNTWR1MAIN": ("01001", "generator", None),
        "36535FNDRY9OAK": ("01003", "generator", None),
        "ALD000000002": ("01003", "treatment", None),
    }
    # Two chemicals of one pair in 2022 are one tie; the row without a taker is none.
    ties = dataset.ties.collect().to_native()
    assert sorted(ties["year"].to_list()) == [2021, 2022, 2022]
    assert ["links", "duplicate_tie", 1] in dataset.repairs.to_numpy().tolist()
