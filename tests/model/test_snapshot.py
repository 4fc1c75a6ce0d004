"""Snapshots: the same content is the same snapshot, and every row read is accounted for."""

import csv
import json
import os
from datetime import datetime

import pandas as pd
import pytest

from analysis.errors import ContractError, ParameterError, SourceError
from analysis.model import snapshot
from analysis.model.dataset import open_snapshot

HEADING = "Order,Line,Placed,Customer,Item,Area,Via,Units,Money Off,Net,Cost"
LINES_WITHOUT_DATES = f"{HEADING}\nO1,1,,C1,P1,E,Web,10,0,100.00,60.00\n"


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def account(folder, table):
    """What became of a table's rows: read, kept, merged, rejected."""
    (of,) = [one for one in manifest(folder)["sources"] if one["table"] == table]
    return [of[f"rows_{what}"] for what in ("read", "kept", "merged", "rejected")]


@pytest.fixture
def builds(monkeypatch):
    """Counts how often a snapshot is built."""
    done = []
    build = snapshot._built
    monkeypatch.setattr(snapshot, "_built", lambda *a: done.append(1) or build(*a))
    return done


class TestContentNamesIt:
    def test_it_is_the_same_when_built_again(self, delivery, tmp_path):
        one = delivery.build()
        other = snapshot.ensure("tiny", store=tmp_path / "another")
        assert manifest(one)["content"] == manifest(other)["content"]
        assert one.name == other.name == manifest(one)["content"][:12]

    def test_it_does_not_depend_on_the_order_of_rows(self, delivery):
        one = delivery.build()
        key = manifest(one)["key"]
        for name in ("lines.csv", "customers.csv", "items.csv"):
            heading, *rows = (delivery.files / name).read_text(encoding="utf-8").splitlines()
            delivery.write(name, "\n".join([heading, *reversed(rows)]) + "\n")
        other = delivery.build()
        assert manifest(other)["key"] != key  # it was read anew
        assert other.name == one.name

    @pytest.mark.parametrize(
        ("old", "new", "name"),
        [
            ("P1,W,Shop,5,0,50.00", "P1,W,Shop,5,0,50.01", "lines.csv"),
            ("Birch", "Beech", "customers.csv"),
            ("P3,Chair,Seating", "P3,Chair,Lighting", "items.csv"),
            ("2026-03-05", "2026-03-06", "returns.csv"),
        ],
    )
    def test_it_changes_when_any_value_does(self, delivery, old, new, name):
        one = delivery.build()
        delivery.change(old, new, name)
        assert delivery.build().name != one.name

    def test_it_does_not_depend_on_columns_nobody_mapped(self, delivery):
        one = delivery.build()
        lines = (delivery.files / "lines.csv").read_text(encoding="utf-8").splitlines()
        delivery.write("lines.csv", "\n".join(f"{line},Note" for line in lines))
        assert delivery.build().name == one.name


class TestKindsOfFile:
    @pytest.fixture
    def rows(self, delivery):
        """The lines as a spreadsheet holds them: dates and numbers, not text."""
        text = (delivery.files / "lines.csv").read_text(encoding="utf-8")
        heading, *rows = csv.reader(text.splitlines())

        def cell(name, text):
            if name == "Placed":
                return datetime.fromisoformat(text)
            if name in {"Line", "Units", "Money Off", "Net", "Cost"}:
                return float(text) if text else None
            return text

        return heading, [
            [cell(name, text) for name, text in zip(heading, row, strict=True)] for row in rows
        ]

    @pytest.mark.parametrize("kind", ["xlsx", "parquet", "txt"])
    def test_the_same_lines_in_another_kind_are_the_same_content(
        self, delivery, rows, workbook, kind
    ):
        one = delivery.build()
        key = manifest(one)["key"]
        heading, cells = rows
        path = delivery.files / f"lines.{kind}"
        if kind == "xlsx":
            workbook(path, Orders=[heading, *cells])
        elif kind == "parquet":
            pd.DataFrame(cells, columns=heading).to_parquet(path)
        else:
            table = pd.DataFrame(cells, columns=heading).astype({"Line": int})
            table.to_csv(path, sep="\t", index=False)
        delivery.table("order_lines")["file"] = path.name
        other = delivery.build()
        assert manifest(other)["key"] != key
        assert other.name == one.name


def remembered(delivery) -> str:
    """The snapshot that was built or found last."""
    pointer = delivery.store / "tiny" / "latest.json"
    return json.loads(pointer.read_text(encoding="utf-8"))["snapshot"]


class TestBuiltOnlyWhenNeeded:
    def test_once_for_equal_files(self, delivery, builds):
        assert delivery.build() == delivery.build()
        assert len(builds) == 1

    def test_a_file_that_was_only_touched_is_the_same_snapshot(self, delivery):
        one = delivery.build()
        os.utime(delivery.files / "lines.csv", (2_000_000_000, 2_000_000_000))
        assert delivery.build() == one

    def test_a_file_that_was_only_moved_is_equal(self, delivery, builds, tmp_path):
        one = delivery.build()
        delivery.files.rename(tmp_path / "elsewhere")
        assert snapshot.ensure("tiny", tmp_path / "elsewhere", delivery.store) == one
        assert len(builds) == 1

    @pytest.mark.parametrize("what", ["file", "mapping", "code"])
    def test_again_when_something_changed(self, delivery, builds, monkeypatch, what):
        delivery.build()
        if what == "file":
            delivery.change("50.00,30.00", "51.00,30.00")
        elif what == "mapping":
            del delivery.columns()["cost"]
        else:
            monkeypatch.setattr(snapshot, "code_version", lambda *_: "tomorrow's")
        delivery.build()
        assert len(builds) == 2

    def test_going_back_finds_the_earlier_one(self, delivery):
        one = delivery.build()
        delivery.change("50.00,30.00", "51.00,30.00")
        other = delivery.build()
        delivery.change("51.00,30.00", "50.00,30.00")
        assert remembered(delivery) == other.name
        assert delivery.build() == one
        assert remembered(delivery) == one.name

    def test_one_that_another_run_put_there_meanwhile_is_kept(self, delivery, builds, monkeypatch):
        one = delivery.build()
        tables = {path.name: path.stat().st_ino for path in one.rglob("2*.parquet")}
        monkeypatch.setattr(snapshot, "code_version", lambda *_: "tomorrow's")
        assert delivery.build() == one
        assert len(builds) == 2
        assert {path.name: path.stat().st_ino for path in one.rglob("2*.parquet")} == tables
        assert manifest(one)["code"] == "tomorrow's"

    def test_a_build_that_fails_leaves_nothing(self, delivery):
        good = delivery.build()
        delivery.change("Units,Money Off", "Pieces,Money Off")
        with pytest.raises(SourceError, match=r"lines\.csv has no column 'Units'"):
            delivery.build()
        left = {path.name for path in (delivery.store / "tiny").iterdir()}
        assert left == {good.name, "latest.json", ".staged", ".parts"}
        assert remembered(delivery) == good.name


class TestWhereNoPathIsSet:
    def test_the_last_snapshot_is_the_current_one(self, delivery):
        del delivery.mapping["path"]
        delivery.save()
        with pytest.raises(SourceError, match="has no path to its files"):
            snapshot.current("tiny", delivery.store)
        one = snapshot.ensure("tiny", delivery.files, delivery.store)
        assert snapshot.current("tiny", delivery.store) == one

    def test_its_files_are_looked_at_again_where_they_were(self, delivery):
        del delivery.mapping["path"]
        delivery.save()
        one = snapshot.ensure("tiny", delivery.files, delivery.store)
        delivery.change("50.00,30.00", "51.00,30.00")
        assert snapshot.current("tiny", delivery.store) != one

    def test_a_changed_mapping_is_obeyed(self, delivery):
        del delivery.mapping["path"]
        delivery.save()
        one = snapshot.ensure("tiny", delivery.files, delivery.store)
        del delivery.columns()["cost"]
        delivery.save()
        assert snapshot.current("tiny", delivery.store) != one

    def test_where_a_path_is_set_the_files_of_now_are(self, delivery):
        one = delivery.build()
        delivery.change("50.00,30.00", "51.00,30.00")
        assert snapshot.current("tiny", delivery.store) != one


class TestAccounts:
    def test_every_row_and_its_money_is_kept(self, delivery):
        built = delivery.build()
        assert account(built, "order_lines") == [12, 12, 0, 0]
        (lines,) = [s for s in manifest(built)["sources"] if s["table"] == "order_lines"]
        assert (lines["revenue_read"], lines["revenue_kept"]) == (1360, 1360)

    def test_repeats_of_a_record_are_merged_into_its_first(self, delivery):
        """Customers and products from the order lines themselves, as in one wide sheet."""
        delivery.mapping["tables"]["customers"] = {
            "file": "lines.csv", "keep": "first",
            "columns": {"customer_id": "Customer", "industry": "Area"},
        }  # fmt: skip
        built = delivery.build()
        assert account(built, "customers") == [12, 4, 8, 0]
        customers = open_snapshot(built).tables["customers"].execute().set_index("customer_id")
        # C3 bought in E first and in W later.
        assert customers["industry"].to_dict() == {"C1": "E", "C2": "W", "C3": "E", "C4": "E"}

    def test_what_merging_cost_in_money_is_seen(self, delivery):
        """The line of 100.00 is there again, with 50.00: the later one stays."""
        delivery.change("O2,1,2024-03-02", "O1,1,2024-01-15")
        built = delivery.build()
        assert account(built, "order_lines") == [12, 11, 1, 0]
        (lines,) = [s for s in manifest(built)["sources"] if s["table"] == "order_lines"]
        assert (lines["revenue_read"], lines["revenue_kept"]) == (1360, 1260)
        assert lines["revenue_merged"] == 100

    def test_whole_orders_that_came_back_are_merged_on_what_is_known_of_them(self, delivery):
        delivery.write("returns.csv", "Order\nO8\nO9\nO8\n")
        delivery.mapping["tables"]["returns"] = {
            "file": "returns.csv", "keep": "first", "columns": {"order_id": "Order"},
        }  # fmt: skip
        assert account(delivery.build(), "returns") == [3, 2, 1, 0]

    def test_orphans_are_counted_and_kept(self, delivery):
        delivery.change("O2,1,2024-03-02,C2,P1", "O2,1,2024-03-02,C9,P9")
        built = delivery.build()
        assert manifest(built)["orphans"] == {
            "order_lines.customer_id": 1, "order_lines.product_id": 1,
        }  # fmt: skip
        assert account(built, "order_lines") == [12, 12, 0, 0]

    def test_files_are_named_with_their_hashes(self, delivery):
        (items,) = [s for s in manifest(delivery.build())["sources"] if s["table"] == "products"]
        assert items["file"] == "items.csv"
        assert len(items["sha256"]) == 64

    def test_what_the_firm_does_not_have_is_listed(self, delivery):
        del delivery.mapping["tables"]["returns"]
        del delivery.columns()["cost"]
        absent = manifest(delivery.build())["absent"]
        assert {"returns", "order_lines.cost", "customers.industry"} <= set(absent)
        assert not {"order_lines.revenue", "customers.kind", "returns.quantity"} & set(absent)


class TestTables:
    def test_every_declared_column_is_there_absent_ones_empty(self, delivery):
        del delivery.columns()["cost"]
        lines = delivery.open().order_lines.execute()
        assert lines["cost"].isna().all()
        assert lines["revenue"].sum() == 1360

    def test_a_line_without_a_number_is_numbered_by_its_row(self, delivery):
        del delivery.columns()["line_no"]
        lines = delivery.open().order_lines.order_by("source_row").execute()
        assert lines["line_no"].tolist() == [str(row) for row in range(2, 14)]

    def test_the_first_order_is_asked_of_the_whole_firm(self, delivery):
        """C3's first order was in east; the line in west knows it."""
        lines = delivery.open().order_lines.execute().set_index("order_id")
        assert lines.loc["O6", "region"] == "west"
        assert lines.loc["O6", "first_ordered_at"] == pd.Timestamp("2025-02-20")


class TestGates:
    """Four lines of twelve rejected are more than the two in a hundred that are allowed."""

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("O2,1,2024", ",1,2024", r"lines\.csv row 4: order_id is empty"),
            ("50.00,30.00", ",30.00", r"lines\.csv row 4: revenue is empty"),
            ("50.00,30.00", "fifty,30.00", r"lines\.csv row 4: revenue 'fifty' is not a number"),
            ("5,0,50.00", "-5,0,50.00", r"lines\.csv row 4: quantity -5"),
        ],
    )
    def test_a_missed_one_stops_the_run_with_its_rows(self, delivery, old, new, said):
        delivery.change(old, new)
        with pytest.raises(ContractError, match=rf"data 'tiny' cannot .*rejected_share.*{said}"):
            delivery.build()

    def test_it_is_looked_at_all_the_same_where_that_is_asked(self, delivery):
        delivery.change("50.00,30.00", ",30.00")
        delivery.save()
        folder = snapshot.ensure("tiny", store=delivery.store, strict=False)
        assert account(folder, "order_lines") == [12, 11, 0, 1]
        (lost,) = open_snapshot(folder).trust["quarantine"].execute().to_dict("records")
        assert (lost["rule"], lost["file"], lost["source_row"]) == ("missing", "lines.csv", 4)

    def test_a_snapshot_that_is_found_again_stops_the_run_again(self, delivery, builds):
        delivery.change("50.00,30.00", ",30.00")
        for _ in range(2):
            with pytest.raises(ContractError, match="rejected_share"):
                delivery.build()
        assert len(builds) == 1

    def test_a_firm_may_allow_more(self, delivery):
        delivery.change("50.00,30.00", ",30.00")
        delivery.mapping["trust"] = {"gates": {"rejected_share": {"at_most": 0.1}}}
        assert account(delivery.build(), "order_lines") == [12, 11, 0, 1]

    def test_without_any_line_there_is_no_snapshot(self, delivery):
        delivery.write("lines.csv", LINES_WITHOUT_DATES)
        with pytest.raises(
            ContractError, match=r"no order line is left .* lines\.csv row 2: ordered_at is empty"
        ):
            delivery.build()

    def test_a_mapping_that_leaves_out_what_is_required(self, delivery):
        del delivery.columns()["quantity"]
        with pytest.raises(ParameterError, match=r"tiny\.yml: order_lines must map quantity"):
            delivery.build()


def more_channels(delivery):
    """A second channel of the till: a missing one may not be filled any more."""
    delivery.change("O7,1,2026-01-05,C1,P1,E,Web", "O7,1,2026-01-05,C1,P1,E,Shop")


def staff_come(delivery):
    text = (delivery.files / "lines.csv").read_text(encoding="utf-8").splitlines()
    lines = [f"{text[0]},Rep", *(f"{line},S1" for line in text[1:])]
    delivery.write("lines.csv", "\n".join(lines) + "\n")
    delivery.columns()["salesperson_id"] = "Rep"
    delivery.mapping["tables"]["staff"] = {
        "file": "staff.csv", "columns": {"salesperson_id": "Rep"},
    }  # fmt: skip
    delivery.write("staff.csv", "Rep\nS1\n")


def staff_leave(delivery):
    staff_come(delivery)
    delivery.build()
    delivery.write("staff.csv", "Rep\nS2\n")


def other_money(delivery):
    delivery.change("5,0,50.00", "5,0,£50.00")
    delivery.mapping["currency"] = "$"
    delivery.save()
    snapshot.ensure("tiny", store=delivery.store, strict=False)
    delivery.mapping["currency"] = "£"


def another_customer(delivery):
    delivery.change("C4,Dogwood Ltd,B", "C4,Dogwood Ltd,C", "customers.csv")


class TestWarmIsCold:
    """What is found on the shelf is what would be made anew, whatever changed."""

    @pytest.mark.parametrize(
        "change", [more_channels, staff_come, staff_leave, other_money, another_customer]
    )
    def test_after_a_change(self, delivery, tmp_path, change):
        delivery.change("O2,1,2024-03-02,C2,P1,W,Shop", "O2,1,2024-03-02,C2,P1,W,")
        # A firm with one channel, which a line without one is given.
        text = (delivery.files / "lines.csv").read_text(encoding="utf-8").replace(",Shop,", ",Web,")
        delivery.write("lines.csv", text)
        delivery.build()
        change(delivery)
        delivery.save()
        warm = snapshot.ensure("tiny", store=delivery.store, strict=False)
        cold = snapshot.ensure("tiny", store=tmp_path / "cold", strict=False)
        assert warm.name == cold.name
        for name in ("quarantine", "repairs", "flags", "accounts", "coverage"):
            one, other = (pd.read_parquet(of / "trust" / f"{name}.parquet") for of in (warm, cold))
            pd.testing.assert_frame_equal(one, other)


class TestNextMonth:
    """A month is delivered in a file of its own; what was there before is not done again."""

    @pytest.fixture
    def monthly(self, delivery):
        heading, *rows = (delivery.files / "lines.csv").read_text(encoding="utf-8").splitlines()
        (delivery.files / "lines.csv").unlink()
        for month in sorted({row.split(",")[2][:7] for row in rows}):
            own = [row for row in rows if row.split(",")[2].startswith(month)]
            delivery.write(f"lines-{month}.csv", "\n".join([heading, *own]) + "\n")
        delivery.table("order_lines")["file"] = "lines-*.csv"
        return delivery

    def test_the_files_of_earlier_years_are_shared(self, monthly):
        one = monthly.build()
        snapshot.note_pack(one)
        monthly.write("lines-2026-03.csv", f"{HEADING}\nO11,1,2026-03-02,C1,P1,E,Web,1,0,10.00,6\n")
        other = monthly.build()

        def files(folder):
            return {path.name: path.stat().st_ino for path in (folder / "order_lines").iterdir()}

        before, after = files(one), files(other)
        assert before.keys() == after.keys() == {"2024.parquet", "2025.parquet", "2026.parquet"}
        assert before["2024.parquet"] == after["2024.parquet"]
        assert before["2026.parquet"] != after["2026.parquet"]
        assert open_snapshot(other).trust["restatements"].count().execute() == 0

    def test_built_at_once_it_is_the_same_snapshot(self, monthly, tmp_path):
        monthly.build()
        monthly.write("lines-2026-03.csv", f"{HEADING}\nO11,1,2026-03-02,C1,P1,E,Web,1,0,10.00,6\n")
        grown = monthly.build()
        assert snapshot.ensure("tiny", store=tmp_path / "fresh").name == grown.name

    def test_a_closed_month_that_changed_since_a_pack_was_made_is_told(self, monthly):
        snapshot.note_pack(monthly.build())
        monthly.change("50.00,30.00", "51.00,30.00", "lines-2024-03.csv")
        told = open_snapshot(monthly.build()).trust["restatements"].execute()
        (row,) = told.to_dict("records")
        assert row["month"] == pd.Timestamp("2024-03-01")
        assert row["is_closed"]
        assert (row["revenue_before"], row["revenue_after"]) == (50, 51)
        assert (row["rows_changed"], row["examples"]) == (1, "O2/1")

    def test_what_no_pack_has_shown_is_no_base(self, monthly):
        snapshot.note_pack(monthly.build())
        monthly.change("50.00,30.00", ",30.00", "lines-2024-03.csv")
        with pytest.raises(ContractError):
            monthly.build()
        monthly.change("5,0,,30.00", "5,0,50.00,30.00", "lines-2024-03.csv")
        assert open_snapshot(monthly.build()).trust["restatements"].count().execute() == 0

    def test_a_file_that_is_touched_does_not_hide_it(self, monthly):
        snapshot.note_pack(monthly.build())
        monthly.change("50.00,30.00", "51.00,30.00", "lines-2024-03.csv")
        last = monthly.build()
        told = open_snapshot(last).trust["restatements"].execute()
        snapshot.note_pack(last)
        os.utime(monthly.files / "items.csv", (2_000_000_000, 2_000_000_000))
        again = open_snapshot(monthly.build()).trust["restatements"].execute()
        pd.testing.assert_frame_equal(again, told)


def test_no_cent_is_lost_on_the_way(tiny, tiny_lines):
    for column, name in (("Net", "revenue"), ("Units", "quantity"), ("Cost", "cost")):
        assert float(tiny.order_lines[name].sum().execute()) == tiny_lines[column].sum()
