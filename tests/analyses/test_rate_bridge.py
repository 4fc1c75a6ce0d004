import pandas as pd
import pytest

from analysis.analyses.rate_bridge import check_additive, rate_bridge
from analysis.errors import ContractError


def compared(measure: str, by: str = "channel", **rows: tuple[float, float, float, float]):
    """A ratio by parts, ``web=(over, under, over before, under before)``, and of the whole."""
    index = pd.MultiIndex.from_product([list(rows), [measure]], names=[by, "measure"])
    columns = ["current_numerator", "current_denominator", "prior_numerator", "prior_denominator"]
    parts = pd.DataFrame(list(rows.values()), index=index, columns=columns)
    return parts, parts.groupby("measure").sum()


def test_two_channels_worked_by_hand():
    """Web goes from 20 of 40 to 30 of 60, stores from 12 of 60 to 16 of 40: 32 % to 46 %.

    Own rate: web none; stores (0.6 + 0.4) / 2 × 0.20. Mix: web 0.2 (0.5 − 0.39), stores
    −0.2 (0.3 − 0.39).
    """
    split = rate_bridge(
        *compared("gross_margin_rate", web=(30, 60, 20, 40), store=(16, 40, 12, 60)), "prior"
    )
    assert split["rate"].to_dict() == pytest.approx({"store": 0.10, "web": 0.0})
    assert split["mix"].to_dict() == pytest.approx({"store": 0.018, "web": 0.022})
    assert split["effect"].sum() == pytest.approx(0.46 - 0.32)
    assert split.index.tolist() == ["store", "web"]


def test_a_part_of_one_period_alone_is_all_mix():
    split = rate_bridge(
        *compared("gross_margin_rate", web=(50, 100, 25, 50), fair=(0, 0, 10, 50)), "prior"
    )
    assert split.loc["fair", "rate"] == 0
    assert pd.isna(split.loc["fair", "now"])
    assert split["effect"].sum() == pytest.approx(0.50 - 0.35)


def test_orders_of_several_categories_are_refused():
    parts, whole = compared("average_order_value", "category", a=(10, 5, 10, 5), b=(10, 5, 10, 5))
    whole = whole.assign(current_denominator=8)
    says = "by category does not add up: what it is over comes to 10 in the parts and 8"
    with pytest.raises(ContractError, match=says):
        rate_bridge(parts, whole, "prior")


def test_a_sum_is_no_ratio():
    with pytest.raises(ContractError, match="must hold one ratio, such as gross_margin_rate"):
        rate_bridge(*compared("revenue", web=(1, 1, 1, 1)), "prior")


def test_without_a_base_there_are_no_rows():
    assert rate_bridge(*compared("gross_margin_rate", web=(1, 1, 1, 1)), None).empty


def test_nothing_sold_in_a_period_is_no_rate():
    assert rate_bridge(*compared("gross_margin_rate", web=(1, 1, 0, 0)), "prior").empty


@pytest.mark.parametrize(
    ("measure", "says"),
    [("customers", "counts different things"), ("orders", "counts different things"),
     ("gross_margin_rate", "is a ratio")],
)  # fmt: skip
def test_what_does_not_add_up_is_refused(measure, says):
    with pytest.raises(ContractError, match=f"{measure} does not add up: .*{says}"):
        check_additive(compared(measure, web=(1, 1, 1, 1))[0])


def test_sums_are_not_refused():
    check_additive(compared("revenue", web=(1, 1, 1, 1))[0])
