"""Every picture: no label on another, an alt text that says the table, equal files."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

from analysis.analyses import descriptive
from analysis.exhibits import bridge as show_bridge
from analysis.exhibits import descriptive as show
from analysis.exhibits import diagnostic as show_why
from analysis.exhibits.record import Absent, Figure


def texts_overlap(drawing: Drawing) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap when the figure is drawn."""
    drawing.draw_without_rendering()
    renderer = FigureCanvasAgg(drawing).get_renderer()
    boxes = [
        (text.get_text(), text.get_window_extent(renderer).shrunk(0.98, 0.9))
        for axes in drawing.axes
        for text in [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
        if text.get_text() and text.get_visible()
    ]
    visible = [(text, box) for text, box in boxes if box.width > 1]
    return [
        (one, other) for (one, a), (other, b) in itertools.combinations(visible, 2) if a.overlaps(b)
    ]


def leaves_the_page(drawing: Drawing) -> list[str]:
    """Texts that reach beyond the figure's edge."""
    drawing.draw_without_rendering()
    renderer = FigureCanvasAgg(drawing).get_renderer()
    page = drawing.bbox.padded(1)
    return [
        text.get_text()
        for axes in drawing.axes
        for text in axes.texts
        if text.get_text() and not _inside(page, text.get_window_extent(renderer))
    ]


def _inside(page, box) -> bool:
    return page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1


def ranked(rows: dict[str, tuple[float, float]], name: str = "category") -> pd.DataFrame:
    index = pd.MultiIndex.from_product([list(rows), descriptive.RANKED], names=[name, "measure"])
    table = pd.DataFrame(1.0, index=index, columns=["current", "prior", "year_before"])
    for part, (now, before) in rows.items():
        table.loc[(part, "revenue")] = (now, before, before)
    return descriptive.top(descriptive.ranking(table), rows=12)


def months(values: np.ndarray) -> pd.DataFrame:
    index = pd.period_range(end="2026-10", periods=len(values), freq="M")
    return descriptive.trend(pd.DataFrame({"revenue": values}, index=index), months=25)


def bridge_of(**amounts: float) -> pd.DataFrame:
    total = sum(amounts.values())
    return pd.Series(amounts | {"now": total}).to_frame("amount")


EXHIBITS = {
    "trend, lines that end close together": lambda run: show.trend(months(np.full(37, 9e4)), run),
    "trend, lines far apart": lambda run: show.trend(months(np.geomspace(1e3, 1e6, 37)), run),
    "trend of few months": lambda run: show.trend(months(np.array([5e4, 6e4, 7e4])), run),
    "front trend": lambda run: show.front_trend(months(np.full(37, 9e4)), run),
    "ranking": lambda run: show.ranking(
        ranked({"A very long name of a category": (9e5, 1e3), "B": (10, 1e6), "C": (0, 0)}), run
    ),
    "ranking of many": lambda run: show.ranking(
        ranked({f"part {i}": (1e6 / (i + 1), 9e5 / (i + 1)) for i in range(20)}), run
    ),
    "years": lambda run: show.years(
        descriptive.by_year(
            pd.DataFrame(
                {"revenue": np.full(40, 1e5)},
                index=pd.period_range("2023-07", periods=40, freq="M"),
            )
        ),
        run,
    ),
    "bridge": lambda run: show_bridge.waterfall(
        bridge_of(before=1e6, lost=-4e5, new=9e5, withdrawn=0.0, launched=10.0, volume=-1.4e6,
                  mix=-200.0, price=5e5, discount=-1.0, unpriced=1e5), run, "prior",
    ),
    "bridge of one effect": lambda run: show_bridge.waterfall(
        bridge_of(before=0.0, new=1234567.0), run, "prior"
    ),
    "contribution": lambda run: show_why.contribution(
        pd.DataFrame(
            {"change": [4e5, 1.0, -1.0, -9e5]},
            index=pd.Index(["Kitchen", "Lighting", "Garden", "Furniture"], name="category"),
        ),
        run,
    ),
}  # fmt: skip


@pytest.fixture(params=list(EXHIBITS))
def figure(request, run) -> Figure:
    made = EXHIBITS[request.param](run)
    assert isinstance(made, Figure)
    return made


def test_no_text_lies_on_another(figure):
    assert texts_overlap(figure.drawing) == []


def test_no_text_is_cut_off(figure):
    assert leaves_the_page(figure.drawing) == []


def test_the_alt_text_has_amounts_and_no_blanks(figure):
    assert "£" in figure.alt
    assert "nan" not in figure.alt
    assert len(figure.alt) < 900


@pytest.mark.parametrize("name", ["trend, lines that end close together", "ranking", "bridge"])
def test_equal_tables_give_equal_files(name, run):
    assert EXHIBITS[name](run).svg() == EXHIBITS[name](run).svg()


def test_the_alt_text_of_a_ranking_is_its_table(run):
    made = show.ranking(ranked({"Kitchen": (52_300, 1), "Garden": (9_990, 1)}), run)
    assert made.alt == "Bar chart of revenue by category: Kitchen £52.3k; Garden £9.99k."


def test_a_dimension_the_firm_does_not_have_is_said_in_words(run):
    nothing = pd.DataFrame(index=pd.Index([], name="channel"))
    made = show.ranking(nothing, run)
    assert isinstance(made, Absent)
    assert "order_lines.channel" in made.reason
