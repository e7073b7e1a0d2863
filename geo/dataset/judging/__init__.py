"""Rows of raw tables judged: typed, used or rejected, and every fault told once."""
