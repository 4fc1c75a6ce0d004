"""The page of measures: every entry of the catalogue, with the formula it is taken with."""

import pytest

from analysis.measures.catalogue import DIMENSIONS, MEASURES
from analysis.measures.dictionary import measures_page


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda one: one.name)
def test_every_measure_has_its_entry(measure):
    page = measures_page()
    assert page.count(f"## {measure.label} (`{measure.name}`)") == 1
    assert measure.definition.strip() in page


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_dimension_has_its_row(name):
    assert f"| `{name}` | {DIMENSIONS[name].label} |" in measures_page()


@pytest.mark.parametrize(
    "formula",
    [
        "`lines.revenue.sum()`",
        "`lines.returned_revenue.sum()`",
        "`lines.customer_id.nunique(where=lines.is_new)`",
        "`lines.revenue.sum() / lines.order_id.nunique()`",
        "`lines.discount.sum() / (lines.revenue + lines.discount).sum()`",
    ],
)
def test_formulas_are_the_code_that_is_run(formula):
    assert f"- **Formula** {formula}\n" in measures_page()


def test_formulas_are_whole():
    """A formula is cut out of source text; one cut wrongly does not close what it opens."""
    formulas = [line for line in measures_page().splitlines() if line.startswith("- **Formula**")]
    assert len(formulas) == len(MEASURES)
    for line in formulas:
        formula = line.removeprefix("- **Formula** `").removesuffix("`")
        compile(formula, "measures.md", "eval")
