"""The last snapshot and this one: what changed in months that were closed, and what moved back."""

import os

import ibis
import pandas as pd
import pytest

from analysis.model import history, schema

BEFORE = {
    "2026-01": [("O1", "1", "2026-01-05", "C1", 100), ("O2", "1", "2026-01-30", "C2", 50)],
    "2026-02": [("O3", "1", "2026-02-03", "C1", 70), ("O4", "1", "2026-02-27", "C3", 30)],
    "2026-03": [("O5", "1", "2026-03-02", "C2", 10)],
}


@pytest.fixture
def engine():
    return ibis.duckdb.connect()


def write(folder, months):
    (folder / "order_lines").mkdir(parents=True)
    for month, rows in months.items():
        lines = pd.DataFrame(
            rows, columns=["order_id", "line_no", "ordered_at", "customer_id", "revenue"]
        ).astype({"ordered_at": "datetime64[us]"})
        lines.assign(source="erp").to_parquet(folder / "order_lines" / f"{month}.parquet")
    return folder


@pytest.fixture
def snapshots(tmp_path, engine):
    def make(**changes):
        """Restatements and moving fields after some months have other lines."""
        months = BEFORE | {name.replace("m", "2026-"): rows for name, rows in changes.items()}
        before = write(tmp_path / "before", BEFORE)
        after = write(tmp_path / "after", months)
        restated, moving = history.compare(engine, before, after)
        return restated.execute(), moving.execute().set_index("field")

    return make


def test_nothing_changed_is_nothing_restated(snapshots):
    restated, moving = snapshots()
    assert restated.empty
    assert moving["moved"].tolist() == [0, 0, 0]
    assert moving["moved_back"].tolist() == [0, 0, 0]
    assert set(moving["customers"]) == {3}


def test_a_restated_month_says_by_how_much_and_which_lines(snapshots):
    """January: O1 is 20 less, O2 is gone, O6 is new."""
    restated, _ = snapshots(
        m01=[("O1", "1", "2026-01-05", "C1", 80), ("O6", "1", "2026-01-06", "C1", 5)]
    )
    assert len(restated) == 1
    row = restated.iloc[0]
    assert (row["month"], row["source"]) == (pd.Timestamp("2026-01-01"), "erp")
    assert bool(row["is_closed"])
    assert (float(row["revenue_before"]), float(row["revenue_after"])) == (150, 85)
    assert (row["rows_added"], row["rows_removed"], row["rows_changed"]) == (1, 1, 1)
    assert row["examples"] == "O1/1, O2/1, O6/1"


def test_another_day_or_customer_is_a_change_too(snapshots):
    restated, _ = snapshots(
        m01=[("O1", "1", "2026-01-06", "C1", 100), ("O2", "1", "2026-01-30", "C7", 50)]
    )
    assert restated["rows_changed"].tolist() == [2]


def months(restated):
    """Month to revenue before and after, and lines added, removed and changed."""
    money = restated[["revenue_before", "revenue_after"]].astype(float)
    rows = restated[["rows_added", "rows_removed", "rows_changed"]]
    told = [(*was, *many) for was, many in zip(money.values, rows.values, strict=True)]
    return dict(zip(restated["month"].dt.strftime("%m"), told, strict=True))


def test_an_order_moved_to_another_month_takes_its_money_there(snapshots):
    """O2 of January, 50, is of February now: one line changed, and both months' money."""
    restated, _ = snapshots(
        m01=BEFORE["2026-01"][:1], m02=[("O2", "1", "2026-02-02", "C2", 50), *BEFORE["2026-02"]]
    )
    assert months(restated) == {"01": (150, 100, 0, 0, 1), "02": (100, 150, 0, 0, 0)}
    assert restated["examples"].tolist() == ["O2/1", ""]


def test_a_line_moved_to_a_month_that_is_new_is_gone_from_the_one_it_was_in(snapshots):
    restated, _ = snapshots(m01=BEFORE["2026-01"][:1], m04=[("O2", "1", "2026-04-02", "C2", 50)])
    assert months(restated) == {"01": (150, 100, 0, 0, 1)}


def test_an_order_that_another_system_s_record_stands_for_changes_both(tmp_path, engine):
    before = write(tmp_path / "before", {"2026-01": BEFORE["2026-01"]})
    after = write(tmp_path / "after", {"2026-01": BEFORE["2026-01"]})
    path = after / "order_lines" / "2026-01.parquet"
    lines = pd.read_parquet(path)
    lines.assign(source=["shop", "erp"]).to_parquet(path)
    restated = history.compare(engine, before, after)[0].execute()
    assert restated["source"].tolist() == ["erp", "shop"]
    assert restated["revenue_before"].astype(float).tolist() == [150, 0]
    assert restated["revenue_after"].astype(float).tolist() == [50, 100]
    assert restated["rows_changed"].tolist() == [1, 0]


def test_lines_of_one_number_are_counted_once_each(tmp_path, engine):
    """Twice the same line on both sides; now one of them is of another day."""
    twice = [BEFORE["2026-01"][0]] * 2
    before = write(tmp_path / "before", {"2026-01": twice})
    after = write(tmp_path / "after", {"2026-01": [twice[0], ("O1", "1", "2026-01-06", "C1", 100)]})
    restated, _ = history.compare(engine, before, after)
    assert months(restated.execute()) == {"01": (200, 200, 0, 0, 1)}
    third = write(tmp_path / "third", {"2026-01": twice[:1]})
    restated, _ = history.compare(engine, before, third)
    assert months(restated.execute()) == {"01": (200, 100, 0, 1, 0)}


def test_the_month_still_running_is_not_closed_and_a_new_month_is_no_restatement(snapshots):
    restated, _ = snapshots(
        m03=[*BEFORE["2026-03"], ("O7", "1", "2026-03-20", "C2", 8)],
        m04=[("O8", "1", "2026-04-01", "C2", 9)],
    )
    assert restated["month"].tolist() == [pd.Timestamp("2026-03-01")]
    assert restated["is_closed"].tolist() == [False]


def test_a_month_is_whole_to_within_three_quiet_days(tmp_path, engine):
    whole = {"2026-02": BEFORE["2026-02"]}  # the last order is of the 27th of 28
    before = write(tmp_path / "before", whole)
    after = write(tmp_path / "after", {"2026-02": BEFORE["2026-02"][:1]})
    restated, _ = history.compare(engine, before, after)
    assert restated.execute()["is_closed"].tolist() == [True]


def test_a_customer_s_past_must_not_move_backwards(snapshots):
    """C1's February order is gone; C2 has one more; C3 is as it was."""
    _, moving = snapshots(
        m02=[("O4", "1", "2026-02-27", "C3", 30)],
        m04=[("O8", "1", "2026-04-01", "C2", 9)],
    )
    assert moving["moved"].tolist() == [1, 1, 1]
    assert moving["moved_back"].tolist() == [1, 1, 1]
    assert set(moving["examples"]) == {"C1"}


def test_customers_of_one_snapshot_alone_are_not_compared(snapshots):
    _, moving = snapshots(m01=[("O9", "1", "2026-01-05", "C9", 100)], m03=[])
    assert set(moving["customers"]) == {2}  # C1 and C3; C2 is gone, C9 new


def test_a_month_that_is_the_same_file_is_not_read(tmp_path, engine):
    before = write(tmp_path / "before", BEFORE)
    after = write(tmp_path / "after", {})
    for path in (before / "order_lines").glob("*.parquet"):
        os.link(path, after / "order_lines" / path.name)
    same = after / "order_lines" / "2026-01.parquet"
    restated, moving = history.compare(engine, before, after)
    assert restated.execute().empty
    assert set(moving.execute()["customers"]) == {3}
    # Were it read against another file of other lines, it would differ.
    same.unlink()
    write(tmp_path / "other", {"2026-01": BEFORE["2026-01"][:1]})
    os.link(tmp_path / "other" / "order_lines" / "2026-01.parquet", same)
    assert len(history.compare(engine, before, after)[0].execute()) == 1


def test_the_first_snapshot_has_nothing_to_be_compared_with(tmp_path, engine):
    for table in history.compare(engine, None, write(tmp_path / "after", BEFORE)):
        assert table.execute().empty


def test_both_tables_are_as_the_schema_declares_them(tmp_path, engine):
    before, after = write(tmp_path / "b", BEFORE), write(tmp_path / "a", {"2026-01": []})
    names = ("restatements", "moving_fields")
    for name, table in zip(names, history.compare(engine, before, after), strict=True):
        types = {column: str(kind).replace("(6)", "") for column, kind in table.schema().items()}
        assert types == schema.TRUST[name].types
