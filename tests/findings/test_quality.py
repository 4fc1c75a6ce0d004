"""Sentences about data quality: true in every case, with their numbers, and none on the list."""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from analysis import params
from analysis.analyses import agreement, cleaning, quality, upkeep
from analysis.findings import quality as say

from ..quality_chapter import VARIANTS, chapter
from ..quality_tables import LINES, OCT, TABLES, account, covered, gate, single, system, trust

RUN = params.load("east", "2026-10", "demo")


@cache
def said(firm: str) -> dict[str, str]:
    tables = trust() if firm == "three" else single()
    return {name: finding.sentence for name, (_, _, finding) in chapter(tables, RUN).items()}


@pytest.mark.parametrize("tables", [trust(), single()], ids=["three systems", "one system"])
def test_findings_are_named_whole_and_never_on_the_front_pages_list(tables):
    for name, (_, _, finding) in chapter(tables, RUN).items():
        assert finding.id.startswith("quality.")
        assert finding.exhibit == f"tbl-quality-{name}"
        assert finding.units.keys() == finding.values.keys()
        assert not finding.notable
        assert finding.sentence.endswith(".")
        assert "nan" not in finding.sentence.replace("Finance", "")


class TestTheLine:
    def test_it_says_the_verdict_the_delivery_and_the_worst_gates(self):
        assert said("three")["gates"] == (
            "The data are trusted with doubts: 3 of 4 systems delivered, newest record 31 October "
            "2026; 99.6% of 9,920 different records kept (80 repeats merged); 41 repaired, 40 "
            "rejected worth £3.00k (0.2%); 2 checks are missed: delay over refresh interval "
            "300.0%; coverage 92.5% at worst, in 2 places."
        )

    def test_of_a_firm_with_nothing_wrong_it_is_short(self):
        assert said("one")["gates"] == (
            "The data are trusted: 1 of 1 systems delivered, newest record 31 October 2026; 100.0% "
            "of 12 different records kept (no repeats); 0 repaired, 0 rejected; every check is met."
        )

    @pytest.mark.parametrize(
        ("levels", "verdict"),
        [([], "trusted"), (["note"], "trusted"), (["warn", "note"], "doubts"),
         (["note", "fail", "warn"], "not_trusted")],
    )  # fmt: skip
    def test_the_gravest_missed_gate_decides(self, levels, verdict):
        rows = [gate("coverage", level, 0.9, 0.98, False, level=level) for level in levels]
        rows += [gate("coverage", "met", 1.0, 0.98, True, level="fail")]
        assert say.verdict(quality.gates(trust(gates=rows), show_personal=False)) == verdict

    def test_more_gates_than_a_line_holds_are_counted(self):
        names = ("coverage", "freshness", "orphan_share", "reconciliation")
        rows = [gate(name, "all", 0.9, 0.98, False) for name in names]
        tables = trust(gates=rows)
        asked = quality.gates(tables, show_personal=False)
        finding = say.trust(quality.summary(tables), asked, RUN)
        assert "; 4 checks are missed: " in finding.sentence
        assert finding.sentence.endswith(", and 2 more.")
        assert finding.values["missed_warn"] == 4

    def test_without_gates_it_says_so(self):
        tables = trust(gates=[])
        asked = quality.gates(tables, show_personal=False)
        sentence = say.trust(quality.summary(tables), asked, RUN).sentence
        assert sentence.startswith("The data are not judged: ")
        assert sentence.endswith("; no check was made.")


class TestDelivery:
    def sentence(self, *systems: dict) -> str:
        return say.sources(quality.sources(trust(freshness=list(systems))), RUN).sentence

    def test_late_and_missing_systems_are_named(self):
        assert said("three")["sources"] == (
            "3 of 4 systems delivered; late is Web shop; nothing came from Service desk."
        )

    def test_all_in_time(self):
        sentence = self.sentence(system("erp", "Orders"), system("crm", "Customers"))
        assert sentence == "All 2 systems delivered within the interval set for them."

    def test_one_system_is_said_with_its_owner_or_that_it_has_none(self):
        assert self.sentence(system("erp", "Orders", owner="Finance")) == (
            "All data come from one system, Orders, owned by Finance."
        )
        assert self.sentence(system("erp", "Orders", owner=None)).endswith(
            "no department is named that answers for it."
        )

    def test_one_system_that_is_late_is_late(self):
        assert self.sentence(system("erp", "Orders", is_late=True)) == (
            "1 of 1 systems delivered; late is Orders."
        )


class TestCoverage:
    def sentence(self, **instead) -> str:
        return say.coverage(quality.coverage(trust(**instead)), RUN).sentence

    def test_the_whole_the_weakest_and_how_many_are_below(self):
        assert said("three")["coverage"] == (
            "98.72% of records are there and good (8,885 of 9,000); the weakest of 5 parts is "
            "Customers: industry with 92.5%. Of the 3 of which 98% is asked, 2 fall short."
        )

    def test_parts_of_which_nothing_is_asked_do_not_fall_short(self):
        asked = [gate("coverage", "source erp", 0.994, 0.98, True)]
        assert self.sentence(gates=asked).endswith(
            "Customers: industry with 92.5%. Of the 1 of which 98% is asked, none falls short."
        )

    def test_with_no_gate_nothing_is_below(self):
        assert self.sentence(gates=[]).endswith("Customers: industry with 92.5%.")

    def test_with_no_parts_the_whole_is_all(self):
        overall = [covered("overall", LINES, "", 3, 4)]
        assert self.sentence(coverage=overall) == "75.00% of records are there and good (3 of 4)."

    def test_unmeasured(self):
        assert self.sentence(coverage=[]) == "Coverage was not measured in these data."


class TestCleaning:
    def test_what_became_of_records_and_which_rule_touched_most(self):
        assert said("three")["cleaning"] == (
            "Of 10,000 records read, 40 were rejected (£3.00k) and 80 merged with a record that "
            "stays (£4.00k); 41 were repaired and 2 kept with a flag. Most money is touched by one "
            "finding: Amount far from what is usual (£40.0k)."
        )

    def test_nothing_was_done(self):
        assert said("one")["cleaning"] == (
            "Nothing was rejected, merged, repaired or flagged: all 12 records are as delivered."
        )

    def test_the_headline_with_other_decisions(self):
        assert said("three")["headline"] == (
            "East revenue of October 2026 is £110k; without flagged amounts it would change by "
            "−36.36% (−£40.0k). Of the whole firm, revenue without repaired lines would change by "
            "−0.58% (−£4.00k), and before cleaning was apart by +0.94% (+£6.50k)."
        )

    def test_a_headline_that_no_decision_touches(self):
        same = VARIANTS.assign(difference=0.0, share=0.0, lines=0)
        assert say.headline(same, RUN).sentence == (
            "East revenue of October 2026 is £110k, with no amount of it flagged; of the whole "
            "firm, no line was repaired, and revenue before cleaning was the same."
        )

    def test_a_decision_that_changes_nothing_is_said_to(self):
        some = VARIANTS.copy()
        some.loc[("region", "without_outliers"), ["difference", "share"]] = 0.0
        some.loc[("firm", "as_read"), ["difference", "share"]] = 0.0
        assert say.headline(some, RUN).sentence == (
            "East revenue of October 2026 is £110k; no amount of it is flagged. Of the whole firm, "
            "revenue without repaired lines would change by −0.58% (−£4.00k), and before cleaning "
            "was the same."
        )

    def test_a_run_of_the_whole_firm_says_it_of_the_firm(self):
        finding = say.headline(VARIANTS.loc[["firm"]], RUN.whole_firm)
        assert finding.sentence.startswith(
            "Revenue of the whole firm of October 2026 is £694k; without flagged amounts it would "
            "change by −5.77% (−£40.0k)."
        )

    def test_every_row_is_accounted_for(self):
        assert said("three")["accounts"] == (
            "Every row is accounted for: 10,000 read = 9,880 kept + 80 merged + 40 rejected, and "
            "so is all revenue to the cent."
        )

    def test_rows_that_are_lost_in_one_system_and_found_in_another_are_both_open(self):
        rows = [account(LINES, "erp", OCT, [10, 8, 1, 0], [100.0, 90.0, 5.0, 0.0]),
                account(LINES, "shop", OCT, [10, 11, 0, 0], [100.0, 105.0, 0.0, 0.0])]  # fmt: skip
        finding = say.accounts(cleaning.accounts(trust(accounts=rows)), RUN)
        assert finding.sentence == (
            "2 of 20 rows and £10.00 of revenue read are not accounted for."
        )

    def test_a_value_written_in_another_way_is_nothing_to_be_told_of_first(self):
        tables = trust(flags=[])  # an amount in another currency is on most money then
        told = quality.summary(tables)
        log = cleaning.cleaning_log(cleaning.treated(tables), told)
        assert log["revenue"].idxmax() == ("converted", "currency")
        assert "currency" not in say.cleaning(log, told, RUN).sentence

    def test_without_departments_none_is_named(self):
        tables = trust(freshness=[system("erp", "Orders", owner=None)])
        faults = cleaning.to_fix(tables, cleaning.treated(tables))
        assert say.faults(faults, RUN).sentence == (
            "To put right first: Amount far from what is usual in Orders (nobody named), which "
            "touches £40.0k."
        )

    def test_what_to_put_right_first(self):
        assert said("three")["faults"] == (
            "First to put right: Amount far from what is usual in Orders (Finance), which touches "
            "£40.0k; 92.0% of all money touched is in the systems of Finance."
        )


class TestAgreement:
    def test_records_are_customers(self):
        assert said("three")["linkage"] == (
            "6 customer records of 2 systems are 4 customers; 4 records (66.7%) were matched, 1 "
            "are left to a person's decision, and 2 were decided so before."
        )

    def test_one_system_says_so_once_for_all_three_questions(self):
        one = said("one")
        assert one["linkage"] == one["pairs"] == one["conflicts"]
        assert one["linkage"].startswith("Customers come from one system, so there is nothing")

    def test_pairs_wait_for_a_decision_in_a_file(self):
        assert said("three")["pairs"] == (
            "1 pair of records may be one customer and waits for a decision; the likeliest has "
            "72%. Decisions go into data/overrides/customer-links.csv."
        )

    def test_no_pair_waits(self):
        tables = trust(link_candidates=[])
        finding = say.pairs(
            agreement.pairs(tables, show_personal=False, rows=5),
            agreement.pair_bands(tables),
            agreement.linkage(tables),
            RUN,
        )
        assert finding.sentence == "No pair of customer records waits for a decision."
        assert finding.n, "it is an answer, not a lack of one"

    def test_conflicts_name_the_column_and_the_winner(self):
        assert said("three")["conflicts"] == (
            "Systems disagree on 4 values of customers and other records, most often on "
            "Customers: phone (3); the value of Customer relations stays there."
        )

    def test_totals_apart(self):
        assert said("three")["control"] == (
            "Customer relations counts £1.01m of orders of Orders, the trusted data hold £997k: a "
            "difference of +£15.0k (+1.48%), with 1 of 2 months apart and October 2026 the "
            "furthest (+£15.0k)."
        )

    def test_totals_that_agree_and_differences_that_cancel_are_told_apart(self):
        month = TABLES["reconciliation"][0]
        alike = agreement.control_totals(trust(reconciliation=[month]))
        assert say.control(alike, RUN).sentence == (
            "Customer relations and the trusted data agree to the cent on orders of Orders in "
            "every month (1)."
        )
        apart = [month | {"difference": 5.0, "revenue_counted": 499_505.0}]
        apart += [month | {"month": OCT, "difference": -5.0, "revenue_counted": 499_495.0}]
        sentence = say.control(agreement.control_totals(trust(reconciliation=apart)), RUN).sentence
        assert "with 2 of 2 months apart" in sentence


class TestUpkeep:
    def test_restated_closed_months(self):
        assert said("three")["restated"] == (
            "1 closed month changed since the last snapshot, by −£5.50k in all; the most in "
            "September 2026 from Orders: −£5.50k (−1.09%), with 2 lines added, 40 gone and 3 "
            "changed."
        )

    def test_only_open_months_grew(self):
        changes = upkeep.restatements(trust(restatements=TABLES["restatements"][1:]))
        finding = say.restated(changes, is_first=False, run=RUN)
        assert finding.sentence == ("No month that was closed has changed since the last snapshot.")
        assert finding.n

    def test_the_first_snapshot_cannot_tell(self):
        assert (
            said("one")["restated"]
            == said("one")["moving"]
            == ("There is no earlier snapshot, so changes since the last one cannot be said.")
        )

    def test_fields_that_moved_back(self):
        assert said("three")["moving"] == (
            "Of 800 customers in both snapshots, Revenue in all moved backwards for 4, which it "
            "must not."
        )

    def test_blank_fields_by_owner_whose_name_is_masked(self):
        assert said("three")["discipline"] == (
            "95 of 1,990 values that owners of accounts should have entered are blank (4.8%); most "
            "with S01 J*** S***: 10.0% (80, mainly industry)."
        )

    def test_words_without_a_class(self):
        assert said("three")["leftovers"] == (
            "3 words of the systems are in no class, on 43 records; Livestream in Order lines: "
            "channel is on most money or records."
        )


def test_whole_numbers_of_customers_are_nowhere_in_a_record():
    text = str([finding for _, _, finding in chapter(trust(), RUN).values()])
    assert not [one for one in ("C2023001", "C2023003", "84213", "Jane", "杭州") if one in text]


def test_that_personal_data_are_shown_is_a_caveat():
    shown = replace(RUN, settings=RUN.settings.model_copy(update={"show_personal": True}))
    tables = trust()
    finding = say.trust(quality.summary(tables), quality.gates(tables, show_personal=True), shown)
    assert len(finding.caveats) == 1


def test_newest_record_is_left_out_where_no_record_is_dated():
    undated = [system("erp", "Orders", newest_record_at=None)]
    tables = trust(freshness=undated, gates=[])
    asked = quality.gates(tables, show_personal=False)
    told = quality.summary(tables)
    assert pd.isna(told["newest_record_at"])
    assert "1 of 1 systems delivered; 99.6%" in say.trust(told, asked, RUN).sentence
