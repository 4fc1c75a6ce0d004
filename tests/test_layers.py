"""The architecture as a table: a layer imports itself and what its row lists."""

import ast
import json

import pytest

from analysis.paths import NOTEBOOKS, ROOT

SRC = ROOT / "src" / "analysis"

BASE = {
    "errors", "questions", "paths", "params", "settings", "steering", "periods", "units", "text",
    "masking", "calendar",
}  # fmt: skip
MAY_IMPORT = {
    "demo": BASE,
    "sources": BASE,
    "model": BASE | {"sources"},
    "measures": BASE | {"model"},
    "analyses": BASE | {"model", "measures"},
    "exhibits": BASE | {"measures.catalogue"},
    "findings": BASE | {"measures.catalogue"},
    "actions": BASE | {"findings"},
    # The appendix lists definitions and sources as the tables of the chapters; docs/decisions/.
    "pack": BASE
    | {"findings", "actions", "measures.catalogue", "exhibits.tables", "exhibits.record"},
}
OUTSIDE = {"cli", "evaluation", "__main__", "__init__"}
"""What starts the others, and may import them all."""
NOT_IN_NOTEBOOKS = {"pack", "cli", "demo"}


def imports(tree: ast.AST, name: str) -> set[str]:
    """List what code imports from this package: ``measures.catalogue.REVENUE``."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: write imports in full, from analysis..."
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix("analysis.") for name in names if name.startswith("analysis.")}


def beyond(names: set[str], allowed: set[str]) -> set[str]:
    """Those of ``names`` that lie in nothing that is allowed."""
    return {name for name in names if not any(f"{name}.".startswith(f"{ok}.") for ok in allowed)}


def layer_of(path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports_of(path) -> set[str]:
    return imports(ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(SRC)))


LAYERED = [path for path in sorted(SRC.rglob("*.py")) if layer_of(path) in MAY_IMPORT]


@pytest.mark.parametrize("path", LAYERED, ids=lambda path: str(path.relative_to(SRC)))
def test_layer_imports_only_what_its_row_lists(path):
    layer = layer_of(path)
    outside = beyond(imports_of(path), MAY_IMPORT[layer] | {layer})
    assert not outside, (
        f"{path.relative_to(SRC)} imports {sorted(outside)}; {layer} may import "
        f"{sorted(MAY_IMPORT[layer] | {layer})}"
    )


@pytest.mark.parametrize("name", sorted(BASE))
def test_the_base_imports_only_the_base(name):
    module = SRC / f"{name}.py"
    path = module if module.is_file() else SRC / name / "__init__.py"
    outside = beyond(imports_of(path), BASE)
    assert not outside, f"{path.relative_to(SRC)} imports {sorted(outside)}"


def test_every_module_is_in_a_layer():
    known = BASE | MAY_IMPORT.keys() | OUTSIDE
    unknown = {layer_of(path) for path in SRC.rglob("*.py")} - known
    assert not unknown, f"{sorted(unknown)} is in no row of the table; add it or move it"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_import_what_answers_and_nothing_that_publishes(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    names = imports(ast.parse(code), path.name)
    assert names, f"{path.name} imports nothing from analysis"
    wrong = sorted(name for name in names if name.split(".")[0] in NOT_IN_NOTEBOOKS)
    assert not wrong, f"{path.name} imports {wrong}"


class TestTheTableItself:
    """The rules above, on code that breaks them."""

    @pytest.mark.parametrize(
        ("layer", "code", "outside"),
        [
            (
                "exhibits",
                "from analysis.measures.engine import measure",
                {"measures.engine.measure"},
            ),
            ("exhibits", "from analysis.measures import engine", {"measures.engine"}),
            ("exhibits", "from analysis.measures import catalogue", set()),
            ("exhibits", "from analysis.measures.catalogue import REVENUE", set()),
            ("measures", "from analysis.sources import files", {"sources.files"}),
            ("findings", "def f():\n    import analysis.exhibits.theme", {"exhibits.theme"}),
            ("sources", "from analysis import params, model", {"model"}),
            ("model", "from analysis.sources.read import read_table\nimport pandas", set()),
        ],
    )
    def test_code_that_breaks_it_is_found(self, layer, code, outside):
        names = imports(ast.parse(code), "example")
        assert beyond(names, MAY_IMPORT[layer] | {layer}) == outside

    def test_a_relative_import_is_found(self):
        with pytest.raises(AssertionError, match="write imports in full"):
            imports(ast.parse("from .engine import measure"), "example")
