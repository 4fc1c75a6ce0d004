"""Accounts, true lines and what the tables of trust tell, on a firm of five order lines."""

from io import StringIO

import pandas as pd
import pytest

from analysis.evaluation import accounts
from analysis.evaluation.cleaning import read_faults

JAN, FEB = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")
# The firm's own lines. SO5 was sold on a day whose file was not delivered.
LINES = """\
order_id,line_no,revenue
SO1,1,10.00
SO2,1,20.00
SO3,1,30.00
SO4,1,40.00
SO5,1,50.00
"""
NUMBERS = """\
order_id,line_no,source,local_order_id,local_line_no,is_delivered
SO1,1,shop,1,1,True
SO2,1,shop,2,1,True
SO3,1,till,1,1,True
SO4,1,till,2,1,True
SO5,1,till,3,1,False
"""
# SO2 is in the ERP as well, as 77/10; SO4's amount was negative, so it was rejected.
FAULTS = """\
kind,table,source,file,source_row,record_key,column,before,after,expected_rule,expected_action,\
twin_source,twin_file,twin_row,twin_key
cross_system_duplicate,order_lines,erp,e,2,77/10,,,,cross_system_duplicate,merged,shop,s,3,2/1
negative_amount,order_lines,till,t,3,2/1,revenue,40.00,-40.00,impossible,rejected,,,,
control_total,control_totals,crm,totals.csv,2,2026-01/erp,revenue,1,2,reconciliation,listed,,,,
"""


def lines(*rows):
    """Trusted lines: source, order, line, revenue."""
    made = pd.DataFrame(rows, columns=["source", "order", "line", "revenue"])
    return made.assign(is_outlier=made["revenue"] > 1000)


@pytest.fixture
def true(tmp_path):
    (tmp_path / "faults.csv").write_text(FAULTS, encoding="utf-8")
    return accounts.true_lines(
        pd.read_csv(StringIO(LINES), dtype={"line_no": str}),
        pd.read_csv(StringIO(NUMBERS), dtype=str),
        read_faults(tmp_path),
    )


def figures(true, trusted):
    return {one.figure: one for one in accounts.line_figures(true, trusted, whole=150.0)}


class TestTrueLines:
    def test_a_line_has_the_numbers_of_its_copies_too(self, true):
        assert true[["true", "source", "order", "line"]].values.tolist() == [
            [0, "shop", "1", "1"], [1, "shop", "2", "1"], [2, "till", "1", "1"],
            [3, "till", "2", "1"], [1, "erp", "77", "10"],
        ]  # fmt: skip

    def test_either_copy_will_do(self, true):
        one = figures(true, lines(("shop", "1", "1", 10), ("erp", "77", "10", 20),
                                  ("till", "1", "1", 30)))  # fmt: skip
        there = one["true order lines there exactly once"]
        assert (there.value, there.n) == (1.0, 3)  # without SO4, rejected, and SO5, not delivered

    def test_both_copies_are_one_too_many(self, true):
        one = figures(true, lines(("shop", "1", "1", 10), ("shop", "2", "1", 20),
                                  ("erp", "77", "10", 20), ("till", "1", "1", 30)))  # fmt: skip
        assert one["true order lines there exactly once"].value == 2 / 3

    def test_a_line_nobody_sold_is_told(self, true):
        one = figures(true, lines(("shop", "1", "1", 10), ("shop", "9", "1", 10)))
        assert one["trusted order lines that are true"].value == 1 / 2

    def test_money_is_held_against_the_true_money(self, true):
        one = figures(true, lines(("shop", "1", "1", 10), ("shop", "2", "1", 2000)))
        assert one["true order lines whose revenue is true"].value == 1 / 2
        assert one["trusted revenue for each true pound"].value == 2010 / 150
        assert one["trusted revenue for each true pound, without outliers"].value == 10 / 150


@pytest.fixture
def snapshot(tmp_path):
    """January: three lines read, one rejected, one merged. Nothing in February but a customer."""
    trust = tmp_path / "snapshot" / "trust"
    trust.mkdir(parents=True)
    (trust.parent / "order_lines").mkdir()
    kept = pd.DataFrame({"source": ["shop"], "ordered_at": [JAN], "revenue": [10.0]})
    kept.to_parquet(trust.parent / "order_lines" / "2026-01.parquet")
    gone = pd.DataFrame({
        "table": "order_lines", "source": "shop", "month": JAN, "action": ["rejected", "merged"],
        "revenue": [5.0, 10.0],
    })  # fmt: skip
    gone.to_parquet(trust / "quarantine.parquet")
    account = pd.DataFrame({
        "table": ["order_lines", "customers"], "source": "shop", "month": [JAN, pd.NaT],
        "rows_read": [3, 4], "rows_kept": [1, 4], "rows_rejected": [1, 0], "rows_merged": [1, 0],
        "revenue_read": [25.0, None], "revenue_kept": [10.0, None],
        "revenue_rejected": [5.0, None], "revenue_merged": [10.0, None],
    })  # fmt: skip
    account.to_parquet(trust / "accounts.parquet")
    return trust.parent


class TestAccounts:
    def test_what_adds_up_and_is_so_when_counted_again(self, snapshot):
        found = [(one.value, one.n, one.met) for one in accounts.account_figures(snapshot)]
        assert found == [(1.0, 2, True), (1.0, 2, True)]

    def test_a_folder_may_have_an_apostrophe(self, snapshot):
        moved = snapshot.rename(snapshot.with_name("O'Brien"))
        assert accounts.exact_accounts(moved)["recounted"].all()
        kept = pd.DataFrame({
            "source": ["shop"], "order_id": ["shop:7"], "line_no": ["1"], "revenue": [10.0],
            "is_outlier": False,
        })  # fmt: skip
        kept.to_parquet(moved / "order_lines" / "2026-01.parquet")
        assert accounts.trusted_lines(moved)["order"].tolist() == ["7"]

    @pytest.mark.parametrize(
        ("column", "adds_up", "recounted"),
        [("rows_read", 1, 2), ("revenue_read", 1, 2), ("rows_kept", 1, 1), ("rows_merged", 1, 1),
         ("revenue_rejected", 1, 1)],
    )  # fmt: skip
    def test_one_too_many_shows(self, snapshot, column, adds_up, recounted):
        path = snapshot / "trust" / "accounts.parquet"
        wrong = pd.read_parquet(path)
        wrong.loc[0, column] += 1
        wrong.to_parquet(path)
        found = accounts.exact_accounts(snapshot)
        assert found["adds_up"].sum() == adds_up
        assert found["recounted"].sum() == recounted


class TestWhatTrustTells:
    @pytest.fixture
    def told(self, snapshot, true, tmp_path):
        trust = snapshot / "trust"
        pd.DataFrame({
            "scope": ["overall", "field", "field", "link"], "table": "order_lines",
            "part": ["", "promotion_id", "revenue", "order_lines → customers"],
            "numerator": [97, 10, 99, 90], "denominator": 100,
        }).to_parquet(trust / "coverage.parquet")  # fmt: skip
        pd.DataFrame({
            "source": ["shop", "market"], "refresh_hours": [1.0, None], "is_late": [True, False],
        }).to_parquet(trust / "freshness.parquet")  # fmt: skip
        pd.DataFrame({
            "month": [JAN, FEB], "source": "crm", "of_source": "erp",
            "revenue_kept": [100.0, 100.0], "difference": [-4.0, 0.5],
        }).to_parquet(trust / "reconciliation.parquet")  # fmt: skip
        pd.DataFrame({
            "gate": ["rejected_share", "freshness"], "level": ["fail", "warn"],
            "is_met": [True, False],
        }).to_parquet(trust / "gates.parquet")  # fmt: skip
        made = accounts.trust_figures(snapshot, read_faults(tmp_path))
        return {one.figure: one for one in made}

    def test_coverage_is_asked_of_records_and_required_fields(self, told):
        assert told["coverage: overall order_lines"].met is False
        assert told["coverage: field order_lines revenue"].met is True
        assert told["coverage: field order_lines promotion_id"].met is None
        assert told["coverage: link order_lines order_lines → customers"].met is None

    def test_only_systems_with_an_interval_can_be_late(self, told):
        assert (told["systems delivered in time"].value, told["systems delivered in time"].n) == (
            0.0, 1,
        )  # fmt: skip

    def test_totals_that_differ_show_where_a_difference_is_planted(self, told):
        assert told["totals of crm and erp: months within 1 %"].value == 1 / 2
        assert told["planted differences of totals that show"].value == 1.0

    def test_gates_that_stop_a_pack_must_be_met(self, told):
        assert told["gates met: fail"].met is True
        assert told["gates met: warn"].met is None
