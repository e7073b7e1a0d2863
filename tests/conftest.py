"""Hypothesis tries the same examples on every machine, however slow."""

from hypothesis import settings

settings.register_profile("jiqun", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("jiqun")
