"""Tests B and C: do the firms live off each other, and with whose help?"""
