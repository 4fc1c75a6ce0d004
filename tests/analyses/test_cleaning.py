"""What cleaning did: every record once per rule, and the headline with other decisions."""

import pytest
from pandas.testing import assert_frame_equal

from analysis import params
from analysis.analyses import cleaning, quality

from ..quality_tables import LINES, OCT, SEP, account, firm, row_of, single, trust


@pytest.fixture(scope="module")
def told():
    return trust()


def run_of(region: str) -> params.Run:
    return params.load(region, "2026-10", "demo")


def repair(number: int, rule: str, column: str) -> dict:
    return row_of(number, rule, column=column, before=None, after="1")


LINES_OF = [("erp:O1", "east", 60.0, False), ("erp:O2", "east", 40.0, True),
         ("erp:O3", "west", 25.0, False)]  # fmt: skip
REPAIRS = [
    repair(3, "fill_region", "region") | {"revenue": 25.0},
    repair(3, "fill_cost", "cost") | {"revenue": 25.0},
    repair(1, "currency", "revenue"),
    repair(4, "unreadable", "cost"),
    repair(5, "fill_cost", "cost") | {"month": SEP},
]
REJECTED = [row_of(4, "impossible", action="rejected", reason="cost is -3")]
ACCOUNTS = [account(LINES, "erp", OCT, [5, 3, 1, 1], [155.0, 125.0, 20.0, 10.0]),
            account(LINES, "erp", SEP, [9, 9, 0, 0], [900.0, 900.0, 0.0, 0.0])]  # fmt: skip


class TestTheLog:
    def test_a_record_counts_once_for_a_rule_that_changes_many_of_its_values(self):
        repairs = [repair(1, "unreadable", "quantity"), repair(1, "unreadable", "cost")]
        table = cleaning.treated(trust(repairs=repairs, quarantine=[], flags=[]))
        assert table[["action", "rule", "rows", "revenue"]].to_numpy().tolist() == [
            ["repaired", "unreadable", 1, 100.0]
        ]

    def test_what_is_written_in_another_way_is_converted_not_repaired(self, told):
        table = cleaning.treated(told).set_index("rule")
        assert table.loc["currency", "action"] == "converted"
        assert table.loc["fill_region", "action"] == "repaired"

    def test_rows_and_money_are_shares_of_all_that_was_read(self, told):
        log = cleaning.cleaning_log(cleaning.treated(told), quality.summary(told))
        merged = log.loc[("merged", "cross_system_duplicate")]
        assert (merged["rows"], merged["revenue"]) == (80, 4_000)
        assert (merged["share"], merged["revenue_share"]) == (0.008, 4_000 / 1_200_000)
        assert merged["by_source"] == {"Web shop": 80}

    def test_it_goes_by_action_and_most_money_first(self, told):
        log = cleaning.cleaning_log(cleaning.treated(told), quality.summary(told))
        assert [action for action, _ in log.index] == [
            "rejected", "merged", *["repaired"] * 3, "converted", *["flagged"] * 2,
        ]  # fmt: skip
        assert log.loc["repaired", "revenue"].is_monotonic_decreasing

    def test_a_firm_with_nothing_wrong_has_an_empty_log(self):
        clean = single()
        log = cleaning.cleaning_log(cleaning.treated(clean), quality.summary(clean))
        assert log.empty


class TestTheHeadline:
    def variants(self, region: str):
        data = firm(LINES_OF, repairs=REPAIRS, quarantine=REJECTED, accounts=ACCOUNTS)
        return cleaning.headline(data, run_of(region))

    def test_flagged_lines_are_left_out_of_region_and_firm(self):
        table = self.variants("east")
        assert table.loc["region", "revenue"].to_dict() == {
            "reported": 100.0, "without_outliers": 60.0,
        }  # fmt: skip
        assert table.loc[("firm", "without_outliers"), "revenue"] == 85.0

    def test_repaired_lines_count_once_and_only_if_they_were_kept(self):
        # Line 3 had two values filled; 1 was converted; 4 was repaired, then rejected; 5 is
        # another month's.
        repaired = self.variants("all").loc[("firm", "without_repaired")]
        assert repaired[["revenue", "difference", "lines"]].tolist() == [100.0, -25.0, 1]
        assert repaired["share"] == -0.2

    def test_before_cleaning_is_what_was_read_of_the_period(self):
        read = self.variants("all").loc[("firm", "as_read")]
        assert read[["revenue", "difference", "lines"]].tolist() == [155.0, 30.0, 2.0]

    def test_a_run_of_the_whole_firm_has_no_region_beside(self):
        assert self.variants("all").index.get_level_values("scope").unique().tolist() == ["firm"]
        assert_frame_equal(self.variants("all").loc["firm"], self.variants("east").loc["firm"])


class TestTheAccounts:
    def test_read_is_kept_merged_and_rejected(self, told):
        sums = cleaning.accounts(told)
        assert sums.loc["Orders", "rows_read"] == 6_000
        assert sums.loc["total"].filter(like="rows_").tolist() == [10_000, 9_880, 80, 40, 0]
        assert (sums["rows_open"] == 0).all()
        assert (sums["revenue_open"] == 0).all()

    def test_what_is_lost_stays_open(self):
        lost = [account(LINES, "erp", OCT, [10, 7, 1, 1], [100.0, 70.0, 10.0, 10.5])]
        total = cleaning.accounts(trust(accounts=lost)).loc["total"]
        assert (total["rows_open"], total["revenue_open"]) == (1, 9.5)

    def test_a_cent_is_not_lost_in_the_adding_up(self):
        cents = [account(LINES, "erp", None, [1, 1, 0, 0], [0.1, 0.1, 0, 0]) for _ in range(7)]
        assert cleaning.accounts(trust(accounts=cents)).loc["total", "revenue_open"] == 0


class TestWhatToFix:
    def test_it_is_ranked_by_money_with_its_owner(self, told):
        table = cleaning.to_fix(told, cleaning.treated(told))
        assert table.iloc[0][["label", "owner", "fault", "revenue"]].tolist() == [
            "Orders", "Finance", "outlier", 40_000.0,
        ]  # fmt: skip
        assert table["revenue"].is_monotonic_decreasing

    def test_a_system_that_is_late_or_missing_is_there(self, told):
        table = cleaning.to_fix(told, cleaning.treated(told)).set_index("fault")
        assert table.loc["late", "label"] == "Web shop"
        assert table.loc["not_delivered", "owner"] == "Service"

    def test_a_good_value_written_otherwise_and_a_newer_file_are_no_faults(self):
        newer = row_of(1, "superseded", action="merged", reason="", survivor="erp:O1/1")
        other = row_of(2, "currency", column="revenue", before="8", after="7")
        told = trust(quarantine=[newer], repairs=[other], flags=[], freshness=[])
        assert cleaning.to_fix(told, cleaning.treated(told)).empty
