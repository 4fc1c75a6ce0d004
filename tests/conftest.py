"""Three firms to test on: a tiny one worked by hand, the invented one, and Superstore.

Each test process makes its own, in its own folder: nothing is read from or left in the project's
`data/`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

import pandas as pd
import pytest
import yaml
from hypothesis import settings

from analysis import params, paths
from analysis.demo import make_demo
from analysis.model import snapshot
from analysis.model.dataset import Dataset, open_snapshot

from .engines import awkward, postgres_engine, spark_engine  # noqa: F401
from .postgres import postgres  # noqa: F401

# The same cases every time, on any machine: a test that fails for one person fails for all.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")


def pytest_configure(config):
    # Ibis 12 calls what DuckDB has renamed; the warning is for Ibis, and goes with its next one.
    config.addinivalue_line(
        "filterwarnings", "ignore:fetch_arrow_table\\(\\) is deprecated:DeprecationWarning"
    )
    # PySpark leaves the sockets it reads results from to be collected.
    config.addinivalue_line("filterwarnings", "ignore:unclosed <socket:ResourceWarning")


# Twelve order lines of four customers. By month, east + west:
#   2024-01  140 +   0      2025-01  180 +   0      2026-01  150 +   0
#   2024-03    0 +  50      2025-02  150 +  60      2026-02  440 +  90
#                           2025-12    0 + 100
LINES = """\
Order,Line,Placed,Customer,Item,Area,Via,Units,Money Off,Net,Cost
O1,1,2024-01-15,C1,P1,E,Web,10,0,100.00,60.00
O1,2,2024-01-15,C1,P3,E,Web,1,10.00,40.00,30.00
O2,1,2024-03-02,C2,P1,W,Shop,5,0,50.00,30.00
O3,1,2025-01-10,C1,P1,E,Web,20,20.00,180.00,120.00
O4,1,2025-02-05,C2,P2,W,Web,2,0,60.00,40.00
O5,1,2025-02-20,C3,P3,E,Shop,3,0,150.00,90.00
O6,1,2025-12-31 23:30:00,C3,P3,W,Shop,2,0,100.00,60.00
O7,1,2026-01-05,C1,P1,E,Web,12,0,120.00,
O7,2,2026-01-05,C1,P2,E,Web,1,0,30.00,20.00
O8,1,2026-02-03,C2,P1,E,Web,30,60.00,240.00,180.00
O9,1,2026-02-14,C4,P3,E,Shop,4,0,200.00,120.00
O10,1,2026-02-28,C2,P2,W,Web,3,0,90.00,60.00
"""
CUSTOMERS = """\
Customer,Called,Sort
C1,Ash & Co,B
C2,Birch,C
C3,Cedar,C
C4,Dogwood Ltd,B
"""
ITEMS = """\
Item,Called,Group
P1,Desk lamp,Lighting
P2,Floor lamp,Lighting
P3,Chair,Seating
"""
# Ten of the thirty units of O8 came back: a third of 240.00.
RETURNS = """\
Order,Line,Back On,Units
O8,1,2026-03-05,10
"""
MAPPING: dict[str, Any] = {
    "firm": "Tiny",
    "currency": "£",
    "tables": {
        "order_lines": {
            "file": "lines.csv",
            "columns": {
                "order_id": "Order",
                "line_no": "Line",
                "ordered_at": "Placed",
                "customer_id": "Customer",
                "product_id": "Item",
                "region": {"from": "Area", "values": {"E": "east", "W": "west"}},
                "channel": {"from": "Via", "values": {"Web": "web", "Shop": "store"}},
                "quantity": "Units",
                "discount": "Money Off",
                "revenue": "Net",
                "cost": "Cost",
            },
        },
        "customers": {
            "file": "customers.csv",
            "columns": {
                "customer_id": "Customer",
                "name": "Called",
                "kind": {"from": "Sort", "values": {"B": "b2b", "C": "b2c"}},
            },
        },
        "products": {
            "file": "items.csv",
            "columns": {"product_id": "Item", "name": "Called", "category": "Group"},
        },
        "returns": {
            "file": "returns.csv",
            "columns": {
                "order_id": "Order",
                "line_no": "Line",
                "returned_at": "Back On",
                "quantity": "Units",
            },
        },
    },
}


@dataclass
class Delivery:
    """The tiny firm's files and mapping in a folder of their own, for a test to change."""

    root: Path
    mapping: dict[str, Any]

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def params(self) -> Path:
        return self.root / "params"

    @property
    def store(self) -> Path:
        return self.root / "store"

    def write(self, name: str, text: str) -> Path:
        path = self.files / name
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, old: str, new: str, name: str = "lines.csv") -> None:
        """Replace one piece of a file's text, which must be there."""
        text = (self.files / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def table(self, name: str) -> dict[str, Any]:
        """One table of the mapping."""
        return self.mapping["tables"][name]

    def columns(self, name: str = "order_lines") -> dict[str, Any]:
        """The columns of one table of the mapping."""
        return self.table(name)["columns"]

    def build(self) -> Path:
        """Build the snapshot, as a run would."""
        self.save()
        return snapshot.ensure("tiny", store=self.store)

    def open(self) -> Dataset:
        return open_snapshot(self.build())

    def save(self) -> None:
        text = yaml.safe_dump(self.mapping, sort_keys=False, allow_unicode=True)
        (self.params / "sources" / "tiny.yml").write_text(text, encoding="utf-8")


def _deliver(root: Path) -> Delivery:
    folder = root / "params"
    for kind in ("regions", "sources"):
        (folder / kind).mkdir(parents=True)
    # The project's own settings, so that a new one needs no second place.
    for name in ("base.yml", "profiles.yml", "trust.yml"):
        shutil.copy(Path(__file__).parents[1] / "params" / name, folder)
    for name, label in (("all", "All regions"), ("east", "East"), ("west", "West")):
        (folder / "regions" / f"{name}.yml").write_text(f'label: "{label}"\n', encoding="utf-8")
    mapping = yaml.safe_load(yaml.safe_dump(MAPPING))
    delivery = Delivery(root, mapping | {"path": str(root / "files")})
    delivery.files.mkdir()
    delivery.write("lines.csv", LINES)
    delivery.write("customers.csv", CUSTOMERS)
    delivery.write("items.csv", ITEMS)
    delivery.write("returns.csv", RETURNS)
    delivery.save()
    return delivery


@pytest.fixture
def delivery(tmp_path, monkeypatch) -> Delivery:
    """The tiny firm, to spoil and build."""
    made = _deliver(tmp_path)
    monkeypatch.setattr(paths, "PARAMS", made.params)
    return made


@pytest.fixture(scope="session")
def tiny_delivery(tmp_path_factory) -> Delivery:
    """The tiny firm, to be left as it is."""
    return _deliver(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def params_folder(tiny_delivery) -> Path:
    """Params of the tiny firm: regions all, east and west, source tiny."""
    return tiny_delivery.params


@pytest.fixture(scope="session")
def tiny(tiny_delivery) -> Dataset:
    """The tiny firm's opened snapshot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "PARAMS", tiny_delivery.params)
        return open_snapshot(tiny_delivery.build())


@pytest.fixture(scope="session")
def tiny_run(params_folder):
    """Make a run over the tiny firm: ``tiny_run("2026-02")`` is east's."""

    def make(period: str = "2026-02", region: str = "east") -> params.Run:
        return params.load(region, period, "tiny", folder=params_folder)

    return make


@pytest.fixture(scope="session")
def tiny_lines() -> pd.DataFrame:
    """The tiny firm's order lines as its file has them."""
    return pd.read_csv(StringIO(LINES))


def write_workbook(path: Path, **sheets: list[list[object]]) -> Path:
    """Write rows of cells as an .xlsx workbook: the fewest parts that make one."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    names = list(sheets)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"/>'
            for n, name in enumerate(names, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        + f'<Relationship Id="r0" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',  # 22: a day and a time
    }
    for n, name in enumerate(names, start=1):
        rows = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in sheets[name])
        parts[f"xl/worksheets/{n}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    with ZipFile(path, "w") as book:
        for part, xml in parts.items():
            book.writestr(part, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
    return path


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, datetime):
        return f'<c s="1"><v>{(value - datetime(1899, 12, 30)) / timedelta(days=1)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


@pytest.fixture(scope="session")
def workbook():
    """Writes a workbook: ``workbook(path, Orders=[["Order", "Net"], ["O1", 12.5]])``."""
    return write_workbook


def once(root: Path, make: Callable[[Path], None]) -> Path:
    """A folder that is made once for all processes that test side by side."""
    partial = root.with_name(f"{root.name}.being-made")
    try:
        partial.mkdir()
    except FileExistsError:
        while partial.exists():
            time.sleep(0.2)
    else:
        try:
            if not root.exists():
                made = root.with_name(f"{root.name}.made")
                make(made)
                made.rename(root)
        finally:
            partial.rmdir()
    assert root.exists(), f"another process failed to make {root}"
    return root


def _make_demo(folder: Path) -> None:
    make_demo(folder / "files")
    snapshot.ensure("demo", source_path=folder / "files", store=folder / "store")


@pytest.fixture(scope="session")
def demo_root(tmp_path_factory, worker_id) -> Path:
    """The invented firm, made once: its deliveries in ``files``, its snapshots in ``store``."""
    base = tmp_path_factory.getbasetemp()
    return once((base if worker_id == "master" else base.parent) / "the-demo", _make_demo)


@pytest.fixture(scope="session")
def demo_folder(demo_root) -> Path:
    """Folder of the invented firm's snapshot."""
    return snapshot.ensure("demo", source_path=demo_root / "files", store=demo_root / "store")


@pytest.fixture(scope="session")
def demo_data(demo_folder) -> Dataset:
    """The invented firm's opened snapshot."""
    return open_snapshot(demo_folder)


@pytest.fixture(scope="session")
def superstore_file() -> Path:
    """Where the Superstore workbook lies beside the project; it is not part of it."""
    path = paths.ROOT.parent / "shared" / "data" / "superstore.xls"
    if not path.is_file():
        pytest.skip("../shared/data/superstore.xls is not here")
    return path


@pytest.fixture(scope="session")
def superstore_folder(superstore_file, tmp_path_factory) -> Path:
    """Folder of Superstore's snapshot; tests of it are skipped where the workbook is not here."""
    store = tmp_path_factory.mktemp("superstore")
    return snapshot.ensure("superstore", source_path=superstore_file, store=store)


@pytest.fixture(scope="session")
def superstore(superstore_folder) -> Dataset:
    """Superstore's opened snapshot."""
    return open_snapshot(superstore_folder)
