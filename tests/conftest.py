"""Hypothesis tries the same examples on every machine, however slow; a server to try on."""

import pytest
from hypothesis import settings

from tests import postgresql

settings.register_profile("jiqun", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("jiqun")


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server with PostGIS; skipped where neither is installed."""
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL with PostGIS is not installed")
    with postgresql.running() as started:
        yield started
