"""The firm of any size: what it delivers, that it grows by a month and is the same again."""

import hashlib
import json
from collections import Counter

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.cli.app import app
from analysis.demo.scale import add_month, write_scaled
from analysis.demo.scale.faults import FAULTS, of_line
from analysis.demo.scale.orders import lines_of
from analysis.errors import ParameterError

LINES = 30_000
FILES = {"erp": "orders", "shop": "orders", "till": "receipts"}


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    return write_scaled(tmp_path_factory.mktemp("scale") / "large", LINES)


@pytest.fixture(scope="module")
def ask(firm):
    """Answers SQL in which ``{erp}`` is all files of orders of the ERP, and ``{at}`` the folder."""
    engine = duckdb.connect()
    tables = {
        system: f"read_parquet('{firm.folder}/{system}/{name}-*.parquet', filename=true)"
        for system, name in FILES.items()
    }
    return lambda query: engine.execute(query.format(at=firm.folder, **tables)).fetchall()


def marks(folder, pattern="*/*.parquet"):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob(pattern))
    }


class TestWhatIsDelivered:
    def test_the_months_of_all_systems_add_up_to_the_lines_asked_for(self, firm, ask):
        rows = sum(ask(f"SELECT count(*) FROM {{{system}}}")[0][0] for system in FILES)
        twice = sum(firm.faults[kind] for kind in firm.faults if kind.endswith("_duplicate"))
        assert firm.order_lines == LINES
        assert rows == firm.rows == LINES + twice

    def test_each_system_delivers_a_file_a_month(self, firm):
        for system, name in FILES.items():
            files = sorted(path.name for path in (firm.folder / system).glob(f"{name}-*"))
            assert len(files) == 36
            assert files[0] == f"{name}-2023-11.parquet"
            assert files[-1] == f"{name}-2026-10.parquet"

    def test_a_file_was_written_the_morning_after_its_month(self, firm):
        file = firm.folder / "till" / "receipts-2024-02.parquet"
        written = pd.Timestamp.fromtimestamp(file.stat().st_mtime)
        assert written == pd.Timestamp("2024-03-01 06:00")

    def test_order_numbers_of_the_systems_clash(self, ask):
        clashing = ask(
            'SELECT count(*) FROM (SELECT DISTINCT "Order No" FROM {erp}) '
            'WHERE "Order No" IN (SELECT "order" FROM {shop}) '
            'AND "Order No" IN (SELECT "Receipt" FROM {till})'
        )
        assert clashing[0][0] > 1000

    def test_customer_numbers_are_each_systems_own(self, ask):
        many, different, least = ask(
            "SELECT count(*), count(DISTINCT account), min(account) "
            "FROM '{at}/shop/accounts.parquet'"
        )[0]
        assert many == different
        assert least >= 1_000_000

    def test_every_customer_can_be_linked_by_mail_or_telephone(self, ask):
        """The nine last digits of a telephone are the same however it is written."""
        phones = (
            f"right(regexp_replace({column}, '[^0-9]', '', 'g'), 9)"
            for column in ('e."Telephone"', 't."Phone"')
        )
        shared = ask(
            'SELECT count(*), count(*) FILTER (upper(t."Holder") != '
            "replace(e.\"Name\", ' LIMITED', ' LTD')) "
            "FROM '{at}/erp/customers.parquet' e JOIN '{at}/till/cards.parquet' t "
            f"ON {' = '.join(phones)}"
        )
        assert shared[0][0] > 300
        assert shared[0][1] == 0
        assert ask(
            "SELECT count(*) FROM '{at}/shop/accounts.parquet' s "
            "JOIN '{at}/crm/customers.parquet' c ON lower(s.mail) = c.\"Email\""
        )[0][0] > 300  # fmt: skip

    def test_money_of_a_line_is_price_less_discount(self, ask):
        wrong = ask(
            "SELECT count(*) FROM {erp} JOIN '{at}/erp/items.parquet' USING (\"Item\") "
            'WHERE "Net" > 0 AND "Net" + "Discount" != "Qty" * "List Price"'
        )
        assert wrong[0][0] == 0

    def test_nobody_buys_before_they_are_won(self, ask):
        early = ask(
            "SELECT count(*) FROM {shop} JOIN '{at}/shop/accounts.parquet' USING (account) "
            "WHERE placed_at < registered"
        )
        assert early[0][0] == 0


class TestPlantedFaults:
    def test_truth_counts_what_the_files_hold(self, firm, ask):
        """Each kind counted in the files, without the generator's help."""
        systems = {
            "erp": ('"Order No"', '"Line"', '"Net"', '"Sales Area"', '"Cost"', '"Item"', '"Qty"'),
            "shop": ('"order"', "pos", "amount", "area", "goods_cost", "sku", "qty"),
            "till": (
                '"Receipt"', '"Pos"', 'try_cast("Amount" AS DECIMAL(18, 2))', '"Store"', '"Cost"',
                '"Article"', '"Units"',
            ),
        }  # fmt: skip
        found = Counter()
        for system, (order, line, amount, region, cost, item, units) in systems.items():
            row = ask(
                f"SELECT count(*) - count(DISTINCT ({order}, {line})), "
                f"count(*) FILTER ({amount} < 0), count(*) FILTER ({amount} IS NULL), "
                f"count(*) FILTER ({region} IS NULL), count(*) FILTER ({cost} IS NULL), "
                f"count(*) FILTER ({item} NOT LIKE 'P%'), count(*) FILTER ({units} > 5), "
                f"count(*) FILTER ({order} % 10000000 BETWEEN 4000000 AND 6999999) "
                f"FROM {{{system}}}"
            )[0]
            kinds = ("exact_duplicate", "negative_amount", "unreadable_amount", "missing_region",
                     "missing_cost", "unknown_product", "outlier", "near_duplicate")  # fmt: skip
            found.update(dict(zip(kinds, row, strict=True)))
        cross = 'SELECT count("Shop Order") FROM {erp}'
        found["cross_system_duplicate"] = ask(cross)[0][0]
        assert found == {kind: firm.faults[kind] for kind in found}
        assert all(firm.faults.values())

    def test_a_near_duplicate_follows_its_order_within_a_quarter_of_an_hour(self, ask):
        apart = ask(
            "SELECT min(b.placed_at - a.placed_at), max(b.placed_at - a.placed_at), "
            "count(*) FILTER (a.amount = b.amount AND a.account = b.account), count(*) "
            'FROM {shop} a JOIN {shop} b ON b."order" = a."order" + 4000000 AND a.pos = b.pos'
        )[0]
        assert pd.Timedelta(minutes=1) <= apart[0] <= apart[1] <= pd.Timedelta(minutes=10)
        assert apart[2] == apart[3] > 0

    def test_the_erp_names_the_shops_order_it_repeats(self, ask):
        unlike = ask(
            'SELECT count(*) FILTER ("Net" != amount OR "Item" != sku), count(*) FROM {erp} '
            'JOIN {shop} ON "Shop Order" = "order" AND "Line" = pos'
        )
        assert unlike[0][0] == 0
        assert unlike[0][1] > 0

    def test_every_fault_has_a_share_of_its_own(self):
        sql = of_line("till", "0.00055", "false")
        assert duckdb.sql(f"SELECT {sql}").fetchall() == [("negative_amount",)]
        assert sum(fault.share for fault in FAULTS) < 0.02  # else the gates would stop a pack


class TestTheSameAgain:
    def test_the_same_seed_gives_the_same_bytes(self, firm, tmp_path):
        again = write_scaled(tmp_path / "again", LINES)
        assert marks(again.folder) == marks(firm.folder)

    def test_another_seed_gives_another_firm(self, firm, tmp_path):
        other = write_scaled(tmp_path / "other", LINES, seed=7, months=1)
        assert other.faults != firm.faults
        file = "shop/orders-2023-11.parquet"
        assert marks(other.folder)[file] != marks(firm.folder)[file]

    def test_one_more_month_leaves_the_files_of_the_others_as_they_were(self, tmp_path):
        short = write_scaled(tmp_path / "firm", LINES, months=2)
        before = marks(short.folder, "*/*-20*.parquet")
        grown = add_month(short.folder)
        after = marks(grown.folder, "*/*-20*.parquet")
        assert {name: mark for name, mark in after.items() if name in before} == before
        assert sorted(after.keys() - before.keys()) == [
            "erp/orders-2024-01.parquet", "shop/orders-2024-01.parquet",
            "till/receipts-2024-01.parquet",
        ]  # fmt: skip
        assert grown.customers > short.customers

    def test_a_firm_that_grew_is_the_firm_written_at_once(self, tmp_path):
        write_scaled(tmp_path / "grown", LINES, months=2)
        grown, whole = (
            add_month(tmp_path / "grown"),
            write_scaled(tmp_path / "whole", LINES, months=3),
        )
        assert marks(grown.folder) == marks(whole.folder)
        counts = [
            json.loads((one.folder / "truth" / "counts.json").read_text()) for one in (grown, whole)
        ]
        assert counts[0] == counts[1]


class TestLinesOfAMonth:
    def test_a_history_adds_up_whatever_the_rounding(self):
        months = pd.period_range("2023-11", periods=36, freq="M")
        for lines in (20_000, 20_001, 1_234_567):
            counts = [lines_of(lines, place, month, 36) for place, month in enumerate(months)]
            assert sum(sum(count.values()) for count in counts) == lines


class TestTheCommand:
    def make(self, folder, *words):
        """What the command says, without the line breaks of a narrow terminal."""
        words = ["demo", "--lines", "20000", "--out", str(folder), *words]
        return " ".join(CliRunner().invoke(app, words, catch_exceptions=False).output.split())

    def test_it_writes_a_firm_of_the_size_asked_for(self, tmp_path):
        said = self.make(tmp_path / "firm")
        assert "20,000 order lines of 1,694 customers and 216 products" in said
        assert (tmp_path / "firm" / "truth" / "counts.json").is_file()

    def test_one_that_is_there_stays_unless_forced(self, tmp_path):
        self.make(tmp_path / "firm")
        (tmp_path / "firm" / "note.txt").touch()
        assert "--force makes it again" in self.make(tmp_path / "firm")
        assert (tmp_path / "firm" / "note.txt").exists()
        assert "20,000 order lines" in self.make(tmp_path / "firm", "--force")
        assert not (tmp_path / "firm" / "note.txt").exists()


class TestMistakes:
    @pytest.mark.parametrize("lines", [19_999, 100_000_001])
    def test_lines_out_of_range_are_refused(self, tmp_path, lines):
        with pytest.raises(ParameterError, match="from 20,000 to 100,000,000; found"):
            write_scaled(tmp_path / "large", lines)

    def test_a_folder_with_something_else_is_left_alone(self, tmp_path):
        (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
        with pytest.raises(ParameterError, match="not a scaled firm and would be lost"):
            write_scaled(tmp_path, LINES)
        assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "dear"

    def test_a_month_needs_a_firm(self, tmp_path):
        with pytest.raises(ParameterError, match="holds no scaled firm; make one"):
            add_month(tmp_path)
