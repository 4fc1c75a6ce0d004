"""Cleaning scored: a firm of nine planted faults, and what a made-up cleaning said of them."""

from io import StringIO

import pandas as pd
import pytest

from analysis.evaluation import cleaning

# Kind, place, column, true and delivered value, what is expected, and the twin of a duplicate.
FAULTS = """\
kind,table,source,file,source_row,record_key,column,before,after,expected_rule,expected_action,\
twin_source,twin_file,twin_row,twin_key
exact_duplicate,order_lines,till,a.csv,5,T1/1,,,,exact_duplicate,merged,till,a.csv,4,T1/1
near_duplicate,order_lines,shop,b.csv,9,S2/1,,,,near_duplicate,merged,shop,b.csv,8,S1/1
negative_amount,order_lines,till,a.csv,7,T2/1,revenue,5.00,-5.00,impossible,rejected,,,,
missing_region,order_lines,erp,erp lines,3,E1/1,region,east,,fill_region,repaired,,,,
missing_region,order_lines,erp,erp lines,4,E2/1,region,west,,fill_region,repaired,,,,
currency,order_lines,erp,erp lines,6,E3/1,revenue,86.00,100.00,currency,repaired,,,,
currency,order_lines,erp,erp lines,6,E3/1,cost,43.00,50.00,currency,repaired,,,,
class_of_nobody,customers,crm,c.csv,2,C1,industry,Offices,???,unmapped,listed,,,,
not_delivered,order_lines,till,d.csv,,,,7 lines,,,none,,,,
"""
QUARANTINE = """\
table,source,file,source_row,rule,action
order_lines,till,a.csv,4,exact_duplicate,merged
order_lines,till,a.csv,7,impossible,rejected
order_lines,till,a.csv,8,impossible,rejected
"""
# Region of row 4 is filled wrongly, and one of row 99 is filled though nothing is planted there.
REPAIRS = """\
table,source,file,source_row,rule,column,before,after
order_lines,erp,erp lines,3,fill_region,region,,east
order_lines,erp,erp lines,4,fill_region,region,,north
order_lines,erp,erp lines,99,fill_region,region,,north
order_lines,erp,erp lines,6,currency,revenue,100.00,86.0043
"""
FLAGS = """\
table,source,file,source_row,rule
order_lines,till,a.csv,7,outlier
"""
LEFTOVERS = "table,source,column,word\ncustomers,crm,industry,???\n"


@pytest.fixture
def truth(tmp_path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "faults.csv").write_text(FAULTS, encoding="utf-8")
    return tmp_path / "truth"


@pytest.fixture
def snapshot(tmp_path):
    folder = tmp_path / "snapshot" / "trust"
    folder.mkdir(parents=True)
    told = {"quarantine": QUARANTINE, "repairs": REPAIRS, "flags": FLAGS, "leftovers": LEFTOVERS}
    for name, text in told.items():
        pd.read_csv(StringIO(text)).to_parquet(folder / f"{name}.parquet")
    return folder.parent


@pytest.fixture
def faults(truth):
    return cleaning.read_faults(truth)


@pytest.fixture
def told(snapshot):
    return cleaning.read_told(snapshot)


class TestRecall:
    def test_each_kind_has_its_found_and_its_missed(self, faults, told):
        """Of the pair in the till the twin was merged, which is as good; the shop's was missed."""
        scores = cleaning.fault_scores(faults, told).set_index("kind")
        assert scores["planted"].to_dict() == {
            "currency": 1, "exact_duplicate": 1, "missing_region": 2, "near_duplicate": 1,
            "negative_amount": 1,
        }  # fmt: skip
        assert scores["found"].to_dict() == {
            "currency": 1, "exact_duplicate": 1, "missing_region": 2, "near_duplicate": 0,
            "negative_amount": 1,
        }  # fmt: skip
        assert scores["missed"].sum() == 1

    def test_the_right_row_under_the_wrong_rule_is_missed(self, faults, told):
        told = told.assign(rule=told["rule"].replace("impossible", "outlier"))
        scores = cleaning.fault_scores(faults, told).set_index("kind")
        assert scores.loc["negative_amount", "found"] == 0

    def test_a_repair_of_another_column_is_no_repair(self, faults, told):
        told = told.assign(column=told["column"].replace("region", "channel"))
        scores = cleaning.fault_scores(faults, told).set_index("kind")
        assert scores.loc["missing_region", "found"] == 0

    def test_a_row_that_was_to_be_rejected_and_was_flagged_is_missed(self, faults, told):
        told = told.assign(action=told["action"].replace("rejected", "flagged"))
        scores = cleaning.fault_scores(faults, told).set_index("kind")
        assert scores.loc["negative_amount", "found"] == 0


class TestPrecision:
    def test_what_was_done_without_need_is_false(self, faults, told):
        """A rejected row, a filled region and a flag where nothing of the kind is planted."""
        false = cleaning.false_alarms(faults, told)
        assert false[["rule", "source_row"]].values.tolist() == [
            ["impossible", 8], ["fill_region", 99], ["outlier", 7],
        ]  # fmt: skip

    def test_by_rule(self, faults, told):
        scores = cleaning.rule_scores(faults, told).set_index("rule")
        assert scores.loc["fill_region"].tolist() == [3, 1]
        assert scores.loc["impossible"].tolist() == [2, 1]
        assert scores.loc["exact_duplicate"].tolist() == [1, 0]

    def test_both_of_a_pair_given_up_is_one_too_many(self, faults, told):
        pair = told[told["rule"] == "exact_duplicate"]
        both = pd.concat([pair, pair.assign(source_row=5)])
        assert cleaning.false_alarms(faults, both)["source_row"].tolist() == [4]

    def test_of_three_that_are_one_any_two_may_go(self, faults, told):
        pair = told[told["rule"] == "exact_duplicate"]
        third = faults[faults["kind"] == "exact_duplicate"].assign(source_row=6)
        three = pd.concat([faults, third])
        gone = pd.concat([pair, pair.assign(source_row=6)])
        assert cleaning.false_alarms(three, gone).empty
        gone = pd.concat([gone, pair.assign(source_row=5)])
        assert cleaning.false_alarms(three, gone)["source_row"].tolist() == [4]


class TestValues:
    def test_a_value_put_in_is_held_against_the_true_one(self, faults, told):
        filled = cleaning.values_filled(faults, told).set_index(["expected_rule", "source_row"])
        assert filled["is_right"].to_dict() == {
            ("fill_region", 3): True, ("fill_region", 4): False, ("currency", 6): True,
        }  # fmt: skip

    def test_money_is_right_to_the_penny(self, faults, told):
        told = told.assign(after=told["after"].astype(str).replace("86.0043", "86.02"))
        filled = cleaning.values_filled(faults, told).set_index("expected_rule")
        assert not filled.loc["currency", "is_right"]

    def test_a_word_of_no_class_must_be_listed(self, faults, snapshot):
        leftovers = pd.read_parquet(snapshot / "trust" / "leftovers.parquet")
        assert cleaning.words_listed(faults, leftovers) == (1, 1)
        assert cleaning.words_listed(faults, leftovers.iloc[:0]) == (1, 0)


def test_figures_hold_misses_and_denominators(truth, snapshot):
    found = {one.figure: one for one in cleaning.figures(truth, snapshot)}
    assert (found["cleaning recall"].value, found["cleaning recall"].n) == (5 / 6, 6)
    assert (found["cleaning precision"].value, found["cleaning precision"].n) == (5 / 8, 8)
    assert found["cleaning recall"].met is False
    assert found["cleaning recall: near_duplicate"].value == 0.0
    assert found["values put in that are true"].value == 2 / 3
