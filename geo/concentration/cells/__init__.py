"""Cells: an industry in a region, its plants and jobs against what the country would give it."""
