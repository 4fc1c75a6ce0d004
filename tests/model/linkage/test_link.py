"""Customers of several systems: who is one, who is not, and who a person must decide on."""

import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.errors import ContractError, ParameterError
from analysis.model import schema
from analysis.model.linkage import link
from analysis.model.settings import Linkage

from . import invented

SETTINGS = Linkage(match_probability=0.95, review_probability=0.5, overrides="none.csv")
FIRST = {"crm": 1, "erp": 2, "shop": 3, "till": 4, "service": 5}
HEADING = "source_a,local_id_a,source_b,local_id_b,decision,by,on,note\n"

SMITH = {
    "name": "John Smith", "phone": "020 7946 0018", "email": "john.smith@example.com",
    "address": "12 High Street", "city": "Marlwick", "postcode": "Q1 2AB",
}  # fmt: skip
HARBOUR = {
    "name": "Harbour & Sons Ltd", "phone": "0161 496 0123", "address": "Unit 4, 9 Mill Rd",
    "city": "Penbrook", "postcode": "Q2 3CD", "kind": "b2b",
}  # fmt: skip


@pytest.fixture
def engine():
    return ibis.duckdb.connect()


def table(engine, *rows):
    """Records of customers: ``(system, number, what it knows)``."""
    made = pd.DataFrame([{"source": s, "customer_id": n, **known} for s, n, known in rows])
    return engine.create_table("records", made.astype("string"), overwrite=True)


def linked(engine, *rows, overrides=None):
    """Links by system and number, and the candidates as pairs."""
    found = link(engine, table(engine, *rows), FIRST, SETTINGS, overrides)
    links = found.links.execute().set_index(["source", "local_id"])
    pairs = found.candidates.execute()
    asked = list(zip(pairs["local_id_a"], pairs["local_id_b"], strict=True))
    return links, asked


def who(links):
    return links["customer_id"].droplevel("source").to_dict()


@pytest.mark.parametrize(
    ("known", "other"),
    [
        (SMITH, {"name": "SMITH, JOHN", "phone": "+44 (0)20 7946 0018"}),
        (SMITH, {"name": "J. Smith", "phone": "0044 2079460018", "city": "Marlwick"}),
        (SMITH, {"name": "Jonh Smith", "email": "John.Smith@Example.com"}),
        (SMITH, {"name": "Mr John Smith", "address": "12 High St.", "postcode": "q12ab"}),
        (HARBOUR, {"name": "HARBOUR AND SONS LIMITED", "phone": "+441614960123"}),
        (HARBOUR, {"name": "Harbour Sons", "address": "Unit 4, 9 Mill Road", "postcode": "Q23CD"}),
        (
            {"name": "海港家居有限公司", "phone": "138 0013 8000"},
            {"name": "海港家居有限责任公司", "phone": "+86 13800138000"},
        ),
        (
            SMITH | {"phone": "07700 900123"},
            SMITH | {"address": "7 Park Avenue", "city": "Elmden", "postcode": "Q9 9ZZ"}
            | {"phone": "+44 7700 900123"},
        ),
    ],
    ids=["turned", "initial", "slip", "house", "forms", "and", "chinese", "moved"],
)  # fmt: skip
def test_one_customer_written_in_two_ways_is_one(engine, known, other):
    links, asked = linked(engine, ("crm", "C1", known), ("shop", "S1", other))
    assert who(links) == {"C1": "C1", "S1": "C1"}
    assert links["status"].tolist() == ["matched", "matched"]
    assert links["decided_by"].tolist() == ["model", "model"]
    assert links["probability"].min() >= SETTINGS.match_probability
    assert asked == []


@pytest.mark.parametrize(
    ("other", "is_asked"),
    [
        ({"name": "John Smith", "phone": "0118 496 0777", "email": "js@example.net"}, False),
        ({"name": "Mary Jones", "phone": SMITH["phone"]}, False),
        ({"name": "John Smith", "city": "Marlwick"}, True),
        ({"name": "Mary Jones", "phone": SMITH["phone"], "email": SMITH["email"]}, True),
    ],
    ids=["namesake", "shared telephone", "name and town alone", "shared telephone and mail"],
)
def test_one_agreement_makes_no_customer(engine, other, is_asked):
    links, asked = linked(engine, ("crm", "C1", SMITH), ("shop", "S1", other))
    assert who(links) == {"C1": "C1", "S1": "S1"}
    assert asked == ([("C1", "S1")] if is_asked else [])
    assert set(links["status"]) == {"ambiguous" if is_asked else "unmatched"}
    assert set(links["decided_by"]) == {"alone"}
    assert links["probability"].isna().all()


def test_of_two_equally_likely_customers_neither_is_believed(engine):
    twin = {"name": "John Smith", "phone": SMITH["phone"]}
    links, asked = linked(
        engine,
        ("crm", "C1", SMITH | {"email": None}),
        ("crm", "C2", SMITH | {"email": None, "phone": "020 7946 0019"}),
        ("shop", "S1", {"name": "John Smith", "address": "12 High St", "postcode": "Q1 2AB"}),
    )
    assert who(links) == {"C1": "C1", "C2": "C2", "S1": "S1"}
    # Father and son, perhaps; or the CRM has somebody twice.
    assert asked == [("C1", "C2"), ("C1", "S1"), ("C2", "S1")]
    links, asked = linked(engine, ("crm", "C1", SMITH), ("shop", "S1", twin))
    assert who(links) == {"C1": "C1", "S1": "C1"}


def test_a_system_s_own_two_are_one_only_with_the_same_name_and_telephone_or_mail(engine):
    links, _ = linked(
        engine,
        ("crm", "C1", SMITH),
        ("crm", "C2", SMITH | {"name": "SMITH, John"}),
        ("crm", "C3", SMITH | {"name": "Joan Smith"}),
        ("shop", "S1", HARBOUR),
    )
    assert who(links) == {"C1": "C1", "C2": "C1", "C3": "C3", "S1": "S1"}


def test_a_chain_is_not_followed_to_somebody_else(engine):
    """The till's card has one person's telephone and the other's mail; whose is it?"""
    links, asked = linked(
        engine,
        ("crm", "C1", SMITH | {"birth_year": "1950"}),
        ("erp", "E1", {"name": "John Smith", "phone": SMITH["phone"], "email": "j@example.net"}),
        (
            "till", "T1",
            {
                "name": "John Smith", "email": "j@example.net", "phone": "0151 496 0555",
                "birth_year": "1991", "city": "Elmden", "postcode": "Q8 8ZZ",
            },
        ),
    )  # fmt: skip
    assert who(links)["C1"] != who(links)["T1"]
    assert len(asked) == 1


def test_the_first_system_s_number_is_the_customer_s_unless_another_has_it_too(engine):
    links, _ = linked(
        engine,
        ("crm", "1", SMITH), ("shop", "7", SMITH),
        ("erp", "1", HARBOUR), ("till", "9", HARBOUR),
    )  # fmt: skip
    assert links["customer_id"].to_dict() == {
        ("crm", "1"): "crm:1", ("shop", "7"): "crm:1",
        ("erp", "1"): "erp:1", ("till", "9"): "erp:1",
    }  # fmt: skip


def test_one_system_is_left_as_it_is(engine):
    links, asked = linked(engine, ("crm", "C1", SMITH), ("crm", "C2", SMITH))
    assert who(links) == {"C1": "C1", "C2": "C2"}
    assert set(links["status"]) == {"unmatched"}
    assert asked == []


def write(tmp_path, *rows):
    path = tmp_path / "customer-links.csv"
    path.write_text(HEADING + "".join(f"{row},Ana,2026-10-31,\n" for row in rows), encoding="utf-8")
    return path


def test_a_person_s_decision_wins(engine, tmp_path):
    rows = (
        ("crm", "C1", SMITH),
        ("shop", "S1", SMITH),
        ("till", "T1", {"name": "Johnny S", "city": "Elmden"}),
    )
    path = write(tmp_path, "crm,C1,shop,S1,different", "till,T1,shop,S1,same")
    links, asked = linked(engine, *rows, overrides=path)
    assert who(links) == {"C1": "C1", "S1": "S1", "T1": "S1"}
    assert links["status"].tolist() == ["unmatched", "matched", "matched"]
    assert set(links["decided_by"]) == {"override"}
    assert links["probability"].dropna().tolist() == [1.0, 1.0]
    assert asked == []


def test_what_was_decided_is_not_asked_again(engine, tmp_path):
    rows = (("crm", "C1", SMITH), ("shop", "S1", {"name": "John Smith", "city": "Marlwick"}))
    assert linked(engine, *rows)[1] == [("C1", "S1")]
    path = write(tmp_path, "shop,S1,crm,C1,different")
    links, asked = linked(engine, *rows, overrides=path)
    assert asked == []
    assert links["decided_by"].tolist() == ["override", "override"]


def test_a_decision_holds_in_a_single_system_too(engine, tmp_path):
    path = write(tmp_path, "crm,C1,crm,C2,same")
    links, _ = linked(engine, ("crm", "C1", SMITH), ("crm", "C2", HARBOUR), overrides=path)
    assert who(links) == {"C1": "C1", "C2": "C1"}


def test_a_decision_on_a_system_that_did_not_deliver_waits(engine, tmp_path):
    path = write(tmp_path, "crm,C1,service,V1,same")
    assert waiting(engine, path) == ["row 2: service delivered no customers"]


def test_a_decision_on_a_customer_who_is_not_there_any_more_waits(engine, tmp_path):
    path = write(tmp_path, "crm,C1,shop,S9,same", "crm,C8,shop,S9,different")
    assert waiting(engine, path) == [
        "row 2: shop has no customer 'S9'",
        "row 3: crm has no customer 'C8', shop has no customer 'S9'",
    ]


def test_another_firm_s_decision_is_passed_over(engine, tmp_path):
    path = write(tmp_path, "loyalty,L1,sap,7,same")
    assert waiting(engine, path) == []


def waiting(engine, path):
    """What the decisions wait for; none of them is obeyed."""
    records = table(engine, ("crm", "C1", SMITH), ("shop", "S1", HARBOUR))
    found = link(engine, records, FIRST, SETTINGS, path)
    assert set(found.links.execute()["decided_by"]) == {"alone"}
    return [said.removeprefix(f"{path} ") for said in found.learned["waiting"]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ["crm,C1,shopp,S1,same"],
            r"customer-links\.csv row 2: source_b 'shopp': did you mean 'shop'\?.*of its own",
        ),
        (["sap,C1,shop,S1,same"], r"row 2: source_a 'sap': there are crm, erp, .* of its own"),
        (["loyalty,L1,sap,7,maybe"], r"row 2: decision is 'maybe'; write same or different"),
        ([",L1,sap,7,same"], r"row 2: source_a is empty"),
        (["crm,C1,shop,S1,maybe"], r"row 2: decision is 'maybe'; write same or different"),
        (["crm,C1,crm,C1,same"], r"row 2: both customers are crm C1; name two"),
        (["crm,,shop,S1,same"], r"row 2: local_id_a is empty"),
        (
            ["crm,C1,shop,S1,same", "shop,S1,crm,C1,different"],
            r"row 3 says different of two customers, row 2 says same; keep one",
        ),
        (
            ["crm,C1,shop,S1,same", "shop,S1,till,T1,same", "crm,C1,till,T1,different"],
            r"row 4 says different of two customers that rows 2, 3 make the same",
        ),
    ],
)
def test_a_decision_that_cannot_be_obeyed_is_named(engine, tmp_path, rows, said):
    records = (("crm", "C1", SMITH), ("shop", "S1", HARBOUR), ("till", "T1", HARBOUR))
    with pytest.raises(ParameterError, match=said):
        linked(engine, *records, overrides=write(tmp_path, *rows))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source_a,local_id_a\n", "has no column source_b, local_id_b, decision, by, on, note"),
        (f"{HEADING}crm,C1,shop,S1,same,,2026-10-31,\n", "row 2: by is empty; write who decided"),
        (f"{HEADING}crm,C1,shop,S1,same,Ana,31/10/2026,\n", "row 2: on is '31/10/2026'; write a d"),
    ],
)
def test_a_file_of_decisions_that_is_none_is_named(engine, tmp_path, text, said):
    path = tmp_path / "customer-links.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        linked(engine, ("crm", "C1", SMITH), ("shop", "S1", HARBOUR), overrides=path)


def test_a_number_twice_in_a_system_is_refused(engine):
    with pytest.raises(ContractError, match=r"one row per source and customer_id: crm C1"):
        linked(engine, ("crm", "C1", SMITH), ("crm", "C1", HARBOUR), ("shop", "S1", SMITH))


def test_a_system_without_priority_is_refused(engine):
    with pytest.raises(ContractError, match="system 'web' has no priority; there are crm, erp"):
        linked(engine, ("crm", "C1", SMITH), ("web", "W1", SMITH))


@pytest.fixture(scope="module")
def firm():
    """An invented firm's records, and what linking finds."""
    made = invented.records(invented.customers(2500))
    engine = ibis.duckdb.connect()
    return engine, made, link(engine, engine.create_table("records", made), FIRST, SETTINGS)


def test_the_invented_firm_is_linked_right(firm):
    _, made, found = firm
    precision, recall, pairs = invented.scores(found.links.execute(), made)
    assert pairs > 5000
    assert precision >= 0.995
    assert recall >= 0.98
    assert found.learned["weights"] == "trained"


def test_links_are_as_the_schema_declares_them(firm):
    _, made, found = firm
    for name, made_table in (
        ("customer_links", found.links),
        ("link_candidates", found.candidates),
    ):
        assert dict(made_table.schema().items()) == {
            column: ibis.dtype(kind) for column, kind in schema.TRUST[name].types.items()
        }
        rows = made_table.execute()
        assert not rows.duplicated(list(schema.TRUST[name].key)).any()
    assert len(found.links.execute()) == len(made)
    assert found.candidates.execute()["probability"].max() < SETTINGS.match_probability


def test_links_do_not_depend_on_the_order_of_rows_or_on_the_run(firm):
    _, made, found = firm
    engine = ibis.duckdb.connect()
    turned = made.sample(frac=1, random_state=3).reset_index(drop=True)
    again = link(engine, engine.create_table("records", turned), FIRST, SETTINGS)
    assert again.learned == found.learned
    assert_frame_equal(again.links.execute(), found.links.execute())
    assert_frame_equal(again.candidates.execute(), found.candidates.execute())


def test_nothing_is_written_to_the_console(capfd, engine):
    linked(engine, ("crm", "C1", SMITH), ("shop", "S1", SMITH))
    assert capfd.readouterr() == ("", "")
