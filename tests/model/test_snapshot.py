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
    build = snapshot._build
    monkeypatch.setattr(snapshot, "_build", lambda *a: done.append(1) or build(*a))
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

    def test_a_file_that_was_only_touched_is_equal(self, delivery, builds):
        delivery.build()
        os.utime(delivery.files / "lines.csv", (1, 1))
        delivery.build()
        assert len(builds) == 1

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
            monkeypatch.setattr(snapshot, "_code_version", lambda: "tomorrow's")
        delivery.build()
        assert len(builds) == 2

    def test_going_back_finds_the_earlier_one(self, delivery, builds):
        one = delivery.build()
        delivery.change("50.00,30.00", "51.00,30.00")
        other = delivery.build()
        delivery.change("51.00,30.00", "50.00,30.00")
        assert remembered(delivery) == other.name
        assert delivery.build() == one
        assert remembered(delivery) == one.name
        assert len(builds) == 2

    def test_one_that_another_run_put_there_meanwhile_is_kept(self, delivery, builds, monkeypatch):
        one = delivery.build()
        tables = {path.name: path.stat().st_ino for path in one.glob("*.parquet")}
        monkeypatch.setattr(snapshot, "_code_version", lambda: "tomorrow's")
        assert delivery.build() == one
        assert len(builds) == 2
        assert {path.name: path.stat().st_ino for path in one.glob("*.parquet")} == tables
        assert manifest(one)["code"] == "tomorrow's"

    def test_a_build_that_fails_leaves_nothing(self, delivery):
        good = delivery.build()
        delivery.change("50.00,30.00", "fifty,30.00")
        with pytest.raises(SourceError, match="row 4: 'fifty'"):
            delivery.build()
        assert sorted(path.name for path in (delivery.store / "tiny").iterdir()) == sorted(
            [good.name, "latest.json"]
        )
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
        delivery.table("order_lines")["keep"] = "first"
        delivery.change("O2,1,2024-03-02", "O1,1,2024-03-02")
        built = delivery.build()
        assert account(built, "order_lines") == [12, 11, 1, 0]
        (lines,) = [s for s in manifest(built)["sources"] if s["table"] == "order_lines"]
        assert (lines["revenue_read"], lines["revenue_kept"]) == (1360, 1310)

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
            "order_lines.customer_id": 1,
            "order_lines.product_id": 1,
            "returns.order_id": 0,
        }
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


class TestContracts:
    @pytest.mark.parametrize(
        ("old", "new", "name", "said"),
        [
            ("O2,1,2024", "O1,2,2024", "lines.csv",
             r"^lines\.csv: order_lines must have .* order_id O1, line_no 2, first 3, last 4$"),
            ("O2,1,2024", ",1,2024", "lines.csv", "order_lines.order_id is empty in 1 .*row 4$"),
            ("C2,Birch", "C1,Birch", "customers.csv",
             "customers must have one row per customer; repeated in 1 case: customer_id C1, first"),
            ("50.00,30.00", ",30.00", "lines.csv", "order_lines.revenue is empty in 1 case"),
        ],
    )  # fmt: skip
    def test_a_broken_one_stops_the_run_with_its_rows(self, delivery, old, new, name, said):
        delivery.change(old, new, name)
        with pytest.raises(ContractError, match=said):
            delivery.build()

    def test_a_value_that_is_not_allowed(self, delivery):
        delivery.columns("customers")["kind"]["values"]["C"] = "person"
        with pytest.raises(ContractError, match=r"kind must be one of b2b, b2c in 2 cases: source"):
            delivery.build()

    def test_a_mapping_that_leaves_out_what_is_required(self, delivery):
        del delivery.columns()["quantity"]
        with pytest.raises(ParameterError, match=r"tiny\.yml: order_lines must map quantity"):
            delivery.build()


def test_no_cent_is_lost_on_the_way(tiny, tiny_lines):
    for column, name in (("Net", "revenue"), ("Units", "quantity"), ("Cost", "cost")):
        assert float(tiny.order_lines[name].sum().execute()) == tiny_lines[column].sum()
