"""Every notebook runs, from top to bottom, on firms that deliver little: nothing is granted.

The cells are run in this process, without kernels and without a pack, as a pack would run them.
"""

import ast
import json
import shutil

import matplotlib.pyplot as plt
import pytest
import yaml

from analysis import paths
from analysis.demo.true_firm import true_firm
from analysis.findings.record import Finding
from analysis.model import schema, snapshot
from analysis.paths import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
NEEDED = ["order_id", "ordered_at", "customer_id", "region", "quantity", "revenue"]
"""What README.md asks of a firm, and no more."""
REGIONS = ["east", "north"]
SHOWN = ("_repr_mimebundle_", "_repr_markdown_", "_repr_html_", "_repr_svg_")


def deliver(root, tables):
    """Write tables as one system's files in a folder with params of its own, and build them."""
    shutil.copytree(paths.ROOT / "params", root / "params")
    mapping = {"firm": "Small", "currency": "£", "path": str(root / "files"), "tables": {}}
    (root / "files").mkdir()
    for name, table in tables.items():
        columns = [column for column in schema.TABLES[name].mapped if column in table]
        table[columns].to_csv(root / "files" / f"{name}.csv", index=False)
        mapping["tables"][name] = {
            "file": f"{name}.csv", "columns": {column: column for column in columns}
        }  # fmt: skip
    source = root / "params" / "sources" / "small.yml"
    source.write_text(yaml.safe_dump(mapping, sort_keys=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "PARAMS", root / "params")
        return snapshot.ensure("small", store=root / "store"), root / "params", "small"


@pytest.fixture(scope="module")
def least(tmp_path_factory):
    """A firm that delivers what is needed and nothing else."""
    lines = true_firm().tables["order_lines"]
    lines = lines.loc[lines["region"].isin(REGIONS), NEEDED]
    return deliver(tmp_path_factory.mktemp("least"), {"order_lines": lines})


@pytest.fixture(scope="module")
def young(tmp_path_factory):
    """A firm of nine months, with every table there is."""
    tables = dict(true_firm().tables)
    lines = tables["order_lines"]
    lines = lines[lines["region"].isin(REGIONS) & (lines["ordered_at"] >= "2026-02-01")]
    known = {column: lines[column].dropna().unique() for column in ("order_id", "customer_id")}
    tables["order_lines"] = lines
    for name, table in tables.items():
        for column in set(known) & set(table):
            table = table[table[column].isin(known[column])]
        tables[name] = table
    return deliver(tmp_path_factory.mktemp("young"), tables)


@pytest.fixture(scope="module")
def foreign(superstore_folder):
    """Superstore, which delivers lines, returns and the names of things."""
    return superstore_folder, paths.ROOT / "params", "superstore"


def run_cells(path, parameters):
    """Run a notebook's cells in one namespace; gives what the last lines of the cells gave."""
    names, given = {"display": lambda *_: None}, []
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]), f"{path.name} cell {number}")
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, f"{path.name} cell {number}", "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= parameters
        if last is not None:
            ask = compile(ast.Expression(last.value), f"{path.name} cell {number}", "eval")
            given.append(eval(ask, names))
            show(given[-1])
    plt.close("all")
    return given


def show(thing):
    """What a notebook does to show what a cell gave."""
    for each in thing if isinstance(thing, list | tuple) else [thing]:
        for name in SHOWN:
            if hasattr(type(each), name):
                getattr(each, name)()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("firm", "region", "period"),
    [
        ("least", "east", "2026-10"),
        ("young", "east", "2026-10"),
        ("foreign", "east", "2017"),
    ],
    ids=["only what is needed", "nine months", "superstore"],
)
def test_a_notebook_runs_on(request, monkeypatch, path, firm, region, period):
    folder, params, data = request.getfixturevalue(firm)
    monkeypatch.setattr(paths, "PARAMS", params)
    parameters = {"region": region, "period": period, "data": data, "snapshot": str(folder)}
    given = run_cells(path, parameters)
    findings = [
        one for each in given for one in (each if isinstance(each, list | tuple) else [each])
        if isinstance(one, Finding)
    ]  # fmt: skip
    assert findings
    for one in findings:
        assert one.sentence.strip()
        assert "nan" not in one.sentence.split()
