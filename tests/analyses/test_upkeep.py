"""How data are kept up: what changed after the fact, what is blank, what no class knows."""

from datetime import datetime

import pandas as pd
import pytest

from analysis.analyses import upkeep

from ..quality_tables import Firm, single, trust

NOBODY = pd.DataFrame(columns=["salesperson_id", "name"])


@pytest.fixture(scope="module")
def told():
    return trust()


def test_closed_months_come_first_however_small_their_change(told):
    table = upkeep.restatements(told)
    assert table["is_closed"].tolist() == [True, False]
    assert table["change"].tolist() == [-5_500, 397_500]
    assert table["share"].iloc[0] == -5_500 / 505_000


def test_a_month_that_was_not_there_grew_from_nothing():
    new = {"month": datetime(2026, 11, 1), "source": "erp", "is_closed": False,
           "revenue_before": None, "revenue_after": 10.0}  # fmt: skip
    table = upkeep.restatements(trust(restatements=[new]))
    assert table["change"].tolist() == [10.0]
    assert table["share"].isna().all()


def test_without_moving_fields_there_was_no_earlier_snapshot(told):
    assert upkeep.is_first(single())
    assert not upkeep.is_first(told)


def test_fields_that_moved_back_come_first_with_numbers_masked(told):
    table = upkeep.moving_fields(told, show_personal=False)
    assert table["field"].tolist() == ["total_revenue", "last_order"]
    assert table["examples"].tolist() == ["C2023***, C2023***", ""]
    assert table["share"].tolist() == [4 / 800, 0]
    shown = upkeep.moving_fields(told, show_personal=True)
    assert shown["examples"].iloc[0] == "C2023001, C2023003"


def test_blank_fields_are_added_up_by_owner(told):
    people = pd.DataFrame({"salesperson_id": ["S01", "S02"], "name": ["Jane Smith", None]})
    table = upkeep.discipline(told, people, show_personal=False).set_index("owner_id")
    assert table.index.tolist() == ["S01", "S02", ""]
    assert table.loc["S01"].to_dict() == {
        "name": "J*** S***", "customers": 400, "asked": 800, "blank": 80, "share": 0.1,
        "worst_field": "industry", "worst_blank": 60,
    }  # fmt: skip
    assert table.loc["S02", "name"] == ""


def test_owners_are_known_by_their_numbers_where_there_is_no_staff(told):
    data = Firm(told)
    assert upkeep.staff(data).empty
    assert upkeep.discipline(told, upkeep.staff(data), show_personal=False)["name"].eq("").all()


def test_without_owners_there_is_no_table():
    assert upkeep.discipline(single(), NOBODY, show_personal=False).empty


def test_words_are_ranked_by_money_and_those_of_persons_hidden(told):
    table = upkeep.leftovers(told, show_personal=False)
    assert table["word"].tolist() == ["Livestream", "Agri", "***"]
    assert table["revenue"].tolist() == [900, 0, 0]
    assert upkeep.leftovers(told, show_personal=True)["word"].tolist()[2] == "Ms Smith"
