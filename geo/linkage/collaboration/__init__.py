"""Ties of a cell: whether they are more than chance and distance give, broad, and lasting."""
