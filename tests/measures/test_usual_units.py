import ibis
import pandas as pd

from analysis.measures.catalogue.usual import usual_units


def test_units_of_a_flagged_line_are_not_counted_and_a_line_never_looked_at_is():
    lines = ibis.memtable(
        pd.DataFrame({"quantity": [10_200, 3, 4], "is_outlier": [True, False, None]}),
        schema={"quantity": "int64", "is_outlier": "boolean"},
    )
    assert usual_units(lines).sum().execute() == 7


def test_units_of_flagged_lines_alone_are_none_and_not_missing():
    lines = ibis.memtable(pd.DataFrame({"quantity": [10_200], "is_outlier": [True]}))
    assert usual_units(lines).sum().execute() == 0
