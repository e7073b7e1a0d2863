"""Layers of the map: what rows and columns each of them shows."""
