from analysis.evaluation import promotions
from analysis.evaluation.firms import demo_firm


def test_verdicts_on_an_invented_firm_are_counted_and_none_is_false():
    figures = {one.figure: one for one in promotions.figures([demo_firm(2026)])}
    held = figures["promotions: 95 % intervals that hold the true uplift"]
    assert held.n == 14
    assert held.met
    assert figures["promotions: said not to have paid and did"].value == 0
