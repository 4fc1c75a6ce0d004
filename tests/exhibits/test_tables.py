from functools import partial

import pandas as pd

from analysis import units
from analysis.exhibits.tables import Column, table


def laid_out(**more):
    data = pd.DataFrame({"revenue": [1234.5, None], "why": ["<b>sale</b>", "none"]})
    columns = {
        "revenue": Column("Revenue", partial(units.money_in_full, currency="£")),
        "why": Column("Why"),
    }
    return table(data, columns, names=["North & South", "East"], heading="Region", **more)


def test_headings_say_what_they_head():
    html = laid_out().html()
    assert '<th scope="col">Region</th><th scope="col" class="num">Revenue</th>' in html
    assert '<th scope="row">East</th>' in html


def test_numbers_are_set_to_the_right_and_texts_are_not():
    html = laid_out().html()
    assert '<td class="num">£1,234</td><td>&lt;b&gt;sale&lt;/b&gt;</td>' in html


def test_a_missing_value_is_a_dash_and_not_nan():
    assert '<td class="num">–</td>' in laid_out().html()


def test_text_is_escaped():
    assert "North &amp; South" in laid_out().html()


def test_a_total_is_marked():
    assert '<tr class="total"><th scope="row">East</th>' in laid_out(totals=[1]).html()


def test_the_note_follows_the_table_in_the_pack():
    bundle = laid_out(note="In pounds.")._repr_mimebundle_()
    assert bundle["text/markdown"].startswith("```{=html}\n<table")
    assert bundle["text/markdown"].endswith("::: {.note}\nIn pounds.\n:::\n")


def test_the_callers_table_is_left_alone():
    data = pd.DataFrame({"revenue": [1.0]})
    before = data.copy()
    table(data, {"revenue": Column("Revenue", units.count)}, names=["a"], heading="b")
    pd.testing.assert_frame_equal(data, before)
