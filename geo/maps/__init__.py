"""GeoPackage, figures and the report page."""
