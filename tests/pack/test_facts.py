"""What a pack says of its own run: among it, how old its data were when it was made."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from analysis import params
from analysis.pack import facts

RUN = replace(params.load("east", "2026-10", "demo"), judged_at=None)
DELIVERED = datetime(2026, 10, 31, 20)


def system(name: str, hours: float | None, delivered: datetime | None = DELIVERED) -> dict:
    return {"source": name, "label": name.title(), "delivered_at": delivered,
            "refresh_hours": hours}  # fmt: skip


@pytest.fixture
def gathered(tmp_path):
    def gather(now: datetime, *systems: dict, run: params.Run = RUN) -> facts.Facts:
        (tmp_path / "trust").mkdir(exist_ok=True)
        pd.DataFrame(systems).to_parquet(tmp_path / "trust" / "freshness.parquet")
        return facts.gather(run, date(2026, 10, 31), {}, tmp_path, now)

    return gather


def test_data_within_their_interval_are_not_old(gathered):
    assert gathered(datetime(2026, 11, 1, 19), system("erp", 24.0)).old == ""


def test_of_systems_past_their_interval_the_worst_is_named(gathered):
    old = gathered(datetime(2026, 11, 3, 20), system("shop", 1.0), system("erp", 24.0)).old
    assert old == ("Shop last delivered 3 days before this pack was made, and should within 1 h.")


def test_what_has_no_interval_or_did_not_come_is_never_old(gathered):
    late = datetime(2030, 1, 1)
    assert gathered(late, system("erp", None), system("crm", 24.0, delivered=None)).old == ""


def test_a_firm_that_says_when_its_data_are_judged_is_judged_then(gathered):
    judged = replace(RUN, judged_at=DELIVERED)
    assert gathered(datetime(2030, 1, 1), system("erp", 24.0), run=judged).old == ""


def test_without_a_snapshot_nothing_is_said():
    assert facts.gather(RUN, date(2026, 10, 31), {}).old == ""
