"""Cuts of a Mexican directory and a Chinese register, and what is right to read from them."""

import numpy as np
import pytest

from geo.datum import gcj02_from_wgs84

DENUE = """\
id,clee,nom_estab,raz_social,codigo_act,nombre_act,per_ocu,tipo_vial,nom_vial,cod_postal,cve_ent,\
entidad,cve_mun,municipio,cve_loc,localidad,ageb,manzana,telefono,correoelec,www,tipoUniEco,\
latitud,longitud,fecha_alta
"1","09017467111000011000000000U0","FERRETERIA EL TORNILLO","","467111",\
"Comercio al por menor en ferreterías y tlapalerías","0 a 5 personas","CALLE","","15700","09",\
"Ciudad de México","017","Cuauhtémoc","0001","","","","","","","Fijo","19.41887981","-99.09012648",\
"2010-07"
"2","09005541330000022000000000S7","INGENIERÍA DEL VALLE","","541330","Servicios de ingeniería",\
"11 a 30 personas","","","03100","09","Ciudad de México","005","Benito Juárez","0001","","","","",\
"","","Fijo","19.38","-99.16","2019-11"
"3","09005336111000031000000000M2","PLANTA","","336111","Fabricación de automóviles",\
"251 y más personas","","","","09","Ciudad de México","005","","0001","","","","","","","Fijo",\
"19.37","-99.17","2014-12"
"""
TOWNS = {"09017": (-99.12, 19.4, -99.05, 19.5), "09005": (-99.2, 19.3, -99.12, 19.4)}


def test_denue_is_read_in_latin_1_with_sizes_in_words(recipe, plants):
    files = {"firms.csv": DENUE.encode("latin-1")}
    dataset = recipe("denue", files, TOWNS, "CVEGEO", NOMGEO=["Cuauhtémoc", "Benito Juárez"])
    # 0 to 5 people are 2.5, 11 to 30 are 20.5, 251 and more are 251.
    assert plants(dataset) == {
        "09017467111000011000000000U0": ("09017", "4671", 2.5),
        "09005541330000022000000000S7": ("09005", "5413", 20.5),
        "09005336111000031000000000M2": ("09005", "3361", 251),
    }
    assert "INGENIERÍA DEL VALLE" in dataset.parties.collect()["name"].to_list()
    assert dataset.years == (2024,)


def test_a_chinese_register_is_moved_from_gcj_02_and_read_in_gb_18030(recipe, plants):
    # 0.0005 degrees east of a border at 116.4, some 43 m; the shift of GCJ-02 is some 500 m.
    wgs = np.array([[116.4005, 39.905], [116.3, 39.9], [116.5, 39.9]])
    x, y = gcj02_from_wgs84(wgs[:, 0], wgs[:, 1])
    # Borders are in GCJ-02, too: that at 116.4 moves along.
    border = float(gcj02_from_wgs84(np.array([116.4]), np.array([39.905]))[0][0])
    regions = {"110102": (116.2, 39.8, border, 40), "110105": (border, 39.8, 116.7, 40)}
    header = "统一社会信用代码,企业名称,行业代码,从业人数,经度,纬度,成立日期,注销日期\n"
    closed = ["9999-12-31", "", "2021-05-01"]
    rows = "".join(
        f"91110000{k},北京{k}厂,C36{k}1,{10 * k + 5},{x[k]:.7f},{y[k]:.7f},2015年3月,{closed[k]}\n"
        for k in range(3)
    )
    files = {"firms.csv": (header + rows).encode("gb18030")}
    dataset = recipe("chinese-register", files, regions, "adcode", name=["西城区", "朝阳区"])
    assert plants(dataset) == {
        "911100000": ("110105", "C36", 5),
        "911100001": ("110102", "C36", 15),
        "911100002": ("110105", "C36", 25),
    }
    table = dataset.establishments.collect().to_native().filter(firm_key=0)
    assert table["longitude"][0] == pytest.approx(116.4005, abs=1e-6)
    assert len(table) == 5
    # Closed in 2021: two years of five.
    assert len(dataset.establishments.collect().to_native().filter(firm_key=2)) == 2
