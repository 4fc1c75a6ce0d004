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

from analysis.demo import make_demo

from .conftest import new_house

PARAMETERS = 'region = "east"\nperiod = "2026-10"\ndata = "demo"\nsnapshot = ""'


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A house with one small notebook of its own, so that runs are short."""
    made = new_house(tmp_path_factory.mktemp("mistakes"), notebooks=False)
    make_demo(made.root / "data" / "demo")
    return made


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


def test_a_wrong_value_in_an_extract_is_shown_with_file_and_row(house):
    orders = house.root / "data" / "demo" / "erp_orders.csv"
    good = orders.read_text(encoding="utf-8")
    lines = good.splitlines(keepends=True)
    cells = lines[3].split(",")
    quantity = lines[0].split(",").index("Qty")
    cells[quantity] = "three"
    orders.write_text("".join([*lines[:3], ",".join(cells), *lines[4:]]), encoding="utf-8")
    done = house.run("check", "--data", "demo")
    orders.write_text(good, encoding="utf-8")
    assert done.returncode == 2
    assert (
        "erp_orders.csv column 'Qty': expected a number; 1 row differs: row 4: 'three'"
        in done.stderr
    )


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
    orders = house.root / "data" / "demo" / "erp_orders.csv"
    good = orders.read_text(encoding="utf-8")
    lines = good.splitlines(keepends=True)
    kept = [line for line in lines if not (",South-West," in line and "/10/2026," in line)]
    orders.write_text("".join(kept), encoding="utf-8")
    done = house.run("packs", "--period", "2026-10", REPORT_ENGINE="embedded")
    orders.write_text(good, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "no pack for southwest: period '2026-10' has no orders" in done.stdout
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
        "snapshot._build, snapshot._code_version = full, lambda: 'other'\n"
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
