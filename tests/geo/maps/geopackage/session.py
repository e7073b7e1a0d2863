"""What QGIS makes of a map, as JSON: run by QGIS's own Python, session.py FILE FOLDER."""

import json
import sys
import time
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayerTreeModel,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize
from qgis.PyQt.QtGui import QColor

file, folder = sys.argv[1], Path(sys.argv[2])
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
told = {}


def colours(picture):
    found = {}
    for x in range(0, picture.width(), 2):
        for y in range(0, picture.height(), 2):
            name = picture.pixelColor(x, y).name()
            found[name] = found.get(name, 0) + 1
    return [name for name, count in found.items() if count > 20]


def drawn(name, year=None):
    settings = QgsMapSettings()
    shown = set(project.layerTreeRoot().checkedLayers())
    settings.setLayers([x for x in project.layerTreeRoot().layerOrder() if x in shown])
    settings.setDestinationCrs(project.crs())
    settings.setOutputSize(QSize(500, 350))
    settings.setBackgroundColor(QColor("white"))
    settings.setFlag(QgsMapSettings.Antialiasing, False)
    borders = project.mapLayer("jiqun_layer_borders")
    settings.setExtent(settings.layerExtentToOutputExtent(borders, borders.extent()))
    if year is not None:
        first, end = QDateTime(QDate(year, 1, 1)), QDateTime(QDate(year + 1, 1, 1))
        settings.setIsTemporal(True)
        settings.setTemporalRange(QgsDateTimeRange(first, end, True, False))
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(None))
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    picture.save(str(folder / f"{name}.png"))
    return colours(picture)


begun = time.time()
told["read"] = project.read(f"geopackage:{file}?projectName=jiqun")
root, themes = project.layerTreeRoot(), project.mapThemeCollection()
told["first"] = drawn("first")
told["seconds"] = time.time() - begun
model = QgsLayerTreeModel(root)
told["valid"] = {n.layer().id(): n.layer().isValid() for n in root.findLayers()}
alone = QgsVectorLayer(f"{file}|layername=industries", "industries", "ogr")
told["styled alone"] = alone.renderer().type()
told["themes"] = {}
for number, theme in enumerate(themes.mapThemes()):
    themes.applyTheme(theme, root, model)
    shown = [x.id().replace("jiqun_layer_", "") for x in root.checkedLayers()]
    told["themes"][theme] = {"layers": shown, "colours": drawn(f"theme {number}")}
layer = project.mapLayer("jiqun_layer_industries")
themes.applyTheme("单一行业: 类型", root, model)
told["years"] = {year: drawn(f"year {year}", year) for year in (2021, 2022, 2023)}
feature = next(layer.getFeatures())
context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
context.setFeature(feature)
told["tip"] = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
told["tabs"] = [tab.name() for tab in layer.editFormConfig().tabs()]
told["class widget"] = layer.editorWidgetSetup(layer.fields().indexOf("class")).type()
told["slides"] = {}
for industry in ("1810", "3610"):
    layer.setSubsetString(f"\"industry\" = '{industry}'")
    layout = project.layoutManager().layouts()[0]
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi, settings.exportMetadata = 60, False
    exporter = QgsLayoutExporter(layout)
    code = exporter.exportToImage(str(folder / f"slide {industry}.png"), settings)
    labels = [i.currentText() for i in layout.items() if isinstance(i, QgsLayoutItemLabel)]
    maps = [i for i in layout.items() if isinstance(i, QgsLayoutItemMap)]
    legends = [i for i in layout.items() if isinstance(i, QgsLayoutItemLegend)]
    told["slides"][industry] = {
        "code": int(code),
        "words": labels,
        "legend follows the map": legends[0].linkedMap() == maps[0],
    }
    del exporter, layout, labels, maps, legends
print(json.dumps(told))
del model, alone, layer, feature, context
project.clear()
app.exitQgis()
