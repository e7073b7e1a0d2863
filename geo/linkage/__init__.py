"""Tests B and C: whether the firms live off each other, and with whose help."""
