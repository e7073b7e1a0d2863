"""What QGIS makes of a database, as JSON: run by QGIS's own Python, session.py PORT DB PASSWORD."""

import json
import sys

from qgis.core import QgsApplication, QgsDataSourceUri, QgsProviderRegistry, QgsVectorLayer

port, database, password = sys.argv[1:]
app = QgsApplication([], False)
app.initQgis()
told = {"layers": {}}


def address():
    uri = QgsDataSourceUri()
    uri.setConnection("127.0.0.1", port, database, "jiqun", password)
    return uri


for name, key, where in (
    ("region_classification", "", ""),
    ("functional_clusters", "", ""),
    ("map_firms", "", ""),
    ("map_industries", '"region_id","industry","year"', "\"class\" = 'cluster'"),
):
    uri = address()
    uri.setDataSource("jiqun", name, "geometry", where, key)
    layer = QgsVectorLayer(uri.uri(False), name, "postgres")
    fields = {f.name(): f.comment() for f in layer.fields()} if layer.isValid() else {}
    told["layers"][name] = {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "features": sum(1 for feature in layer.getFeatures() if not feature.geometry().isNull()),
        "comments": fields,
    }
    del layer
metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
connection = metadata.createConnection(address().uri(False), {})
told["tables"] = {t.tableName(): t.comment() for t in connection.tables("jiqun")}
print(json.dumps(told))
del connection
app.exitQgis()
