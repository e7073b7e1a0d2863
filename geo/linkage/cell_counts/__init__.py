"""Ties that are known as counts between cells, no firm of them by name."""
