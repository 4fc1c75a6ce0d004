import pytest

from analysis import params


@pytest.fixture(scope="session")
def run() -> params.Run:
    return params.load("east", "2026-10", "demo")
