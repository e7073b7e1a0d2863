"""Cuts of European registers, in their layout, and what is right to read from them."""

import pyproj

SIRENE_COLUMNS = (
    "siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "anneeEffectifsEtablissement",
    "activitePrincipaleRegistreMetiersEtablissement", "dateDernierTraitementEtablissement",
    "etablissementSiege", "nombrePeriodesEtablissement", "codeCommuneEtablissement",
    "coordonneeLambertAbscisseEtablissement", "coordonneeLambertOrdonneeEtablissement",
    "dateDebut", "etatAdministratifEtablissement", "enseigne1Etablissement",
    "activitePrincipaleEtablissement", "nomenclatureActivitePrincipaleEtablissement",
    "caractereEmployeurEtablissement",
)  # fmt: skip


def sirene(siret, size, state, place, industry="62.01Z"):
    given = {
        "siren": siret[:9], "nic": siret[9:], "siret": siret, "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "2012-03-01", "trancheEffectifsEtablissement": size,
        "coordonneeLambertAbscisseEtablissement": place[0],
        "coordonneeLambertOrdonneeEtablissement": place[1],
        "etatAdministratifEtablissement": state, "activitePrincipaleEtablissement": industry,
    }  # fmt: skip
    return ",".join(given.get(name, "") for name in SIRENE_COLUMNS)


def test_sirene_has_places_in_lambert_and_sizes_in_classes(recipe, plants):
    to_lambert = pyproj.Transformer.from_crs(4326, 2154, always_xy=True).transform
    paris, lyon = (tuple(f"{c:.2f}" for c in to_lambert(*p)) for p in ((2.35, 48.85), (4.8, 45.7)))
    rows = [
        sirene("11111111100011", "12", "A", paris),
        sirene("22222222200012", "53", "A", lyon),
        sirene("22222222200020", "NN", "A", lyon),
        sirene("33333333300013", "01", "F", paris),
        sirene("44444444400014", "00", "A", ("[ND]", "[ND]")),
    ]
    table = "\n".join([",".join(SIRENE_COLUMNS), *rows]) + "\n"
    regions = {"75": (2, 48.5, 2.6, 49), "69": (4.5, 45.5, 5, 46)}
    dataset = recipe("sirene", {"firms.csv": table}, regions, "code", nom=["Paris", "Rhône"])
    # 20 to 49 is read as 34.5, 10,000 and more as 10,000; what is closed is not read.
    assert plants(dataset) == {
        "11111111100011": ("75", "62.01Z", 34.5),
        "22222222200012": ("69", "62.01Z", 10000),
        "22222222200020": ("69", "62.01Z", None),
    }
    assert ["firms", "range_middle", 2] in dataset.repairs.to_numpy().tolist()
    assert dataset.rejected_by_reason()["reason"].tolist() == ["coordinates_missing"]
    owners = dataset.establishments.collect()["group_key"].to_list()
    assert len(set(owners)) == 2


COMPANIES = """\
CompanyName, CompanyNumber,RegAddress.CareOf,RegAddress.POBox,RegAddress.AddressLine1, \
RegAddress.AddressLine2,RegAddress.PostTown,RegAddress.County,RegAddress.Country,\
RegAddress.PostCode,CompanyCategory,CompanyStatus,CountryOfOrigin,DissolutionDate,\
IncorporationDate,SICCode.SicText_1,SICCode.SicText_2
"A LTD","01234567","","","1 HIGH STREET","","SHEFFIELD","","","S35 2PH","Private Limited Company",\
"Active","United Kingdom","","29/07/2020","62020 - Information technology consultancy activities",""
"B PLC","SC000002","","","","","LEEDS","","","LS1 1AA","Public Limited Company","Active",\
"United Kingdom","","01/01/1990","64191 - Banks",""
"C LTD","00000003","","","","","LEEDS","","","LS11AA","Private Limited Company","Active",\
"United Kingdom","","01/02/2023","62012 - Business and domestic software development",""
"D LTD","00000004","","","","","LEEDS","","","LS1 1AA","Private Limited Company","Liquidation",\
"United Kingdom","","01/02/2003","62020 - Information technology consultancy activities",""
"""
POSTCODES = """\
pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,laua,lat,long
"S35 2PH","S35  2PH","S35 2PH","199806","","0","434000","395000","E08000019",53.45,-1.48
"LS1 1AA","LS1  1AA","LS1 1AA","198001","","0","430000","433000","E08000035",53.79,-1.55
"JE2 3AB","JE2  3AB","JE2 3AB","198001","","0","","","L99999999",99.999999,0.000000
"""


def test_companies_house_takes_the_code_out_of_the_text_and_the_place_from_the_postcode(
    recipe, plants
):
    regions = {"E08000019": (-1.8, 53.3, -1.3, 53.6), "E08000035": (-1.8, 53.7, -1.3, 53.95)}
    files = {"firms.csv": COMPANIES, "places.csv": POSTCODES}
    dataset = recipe("companies-house", files, regions, "LAD24CD", LAD24NM=["Sheffield", "Leeds"])
    # Codes of five digits are cut to four.
    assert plants(dataset) == {
        "01234567": ("E08000019", "6202", None),
        "SC000002": ("E08000035", "6419", None),
        "00000003": ("E08000035", "6201", None),
    }
    assert dataset.rejected_by_reason().to_numpy().tolist() == [
        ["places", "coordinates_missing", 1]
    ]
    assert ["firms", "id_written_otherwise", 1] in dataset.repairs.to_numpy().tolist()
