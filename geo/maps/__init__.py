"""GeoPackage, figures and the page to explore."""
