"""Distances between firms: concentration that knows no borders."""
