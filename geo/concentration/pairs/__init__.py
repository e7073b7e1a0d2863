"""Pairs of industries: who sits with whom."""
