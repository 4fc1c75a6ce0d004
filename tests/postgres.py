"""A PostgreSQL server for tests, where the system's package is installed."""

from __future__ import annotations

import pytest

from analysis.evaluation.postgres import NoServerError, server


@pytest.fixture(scope="session")
def postgres():
    """Address of a server with TLS that lives as long as the tests; skipped where none can be."""
    try:
        running = server()
        url = running.__enter__()
    except NoServerError as error:
        pytest.skip(str(error))
    yield url
    running.__exit__(None, None, None)
