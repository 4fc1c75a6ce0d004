"""Linkage scored: nine records of four customers, and what a made-up linkage made of them."""

import pandas as pd
import pytest

from analysis.evaluation import linkage

# Ann is three records, Bob two, Cy two, Di and Ed one each. Linkage lost one of Ann's, found Bob,
# took Di for Cy, and did not list Ed.
TRUE = """\
customer_id,source,local_id
ann,crm,1
ann,erp,7
ann,shop,1
bob,crm,2
bob,till,3
cy,crm,3
cy,erp,1
di,shop,2
ed,till,9
"""
FOUND = {
    ("crm", "1"): ("1", "matched"), ("erp", "7"): ("1", "matched"),
    ("shop", "1"): ("shop:1", "ambiguous"), ("crm", "2"): ("2", "matched"),
    ("till", "3"): ("2", "matched"), ("crm", "3"): ("3", "matched"),
    ("erp", "1"): ("3", "matched"), ("shop", "2"): ("3", "matched"),
}  # fmt: skip


@pytest.fixture
def found(tmp_path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "customers_systems.csv").write_text(TRUE, encoding="utf-8")
    links = pd.DataFrame(
        [(*record, *link) for record, link in FOUND.items()],
        columns=["source", "local_id", "customer_id", "status"],
    )
    (tmp_path / "snapshot" / "trust").mkdir(parents=True)
    links.to_parquet(tmp_path / "snapshot" / "trust" / "customer_links.parquet")
    made = linkage.figures(tmp_path / "truth", tmp_path / "snapshot")
    return {one.figure: one for one in made}


def test_precision_is_of_the_pairs_that_were_made(found):
    """Made: Ann 1 pair, Bob 1, Cy with Di 3, of which one is Cy's: 3 of 5 are true."""
    one = found["linkage precision, pairs"]
    assert (one.value, one.n, one.met) == (3 / 5, 5, False)


def test_recall_is_of_the_pairs_there_are(found):
    """There are: Ann 3, Bob 1, Cy 1, of which Ann 1, Bob 1 and Cy 1 were made."""
    one = found["linkage recall, pairs"]
    assert (one.value, one.n) == (3 / 5, 5)


def test_a_customer_is_whole_with_all_its_records_and_no_others(found):
    """Bob's two, and Ed's one, which stands alone and is listed nowhere."""
    one = found["customer records whose customer is whole"]
    assert (one.value, one.n) == (3 / 9, 9)


def test_customers_counted_against_the_true_ones(found):
    """Found: 1, shop:1, 2, 3, and Ed by himself; there are five."""
    assert found["customers found for each true one"].value == 1.0


def test_doubtful_and_unlisted_records_are_told(found):
    assert found["customer records left to a person"].value == 1 / 9
    assert found["customer records that linkage lists"].value == 8 / 9


def test_pairs_are_counted_without_making_them():
    """A customer of a thousand records has half a million pairs."""
    same = pd.Series(["a"] * 1000)
    assert linkage.pair_counts(same, same) == (499_500, 499_500, 499_500)
