"""Verdicts in sentences, in three languages."""
