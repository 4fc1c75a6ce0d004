"""The page for analysts says what the code does."""

import pytest

from analysis import paths
from analysis.model.cleaning.page import cleaning_page
from analysis.model.settings import Cleaning

RULES = [
    "unreadable", "unmapped", "missing", "impossible", "unknown_key", "currency", "unit",
    "standard_class", "fill_region", "fill_cost", "fill_channel", "exact_duplicate", "superseded",
    "cross_system_duplicate", "near_duplicate", "outlier",
]  # fmt: skip


def test_the_page_is_up_to_date():
    page = (paths.ROOT / "docs" / "cleaning.md").read_text(encoding="utf-8")
    assert page == cleaning_page(), "write it again: make docs"


@pytest.mark.parametrize("name", Cleaning.model_fields)
def test_every_setting_is_told(name):
    assert f"| `{name}` | `" in cleaning_page()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_heading(rule):
    headings = [line for line in cleaning_page().splitlines() if line.startswith("### ")]
    assert any(f"`{rule}`" in line for line in headings)


def test_no_marks_of_docstrings_are_left():
    page = cleaning_page()
    assert "``" not in page
    assert ":func:" not in page
