"""A user's house: a copy of the project in which the product is run as a user runs it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.paths import ROOT


@dataclass(frozen=True)
class House:
    root: Path

    def run(self, *words: str, **more) -> subprocess.CompletedProcess:
        """What the command line prints and how it ends."""
        environment = os.environ | {"ANALYSIS_ROOT": str(self.root), "COLUMNS": "200", **more}
        return subprocess.run(
            [sys.executable, "-m", "analysis", *words],
            cwd=self.root, env=environment, capture_output=True, text=True, timeout=600,
        )  # fmt: skip

    def pack(self, name: str, data: str = "demo") -> Path:
        return self.root / "reports" / "runs" / data / name


def new_house(folder: Path, notebooks: bool = True) -> House:
    shutil.copytree(ROOT / "params", folder / "params")
    shutil.copytree(ROOT / "reports" / "theme", folder / "reports" / "theme")
    shutil.copy(ROOT / "reports" / "_quarto.yml", folder / "reports" / "_quarto.yml")
    if notebooks:
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    else:
        (folder / "notebooks").mkdir()
    return House(folder)


def deliver(made: House, demo_root: Path) -> House:
    """Put the invented firm's deliveries into a house, and what was built of them."""
    shutil.copytree(demo_root / "files", made.root / "data" / "demo")
    shutil.copytree(demo_root / "store" / "demo", made.root / "data" / "snapshots" / "demo")
    (made.root / "data" / "snapshots" / "demo" / "latest.json").unlink()
    return made


@pytest.fixture(scope="session")
def house(tmp_path_factory, demo_root) -> House:
    return deliver(new_house(tmp_path_factory.mktemp("house")), demo_root)


@pytest.fixture(scope="session")
def report(house) -> subprocess.CompletedProcess:
    """`make report REGION=east`, run once for every test that looks at what it made."""
    done = house.run("report", "--region", "east", REPORT_ENGINE="embedded")
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="session")
def east(house, report) -> Path:
    return house.pack("east-2026-10")


@pytest.fixture(scope="session")
def findings(east) -> dict:
    listed = json.loads((east / "findings.json").read_text(encoding="utf-8"))
    return {one["id"]: one for one in listed}
