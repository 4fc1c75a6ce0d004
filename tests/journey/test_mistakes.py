"""What a user does wrong, and what the product says: one plain message, and nothing lost."""

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from .conftest import deliver, new_house

PARAMETERS = 'region = "east"\nperiod = "2026-10"\ndata = "demo"\nsnapshot = ""'


@pytest.fixture(scope="module")
def house(tmp_path_factory, demo_root):
    """A house with one small notebook of its own, so that runs are short."""
    return deliver(new_house(tmp_path_factory.mktemp("mistakes"), notebooks=False), demo_root)


def put_notebook(house, *sources: str) -> None:
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(
        new_notebook(cells=cells, metadata=kernel),
        house.root / "notebooks" / "10-descriptive.ipynb",
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--region", "eats"], "did you mean 'east'?"),
        (["--region", ""], "no region is given; there are all, central, east"),
        (["--region", "west"], "data 'demo' has no region 'west'"),
        (["--region", "east", "--period", "June"], "write a month '2026-10'"),
        (["--region", "east", "--period", "2019-01"], "there are orders from 2023-11 to 2026-10"),
        (["--region", "east", "--engine", "latex"], "publisher 'latex' is not known"),
        (["--region", "east", "--data", "dmeo"], "did you mean 'demo'?"),
        (["--region", "east", "--data", "superstore"], "SOURCE_PATH="),
        (["--region", "east", "--data", "superstore", "--source-path", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_ends_in_one_plain_message(house, words, says):
    done = house.run("report", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_setting_names_file_key_and_nearest(house):
    base = house.root / "params" / "base.yml"
    good = base.read_text(encoding="utf-8")
    base.write_text(good.replace("notable_share", "notable_shar"), encoding="utf-8")
    done = house.run("report", "--region", "east")
    base.write_text(good, encoding="utf-8")
    assert done.returncode == 2
    assert "params/base.yml: " in done.stderr
    assert (
        "key 'notable_shar' is not one that is read; did you mean 'notable_share'?" in done.stderr
    )


TILL = "data/demo/till/2026-10/till-2026-10-08.csv"


def test_a_delivery_that_is_not_as_mapped_is_named_with_who_answers_for_it(house):
    day = house.root / TILL
    good = day.read_bytes()
    heading, rest = good.split(b"\n", 1)
    day.write_bytes(heading.replace(b"Qty", b"Pieces") + b"\n" + rest)
    done = house.run("check", "--data", "demo")
    day.write_bytes(good)
    assert done.returncode == 2
    assert "till-2026-10-08.csv has no column 'Qty'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_gate_that_is_missed_stops_the_pack_and_names_the_rows(house):
    trust = house.root / "params" / "trust.yml"
    good = trust.read_text(encoding="utf-8")
    trust.write_text(good.replace("rejected_share: {at_most: 0.02", "rejected_share: {at_most: 0"))
    looked_at = house.run("check", "--data", "demo")
    stopped = house.run("report", "--region", "east")
    trust.write_text(good, encoding="utf-8")
    assert looked_at.returncode == 1
    assert "Records rejected" in looked_at.stdout
    assert "(stops a" in looked_at.stdout
    assert stopped.returncode == 2
    assert "data 'demo' cannot be trusted: gate rejected_share of " in stopped.stderr
    assert re.search(r"till-\d{4}-\d\d-\d\d\.csv row \d+: ", stopped.stderr)


def test_a_notebook_that_raises_is_kept_and_the_good_pack_left_alone(house):
    put_notebook(house, "1 + 1")
    assert house.run("report", "--region", "east", REPORT_ENGINE="embedded").returncode == 0
    good = house.pack("east-2026-10")
    before = (good / "pack.html").read_bytes()
    put_notebook(house, "stock = {}", "stock['sofa']")
    done = house.run("report", "--region", "east", REPORT_ENGINE="embedded")
    assert done.returncode == 2
    assert "10-descriptive.ipynb stopped in cell 4: KeyError: 'sofa'" in done.stderr
    assert "| stock['sofa']" in done.stderr
    assert "Traceback" not in done.stderr
    assert (good / "pack.html").read_bytes() == before
    failed = good.with_name("east-2026-10.failed")
    assert (failed / "10-descriptive.ipynb").is_file()
    assert str(failed.relative_to(house.root)) in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_the_good_pack_and_nothing_else(house, how):
    put_notebook(house, "1 + 1")
    assert house.run("report", "--region", "south", REPORT_ENGINE="embedded").returncode == 0
    good = house.pack("south-2026-10")
    before = (good / "pack.html").read_bytes()
    put_notebook(house, "import time", "time.sleep(120)")
    running = subprocess.Popen(
        [sys.executable, "-m", "analysis", "report", "--region", "south"],
        cwd=house.root, env=os.environ | {"ANALYSIS_ROOT": str(house.root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(good.parent.glob(".south-2026-10-*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(3)
    os.killpg(running.pid, how) if how == signal.SIGINT else running.send_signal(how)
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "packs made earlier are as they were" in stderr
    assert "Traceback" not in stderr
    assert (good / "pack.html").read_bytes() == before
    assert not list(good.parent.glob(".south-2026-10-*"))


def test_a_kernel_that_dies_is_said_plainly(house):
    put_notebook(house, "import os", "os._exit(1)")
    done = house.run("report", "--region", "east", REPORT_ENGINE="embedded")
    assert done.returncode == 2
    assert "10-descriptive.ipynb: its kernel died" in done.stderr
    assert "Traceback" not in done.stderr


def test_names_that_look_like_markup_are_shown_as_they_are(house):
    """A label with every sign Markdown knows neither breaks the pack nor changes in it."""
    put_notebook(
        house,
        "from analysis.findings.record import Finding",
        "Finding('descriptive.x', 'In E*as*t $x$ `a` <b> @fig-a it rose.', {}, {}, '', 1, True)",
    )
    label = house.root / "params" / "regions" / "north.yml"
    good = label.read_text(encoding="utf-8")
    label.write_text("label: 'N*or*th $x$ <b>'\n", encoding="utf-8")
    done = house.run("report", "--region", "north", REPORT_ENGINE="embedded")
    label.write_text(good, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    page = (house.pack("north-2026-10") / "pack.html").read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "In E*as*t $x$ `a` <b> @fig-a it rose." in text
    assert "N*or*th $x$ <b>, October 2026" in text
    assert "<math" not in page


def test_packs_of_all_regions_go_on_without_one_that_has_no_orders(house):
    put_notebook(house, "1 + 1")
    regions = house.root / "params" / "regions"
    away = [one for one in regions.glob("*.yml") if one.stem not in ("all", "northeast")]
    for label in away:
        label.rename(label.with_suffix(".away"))
    done = house.run("packs", "--period", "2026-10", REPORT_ENGINE="embedded")
    for label in away:
        label.with_suffix(".away").rename(label)
    assert done.returncode == 0, done.stderr
    left_out = re.search(r"no pack for (.*): a region needs a file in params/regions/", done.stdout)
    assert left_out
    assert "southwest" in left_out[1]
    assert house.pack("northeast-2026-10").is_dir()
    assert not house.pack("southwest-2026-10").exists()


FULL = {
    "when the pack is written": (
        "import errno, analysis.pack.build as build\n"
        "def full(*_): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "build._write_json = full\n"
    ),
    "when the snapshot is built": (
        "import duckdb, analysis.model.snapshot as snapshot\n"
        "def full(*_): raise duckdb.IOException('IO Error: No space left on device')\n"
        "snapshot._built, snapshot.code_version = full, lambda *_: 'other'\n"
    ),
}


@pytest.mark.parametrize("when", FULL)
def test_a_full_disk_is_said_plainly(house, when):
    put_notebook(house, "1 + 1")
    shutil.rmtree(house.pack("north-2026-10"), ignore_errors=True)
    script = FULL[when] + (
        "import sys; sys.argv = ['analysis', 'report', '--region', 'north']\n"
        "from analysis.cli import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=house.root, env=os.environ | {"ANALYSIS_ROOT": str(house.root)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert not house.pack("north-2026-10").exists()


def test_a_run_under_nohup_outlives_its_terminal(house):
    put_notebook(house, "import time", "time.sleep(6)")
    running = subprocess.Popen(
        ["nohup", sys.executable, "-m", "analysis", "report", "--region", "central"],
        cwd=house.root, env=os.environ | {"ANALYSIS_ROOT": str(house.root)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    runs = house.pack("central-2026-10").parent
    while not list(runs.glob(".central-2026-10-*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGHUP)
    _, stderr = running.communicate(timeout=90)
    assert running.returncode == 0, stderr
