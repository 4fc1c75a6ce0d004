"""``analysis check``: the state of the data in a terminal, in JSON, and in the exit code."""

import io
import json
from types import SimpleNamespace

import pytest
from rich.console import Console

from analysis.cli import check
from analysis.model import dataset

from ..quality_tables import TABLES, gate, trust

SECRETS = ["C2023003", "84213", "杭州海港", "Jane Smith"]


@pytest.fixture
def checked(monkeypatch, tmp_path):
    """Check given tables of trust: the exit code, and what was printed."""

    def run(as_json: bool = False, **instead):
        firm = SimpleNamespace(trust=trust(**instead))
        monkeypatch.setattr(dataset, "open_snapshot", lambda folder: firm)
        text = io.StringIO()
        code = check.check("demo", tmp_path, Console(file=text, width=200), as_json)
        return code, text.getvalue()

    return run


def test_doubts_are_listed_and_end_well(checked):
    code, said = checked()
    assert code == 0
    assert "trusted with doubts" in said
    for part in ("Web shop", "late", "not delivered", "80 rows", "Order entered in two systems"):
        assert part in said


def test_a_gate_that_stops_packs_ends_with_one(checked):
    stopped = gate("rejected_share", "order_lines", 0.3, 0.02, False, level="fail",
                   rows_named="a.csv row 7: revenue -5 is below 0 [sic]")  # fmt: skip
    code, said = checked(gates=[stopped, *TABLES["gates"]])
    assert code == 1
    assert "missed (stops a pack)" in said
    assert "revenue -5 is below 0 [sic]" in said
    assert "not trusted" in said


def test_where_to_look_is_said_with_how_many_wait_there(checked, tmp_path):
    _, said = checked()
    assert f"snapshot {tmp_path}" in said
    assert f"quarantine: 110 in {tmp_path}/trust/quarantine.parquet" in said
    assert f"link_candidates: 1 in {tmp_path}/trust/link_candidates.parquet" in said
    assert "flags: 0" not in checked(flags=[])[1]


def test_a_machine_reads_the_same(checked, tmp_path):
    code, said = checked(as_json=True)
    told = json.loads(said)
    assert (code, told["verdict"]) == (0, "doubts")
    assert [one["source"] for one in told["sources"]] == ["desk", "shop", "crm", "erp"]
    assert told["sources"][0]["delivered_at"] is None
    assert len(told["gates"]) == len(TABLES["gates"])
    assert {one["rule"]: one["rows"] for one in told["cleaning"]}["cross_system_duplicate"] == 80
    assert told["lists"]["repairs"] == str(tmp_path / "trust" / "repairs.parquet")


@pytest.mark.parametrize("as_json", [False, True])
def test_no_name_or_number_of_a_customer_is_printed(checked, as_json):
    _, said = checked(as_json)
    assert not [secret for secret in SECRETS if secret in said]


def test_more_missed_gates_than_a_screen_holds_are_counted(checked):
    rows = [gate("coverage", f"part {n}", 0.9, 0.98, False) for n in range(25)]
    _, said = checked(gates=rows)
    assert "and 5 more" in said
