"""`make report REGION=east` on the demo firm: what it makes, and that every part of it is true."""

import json
import re
import shutil

import nbformat
import pandas as pd
import pikepdf
import pytest

from analysis.demo.true_firm import true_firm
from analysis.paths import NOTEBOOKS, ROOT

from .conftest import deliver, new_house


@pytest.fixture(scope="module")
def lines(house, east):
    """The trusted order lines as a head of analytics would open them, without our code."""
    content = json.loads((east / "run.json").read_text(encoding="utf-8"))["snapshot"]
    folder = house.root / "data" / "snapshots" / "demo" / content[:12]
    lines = pd.concat(pd.read_parquet(path) for path in (folder / "order_lines").glob("*.parquet"))
    money = lines[["revenue", "cost"]].astype(float)
    return lines.assign(month=lines["ordered_at"].dt.to_period("M"), **money)


def test_the_folder_holds_what_the_contract_lists(east):
    names = {path.name for path in east.iterdir()}
    assert names == {
        "pack.html", "pack.pdf", "pack.ipynb", "findings.json", "run.json",
        *(path.name for path in NOTEBOOKS.glob("*.ipynb")),
    }  # fmt: skip


def test_nothing_unfinished_is_left_beside_it(east):
    assert [path.name for path in east.parent.iterdir()] == [east.name]


def test_findings_have_every_field_and_ids_of_their_topic(findings):
    topics = {path.stem for path in (ROOT / "src" / "analysis" / "findings").glob("*.py")} | {
        "team",
        "quality",
    }
    for one in findings.values():
        assert {"id", "sentence", "values", "units", "exhibit", "n", "notable", "caveats"} <= set(
            one
        )
        assert one["id"].split(".")[0] in topics
        assert set(one["units"]) == set(one["values"])
    told = {name.split(".")[0] for name in findings}
    assert {"board", "verdicts", "bridge", "team", "waste", "segmentation", "predictive"} <= told


@pytest.mark.parametrize(
    ("suffix", "month"), [("", "2026-10"), ("_prior", "2026-09"), ("_year_before", "2025-10")]
)
def test_the_headline_is_what_the_lines_say(findings, lines, suffix, month):
    lines = lines[(lines["region"] == "east") & (lines["month"] == month)]
    values = findings["descriptive.headline"]["values"]
    revenue = lines["revenue"].sum()
    assert values[f"revenue{suffix}"] == pytest.approx(revenue, abs=0.005)
    assert values[f"orders{suffix}"] == lines["order_id"].nunique()
    assert values[f"customers{suffix}"] == lines["customer_id"].nunique()
    rate = (revenue - lines["cost"].sum()) / revenue
    assert values[f"gross_margin_rate{suffix}"] == pytest.approx(rate, abs=1e-9)


def test_the_headline_is_true_but_for_what_could_not_be_mended(findings):
    """Unreadable and impossible lines cost the month a little of its true revenue."""
    true = true_firm().tables["order_lines"]
    of_month = true["ordered_at"].dt.to_period("M") == "2026-10"
    revenue = true.loc[of_month & (true["region"] == "east"), "revenue"].sum()
    found = findings["descriptive.headline"]["values"]["revenue"]
    assert revenue * 0.98 < found < revenue * 1.005


def test_the_pack_finds_what_is_wrong_in_the_east(findings):
    """Furniture was out of stock in the east; a director must see it on the front page."""
    finding = findings["verdicts.main"]
    assert "Furniture in East fell" in finding["sentence"]
    assert "our own supply accounts for all of it" in finding["sentence"]
    assert finding["notable"]


def test_every_exhibit_a_finding_names_is_in_the_pack(east, findings):
    pack = nbformat.read(east / "pack.ipynb", as_version=4)
    labels = set(
        re.findall(r'#\| label: "?([\w-]+)', "\n".join(cell.source for cell in pack.cells))
    )
    missing = {one["exhibit"] for one in findings.values() if one["n"]} - labels
    assert not missing


def test_the_same_sentences_are_in_findings_page_and_document(east, findings):
    page = (east / "pack.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    for one in findings.values():
        assert one["sentence"].replace("'", "’") in text.replace("'", "’"), one["id"]


def test_the_front_page_has_cards_findings_and_a_picture(east):
    pack = nbformat.read(east / "pack.ipynb", as_version=4)
    chapter = next(
        place for place, cell in enumerate(pack.cells) if cell.source.startswith("# What happened")
    )
    front = pack.cells[:chapter]
    outputs = [output.data for cell in front for output in cell.get("outputs", [])]
    assert sum("kpi-row" in data.get("text/markdown", "") for data in outputs) == 1
    assert sum("image/svg+xml" in data for data in outputs) == 1
    listed = next(cell.source for cell in front if cell.source.startswith("1. "))
    assert len(listed.splitlines()) == 5
    assert all(re.search(r"\(@(fig|tbl)-[\w-]+\)", line) for line in listed.splitlines())


def test_what_a_reader_must_know_before_quoting_stands_on_the_front_page(east, findings):
    pack = nbformat.read(east / "pack.ipynb", as_version=4)
    listed = next(cell.source for cell in pack.cells if cell.source.startswith("1. "))
    caveats = findings["predictive.forecast"]["caveats"]
    assert caveats
    assert all(f"*{caveat}*" in listed for caveat in caveats)


def test_run_json_says_what_made_the_pack(east, house):
    record = json.loads((east / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["region"] == "east"
    assert record["parameters"]["period"] == "2026-10"
    assert (house.root / "data" / "snapshots" / "demo" / record["snapshot"][:12]).is_dir()
    lines = next(one for one in record["inputs"] if one["table"] == "order_lines")
    assert lines["rows_read"] == lines["rows_kept"] + lines["rows_merged"] + lines["rows_rejected"]
    assert re.fullmatch(r"[0-9a-f]{64}", lines["sha256"])
    assert record["packages"]["pandas"] == pd.__version__
    assert record["publisher"]["name"]
    assert record["publisher"]["version"]
    assert {"10-descriptive", "pack.ipynb"} <= set(record["seconds"])


def test_the_page_asks_nothing_of_anyone_and_is_small(east):
    page = (east / "pack.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|srcset)\s*=\s*["'](?!data:)[^"'#]""", page)
    assert not re.findall(r"""<link[^>]+href\s*=\s*["'](?!data:)""", page)
    assert not re.findall(r"@import|url\(\s*['\"]?https?:", page)
    # Nine chapters with some sixty pictures; a mail server takes ten million.
    assert len(page.encode()) < 5_000_000


def test_the_document_is_tagged_and_has_bookmarks(east):
    with pikepdf.open(east / "pack.pdf") as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_outline() as outline:
            titles = [str(item.title) for item in outline.root]
    assert any("What happened?" in title for title in titles)


def test_progress_is_plain_lines_where_there_is_no_terminal(report):
    lines = report.stdout.splitlines()
    count = len(list(NOTEBOOKS.glob("*.ipynb"))) + 2
    assert any(line.strip().startswith(f"1 of {count}") for line in lines)
    assert any("pack.pdf" in line for line in lines)
    assert "\x1b" not in report.stdout
    assert report.stderr == ""


AGAIN = ("20-diagnostic", "40-predictive")


def test_the_same_data_and_code_give_the_same_results(tmp_path, demo_root, east, findings):
    """Chapters that draw at random, run again elsewhere; publishing alike is tests/pack's."""
    other = deliver(new_house(tmp_path, notebooks=False), demo_root)
    for name in AGAIN:
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", other.root / "notebooks")
    again = other.run("report", "--region", "east", "--period", "2026-10", REPORT_ENGINE="embedded")
    assert again.returncode == 0, again.stderr
    pack = other.pack("east-2026-10")
    listed = json.loads((pack / "findings.json").read_text(encoding="utf-8"))
    assert len(listed) > 10
    assert {one["id"]: one for one in listed}.items() <= findings.items()
    for name in AGAIN:
        one, same = (outputs_of(folder / f"{name}.ipynb") for folder in (east, pack))
        assert len(one) > 5
        assert one == same, f"{name} differs"


def outputs_of(path):
    """What the cells of a notebook that was run gave."""
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", [])]
