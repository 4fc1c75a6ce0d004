"""The Makefile is the door: it lists itself, and names no target it does not have."""

import re
import subprocess

import pytest

from analysis.paths import ROOT

TARGETS = {
    "report", "packs", "lab", "test", "check", "demo", "docs", "bench", "clean", "quarto",
}  # fmt: skip


@pytest.fixture(scope="module")
def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def test_make_alone_lists_every_target_with_one_line():
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = [line.split(maxsplit=1) for line in said.splitlines() if line.strip()]
    assert {name for name, _ in listed} >= TARGETS
    assert all(len(words) == 2 for words in listed)


def test_every_target_is_phony(makefile):
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert targets <= phony
    assert phony >= TARGETS


def test_a_second_make_has_nothing_to_install():
    """Once the environment is there, nothing that makes it is run again."""
    plan = subprocess.run(
        ["make", "--dry-run", "report", "REGION=east"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    installs = [line for line in plan.splitlines() if "pip install" in line]
    if not (ROOT / ".venv" / ".installed-run").exists():
        pytest.skip("the environment was not made by make")
    assert installs == []
