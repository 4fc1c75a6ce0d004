"""Five systems deliver one firm: all reads, faults stand where the truth says, the rest is true."""

import hashlib
import os
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest

from analysis.demo.systems import words, write_systems
from analysis.demo.systems.ledger import RULE, Ledger
from analysis.demo.systems.people import FIRST_NUMBER
from analysis.demo.true_firm import TrueFirm, true_firm
from analysis.model import schema
from analysis.sources import registry
from analysis.sources.read import read_tables

MONEY = ["unit_price", "discount", "revenue", "cost"]
OF_SYSTEM = {"shop": "web", "till": "store", "erp": "dealer"}


@dataclass
class Delivered:
    folder: Path
    firm: TrueFirm
    tables: dict[tuple[str, str], pd.DataFrame]
    unread: pd.DataFrame
    dropped: dict[tuple[str, str], int]
    lacking: list[str]
    faults: pd.DataFrame
    customers: pd.DataFrame
    orders: pd.DataFrame

    def of(self, kind):
        return self.faults[self.faults["kind"] == kind]

    def lines(self, system):
        return self.tables[system, "order_lines"]

    def rows_at(self, faults):
        """Delivered rows that faults of one table are about, beside the faults."""
        (table,) = set(faults["table"])
        delivered = pd.concat(
            [rows.assign(source=s) for (s, t), rows in self.tables.items() if t == table]
        )
        found = faults.merge(
            delivered, on=["source", "file", "source_row"], how="left", indicator="there",
            validate="many_to_one",
        )  # fmt: skip
        assert (found["there"] == "both").all()
        return found


@pytest.fixture(scope="module")
def firm():
    return true_firm(2026)


@pytest.fixture(scope="module")
def delivered(firm, tmp_path_factory):
    folder = tmp_path_factory.mktemp("systems")
    write_systems(folder, firm, 2026)
    register = registry.load("demo", folder)
    deliveries, lacking = registry.deliveries(register, "demo")
    groups = defaultdict(list)
    for one in deliveries:
        groups[one.system, one.table, one.mapping.model_dump_json()].append(one)
    engine = ibis.duckdb.connect()
    tables, unread, dropped = defaultdict(list), [], defaultdict(int)
    for (system, table, _), alike in groups.items():
        types = schema.TABLES[table].types
        mapped = {name: types[name] for name in alike[0].mapping.columns}
        reading = read_tables(engine, alike, mapped, register)
        tables[system, table].append(reading.table.execute())
        unread.append(reading.unread.execute().assign(source=system, table=table))
        dropped[system, table] += reading.dropped
        reading.release()
    engine.disconnect()
    truths = {
        name: pd.read_csv(folder / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("faults", "customers_systems", "orders_systems")
    }
    faults = truths["faults"]
    for column in ("source_row", "twin_row"):
        faults[column] = pd.to_numeric(faults[column]).astype("Int64")
    return Delivered(
        folder, firm, {key: pd.concat(parts) for key, parts in tables.items()},
        pd.concat(unread), dict(dropped), lacking, faults,
        truths["customers_systems"], truths["orders_systems"],
    )  # fmt: skip


def test_every_system_delivers_and_every_table_of_the_model_is_there(delivered):
    assert delivered.lacking == []
    assert {system for system, _ in delivered.tables} == {*words.SYSTEMS, "market"}
    assert {table for _, table in delivered.tables} == set(delivered.firm.tables)
    assert set(delivered.firm.tables) == set(schema.TABLES)


def test_what_cannot_be_read_is_what_was_planted(delivered):
    kinds = delivered.faults["kind"].isin(["unreadable", "unreadable_required"])
    key = ["table", "source", "file", "source_row", "column"]
    planted = delivered.faults[kinds].astype({"source_row": int}).set_index(key)["after"]
    found = delivered.unread.set_index(key)["value"]
    pd.testing.assert_series_equal(
        planted.sort_index(), found.sort_index(), check_names=False, check_index_type=False,
        check_dtype=False,
    )  # fmt: skip


def test_totals_rows_are_dropped_and_nothing_else(delivered):
    planted = delivered.of("totals_row").groupby(["source", "table"]).size()
    assert {key: count for key, count in delivered.dropped.items() if count} == planted.to_dict()
    assert planted["till", "order_lines"] > 80


@pytest.mark.parametrize("system", ["erp", "shop", "till"])
def test_a_system_delivers_the_true_lines_of_its_channel_and_the_planted_ones(delivered, system):
    true = delivered.firm.tables["order_lines"]
    own = int((true["channel"] == OF_SYSTEM[system]).sum())
    lost = delivered.orders.query("source == @system and is_delivered == 'False'")
    added = delivered.faults[
        (delivered.faults["table"] == "order_lines")
        & (delivered.faults["source"] == system)
        & (delivered.faults["expected_action"] == "merged")
    ]
    assert len(delivered.lines(system)) == own - len(lost) + len(added)
    assert (len(lost) > 0) == (system == "till")


@pytest.mark.parametrize("system", ["erp", "shop", "till"])
def test_a_line_without_a_fault_says_the_truth(delivered, system):
    planted = delivered.faults.query("table == 'order_lines' and source == @system")
    places = pd.MultiIndex.from_frame(planted[["file", "source_row"]])
    lines = delivered.lines(system)
    lines = lines[~pd.MultiIndex.from_frame(lines[["file", "source_row"]]).isin(places)]
    numbers = delivered.orders.query("source == @system")
    true = delivered.firm.tables["order_lines"].merge(numbers, on=["order_id", "line_no"])
    both = lines.merge(
        true, left_on=["order_id", "line_no"], right_on=["local_order_id", "local_line_no"],
        suffixes=("", "_true"), validate="one_to_one",
    )  # fmt: skip
    assert len(both) == len(lines) > 0.85 * len(true)
    for column in ("product_id", "region", "channel", "quantity", *MONEY, "promotion_id"):
        said, was = both[column], both[f"{column}_true"]
        if column in (*MONEY, "quantity"):
            assert said.astype(float).tolist() == was.astype(float).tolist(), column
        else:
            assert said.fillna("").tolist() == was.fillna("").tolist(), column
    to_the = {"erp": "D", "shop": "s", "till": "min"}[system]
    assert both["ordered_at"].tolist() == both["ordered_at_true"].dt.floor(to_the).tolist()
    local = delivered.customers.query("source == @system").set_index("customer_id")["local_id"]
    named = both["customer_id"].notna()
    assert both.loc[named, "customer_id"].tolist() == (
        both.loc[named, "customer_id_true"].map(local).tolist()
    )
    assert (both["is_anonymous"] == "True").tolist() == (~named).tolist()
    assert named.mean() == pytest.approx(0.94 if system == "till" else 1.0, abs=0.015)


def test_a_wrong_value_stands_where_the_truth_says(delivered):
    wrong = {
        "negative_amount", "impossible_date", "unknown_product", "unknown_customer",
        "outlier_price", "outlier_quantity", "outlier_whole_line", "large_but_true", "superseded",
        "currency", "unit", "impossible_score",
    }  # fmt: skip
    for (kind, table), faults in delivered.faults.groupby(["kind", "table"]):
        if kind not in wrong:
            continue
        found = delivered.rows_at(faults)
        for column in set(found["column"]):
            rows = found[found["column"] == column]
            said, planted = rows[column], rows["after"]
            if said.dtype.kind == "M":
                to_the = rows["source"].map({"till": "min", "crm": "min"}).fillna("s")
                planted = [pd.Timestamp(p).floor(t) for p, t in zip(planted, to_the, strict=True)]
            elif schema.TABLES[table].types[column] == "string":
                planted = planted.tolist()
            else:
                said, planted = said.astype(float), planted.astype(float).tolist()
            assert said.tolist() == list(planted), (kind, column)


def test_a_missing_region_is_the_home_region_and_a_missing_cost_the_usual(delivered):
    home = delivered.firm.tables["customers"].set_index("customer_id")["region"]
    cost = delivered.firm.tables["products"].set_index("product_id")["unit_cost"]
    regions = delivered.rows_at(delivered.of("missing_region"))
    assert regions["region"].isna().all()
    person = regions.merge(
        delivered.customers, left_on=["source", "customer_id"], right_on=["source", "local_id"],
        how="left", suffixes=("", "_true"),
    )["customer_id_true"]  # fmt: skip
    assert person.map(home).tolist() == regions["before"].tolist()
    costs = delivered.rows_at(delivered.of("missing_cost"))
    assert costs["cost"].isna().all()
    usual = costs["product_id"].map(cost) * costs["quantity"].astype(float)
    np.testing.assert_allclose(usual, costs["before"].astype(float), atol=0.005)
    channels = delivered.rows_at(delivered.of("missing_channel"))
    assert channels["channel"].isna().all()
    assert set(delivered.lines("erp")["channel"].dropna()) == {"dealer"}


def test_euros_come_back_to_the_penny_and_packs_to_units(delivered):
    euros = delivered.rows_at(delivered.of("currency"))
    rate = euros["ordered_at"].dt.strftime("%Y-%m").map(words.EUR_RATES)
    assert set(euros["currency"]) == {"EUR"}
    back = euros["revenue"].astype(float) * rate
    np.testing.assert_allclose(back, euros["before"].astype(float), atol=0.005)
    packs = delivered.rows_at(delivered.of("unit"))
    size = packs["unit"].map(words.PACKS)
    assert (packs["quantity"].astype(int) * size).tolist() == packs["before"].astype(int).tolist()
    # The price is a pack's: quantity × price − discount is the revenue, however it is counted.
    net = packs["quantity"].astype(float) * packs["unit_price"].astype(float)
    net = net - packs["discount"].astype(float)
    np.testing.assert_allclose(net, packs["revenue"].astype(float), atol=0.01)


def test_a_record_delivered_twice_equals_the_one_that_stays(delivered):
    equal = ["product_id", "quantity", "revenue", "customer_id", "region"]
    for kind, but in (
        ("exact_duplicate", ()),
        ("near_duplicate", ()),
        ("cross_system_duplicate", ("customer_id",)),
        ("cross_system_duplicate_unreferenced", ("customer_id",)),
    ):
        faults = delivered.of(kind).query("table == 'order_lines'")
        copies = delivered.rows_at(faults)
        twins = faults.assign(
            source=faults["twin_source"], file=faults["twin_file"], source_row=faults["twin_row"]
        )
        kept = delivered.rows_at(twins)
        for column in set(equal) - set(but):
            assert copies[column].fillna("").tolist() == kept[column].fillna("").tolist(), kind
        same_number = (copies["order_id"] == kept["order_id"]).all()
        assert same_number == (kind == "exact_duplicate")
        apart = (copies["ordered_at"] - kept["ordered_at"]).dt.total_seconds() / 60
        if kind == "near_duplicate":
            assert apart[copies["source"] == "erp"].eq(0).all()
            assert apart[copies["source"] != "erp"].between(1, 15).all()
        if kind == "cross_system_duplicate":
            assert copies["reference"].tolist() == kept["order_id"].tolist()
            assert set(copies["source"]) == {"erp"}


def test_a_keyed_again_order_belongs_to_the_same_person(delivered):
    faults = pd.concat(
        [delivered.of(k) for k in RULE if k.startswith("cross_system_duplicate")]
    )  # fmt: skip
    copies = delivered.rows_at(faults)
    twins = faults.assign(
        source=faults["twin_source"], file=faults["twin_file"], source_row=faults["twin_row"]
    )
    kept = delivered.rows_at(twins)
    person = delivered.customers.set_index(["source", "local_id"])["customer_id"]
    one = [person["erp", number] for number in copies["customer_id"]]
    assert one == [person["shop", number] for number in kept["customer_id"]]
    orders = copies.groupby("order_id")["reference"].first()
    assert orders.isna().mean() == pytest.approx(0.2, abs=0.1)


def test_the_restated_line_is_in_a_later_file(delivered):
    faults = delivered.of("superseded")
    assert (faults["twin_file"] > faults["file"]).all()
    assert (faults["twin_key"] == faults["record_key"]).all()


def test_there_are_enough_faults_of_every_kind_and_at_most_one_in_a_line(delivered):
    count = delivered.faults.groupby("kind").size()
    assert set(count.index) == set(RULE)
    few = {
        "class_of_nobody": 30, "orphan_return": 40, "outlier_whole_line": 8, "large_but_true": 10,
        "cross_system_duplicate_unreferenced": 25, "control_total": 1, "not_delivered": 1,
        "orphan_fulfilment": 1, "totals_row": 80,
    }  # fmt: skip
    short = {kind: n for kind, n in count.items() if n < few.get(kind, 100)}
    assert short == {}
    lines = delivered.faults.query("table == 'order_lines' and source_row.notna()")
    assert not lines.duplicated(["source", "file", "source_row"]).any()
    wrong = lines[lines["kind"] != "currency"]
    assert len(wrong) < 0.08 * len(delivered.orders)


def test_one_number_is_three_customers(delivered):
    who = delivered.customers
    assert not who.duplicated(["source", "local_id"]).any()
    assert not who.duplicated(["source", "customer_id"]).any()
    assert set(who["customer_id"]) == set(delivered.firm.tables["customers"]["customer_id"])
    by_number = who[who["source"].isin(["erp", "shop", "service"])].pivot(
        index="local_id", columns="source", values="customer_id"
    )
    all_three = by_number.dropna()
    assert len(all_three) > 500
    assert all_three.nunique(axis=1).ge(2).mean() > 0.99
    assert by_number.index.astype(int).min() == FIRST_NUMBER
    in_crm = who[who["source"] == "crm"]
    assert in_crm["local_id"].tolist() == in_crm["customer_id"].tolist()
    order_numbers = {s: set(delivered.lines(s)["order_id"]) for s in ("erp", "shop")}
    assert len(order_numbers["erp"] & order_numbers["shop"]) > 1000


def test_a_system_lists_each_customer_it_knows_once_but_for_the_planted_rows(delivered):
    for system in words.SYSTEMS:
        records = delivered.tables[system, "customers"]
        known = delivered.customers.query("source == @system")
        assert set(records["customer_id"]) == set(known["local_id"])
        twice = delivered.of("exact_duplicate").query("table == 'customers' and source == @system")
        assert len(records) == len(known) + len(twice)


def test_systems_disagree_where_the_truth_says_and_the_better_one_is_right(delivered):
    true = delivered.firm.tables["customers"].set_index("customer_id")
    conflicts = delivered.of("conflict")
    person = delivered.customers.set_index(["source", "local_id"])["customer_id"]
    for system, column in (("erp", "region"), ("erp", "size_band"), ("shop", "region")):
        records = delivered.tables[system, "customers"].set_index("customer_id")
        was = true[column].reindex([person[system, number] for number in records.index])
        planted = conflicts.query("source == @system and column == @column")
        differs = records[column].fillna("").to_numpy() != was.fillna("").to_numpy()
        assert sorted(records.index[differs]) == sorted(planted["record_key"])
        assert records.loc[planted["record_key"], column].tolist() == planted["after"].tolist()
    crm = delivered.tables["crm", "customers"].drop_duplicates("customer_id")
    assert crm["region"].tolist() == true.loc[crm["customer_id"], "region"].tolist()


def test_every_word_of_a_class_is_standard_mapped_or_nobodys(delivered):
    register = registry.load("demo", delivered.folder)
    true = delivered.firm.tables["customers"].set_index("customer_id")
    records = delivered.tables["crm", "customers"]
    nobodys = delivered.of("class_of_nobody")
    for name, classes in register.firm.classes.items():
        column = name.split(".")[1]
        ours = {word: ours for ours, told in classes.items() for word in [ours, *told]}
        assert len(ours) == sum(1 + len(told) for told in classes.values()), "a word in two classes"
        typed = records.dropna(subset=[column])
        mapped = typed[column].map(ours)
        left = set(typed.loc[mapped.isna(), "customer_id"])
        assert left == set(nobodys.query("column == @column")["record_key"])
        known = mapped.notna()
        was = true.loc[typed.loc[known, "customer_id"], column]
        assert mapped[known].tolist() == was.tolist()


def test_one_owner_leaves_far_more_blank_than_the_others(delivered):
    crm = delivered.tables["crm", "customers"].drop_duplicates("customer_id")
    crm = crm[crm["kind"] == "b2b"]
    fields = ["industry", "size_band", "phone"]
    blank = crm[fields].isna().groupby(crm["owner_id"]).mean().mean(axis=1).sort_values()
    assert blank.iloc[-1] > 0.2
    assert blank.iloc[-2] < 0.12


def test_orders_nobody_knows_are_those_the_truth_names(delivered):
    known = {
        system: set(delivered.orders.query("source == @system and is_delivered == 'True'")[
            "local_order_id"
        ])
        for system in OF_SYSTEM
    }  # fmt: skip
    with closing(sqlite3.connect(delivered.folder / "erp" / "erp.sqlite")) as database:
        for table, kind in (
            ("returns", "orphan_return"),
            ("payments", "orphan_payment"),
            ("fulfilments", "orphan_fulfilment"),
        ):
            rows = pd.read_sql(f'SELECT Origin, "Order No" AS number FROM {table}', database)
            lost = [
                number for origin, number in rows.itertuples(index=False)
                if number not in known[origin.lower()]
            ]  # fmt: skip
            assert sorted(lost) == sorted(delivered.of(kind)["after"])


def test_one_month_of_the_crms_totals_is_off(delivered):
    totals = delivered.tables["crm", "control_totals"]
    both = totals.merge(
        delivered.firm.tables["control_totals"], on=["month", "of_source"], suffixes=("", "_true")
    )
    off = both[both["revenue"].astype(float) != both["revenue_true"].astype(float)]
    assert off[["month", "of_source"]].to_numpy().tolist() == [[pd.Timestamp("2025-06-01"), "erp"]]


def test_one_day_of_the_tills_was_not_delivered(delivered):
    (gone,) = delivered.of("not_delivered")["file"]
    assert not (delivered.folder / "till" / gone).exists()
    days = {path.stem for path in (delivered.folder / "till").glob("*/till-*.csv")}
    true = delivered.firm.tables["order_lines"].query("channel == 'store'")
    open_days = set(true["ordered_at"].dt.strftime("till-%Y-%m-%d"))
    assert open_days - days == {Path(gone).stem}


def test_files_were_delivered_after_their_period(delivered):
    def written(name):
        return datetime.fromtimestamp((delivered.folder / name).stat().st_mtime)

    assert written("till/2026-10/till-2026-10-31.csv") == datetime(2026, 11, 1, 2)
    assert written("till/2024-02/till-2024-02-29.csv") == datetime(2024, 3, 1, 2)
    assert written("shop/orders-2025-12.jsonl") == datetime(2026, 1, 1, 2)
    assert written("crm/crm_customers.csv") == datetime(2026, 11, 1, 6)
    assert written("erp/erp.sqlite") == datetime(2026, 11, 1, 6)


def test_the_mapping_says_what_the_systems_were_written_by(delivered):
    register = registry.load("demo", delivered.folder)
    assert register.firm.rates == {"EUR": words.EUR_RATES}
    told = {
        f"customers.{column}": {ours: list(others) for ours, others in classes.items()}
        for column, classes in words.SPELLINGS.items()
    }
    assert register.firm.classes == told
    priorities = {name: register.systems[name].priority for name in words.SYSTEMS}
    assert priorities == words.PRIORITY
    assert [name for name, one in register.systems.items() if not one.required] == ["market"]


@pytest.fixture(scope="module")
def few(firm):
    """The firm with a tenth of its customers."""
    keep = firm.tables["customers"]["customer_id"].iloc[::10]
    lines = firm.tables["order_lines"]
    orders = lines.loc[lines["customer_id"].isin(keep), "order_id"]
    tables = {}
    for name, table in firm.tables.items():
        for column, held in (("order_id", orders), ("customer_id", keep)):
            if column in table:
                table = table[table[column].isin(held)]
        tables[name] = table.reset_index(drop=True)
    return TrueFirm(tables=tables, truth={})


def _digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_other_ones(few, tmp_path):
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        write_systems(tmp_path / name, few, seed)
    one, two, other = (_digests(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert one["truth/faults.csv"] != other["truth/faults.csv"]
    assert one["erp/erp.sqlite"] != other["erp/erp.sqlite"]


def test_all_that_is_written_is_named_and_the_firm_is_left_alone(few, tmp_path):
    before = {name: table.copy() for name, table in few.tables.items()}
    written = write_systems(tmp_path, few, 5)
    there = {Path(folder) / name for folder, _, names in os.walk(tmp_path) for name in names}
    assert set(written) == there
    for name, table in few.tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_a_fault_of_a_row_that_is_written_nowhere_is_an_error():
    ledger = Ledger()
    ledger.place("order_lines", "shop", [0], "orders.jsonl", [1], ["A/1"])
    ledger.add("missing_cost", "order_lines", "shop", 0, "cost", 3.5, None)
    (fault,) = ledger.table().to_dict("records")
    assert (fault["file"], fault["source_row"], fault["before"]) == ("orders.jsonl", 1, "3.50")
    ledger.add("missing_cost", "order_lines", "shop", 7, "cost", 3.5, None)
    with pytest.raises(ValueError, match=r"written nowhere: \[\{'kind': 'missing_cost'"):
        ledger.table()
