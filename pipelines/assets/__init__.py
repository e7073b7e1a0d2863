"""One module per group of the asset graph."""
