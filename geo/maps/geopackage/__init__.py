"""The map as a GeoPackage with its styles and a QGIS project inside."""
