"""Documents say what is true: measures as the catalogue has them, and names that exist."""

import re
from fnmatch import fnmatch

import pytest
import yaml

from analysis import params
from analysis.cli.app import app
from analysis.errors import ParameterError
from analysis.measures.dictionary import measures_page
from analysis.model import schema
from analysis.model.schema.page import data_model_page
from analysis.paths import PARAMS, ROOT
from analysis.periods import parse

README = ROOT / "README.md"
SHELLS = {"", "sh", "bash", "console"}
READERS_OWN = "myfirm"
"""The source a reader is told to write: it is not there, and need not be."""


def test_the_page_of_measures_is_as_the_catalogue_says():
    written = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    assert written == measures_page(), "docs/measures.md is out of date: run `make docs`"


def test_the_page_of_the_data_model_is_as_the_schema_says():
    written = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8")
    assert written == data_model_page(), "docs/data-model.md is out of date: run `make docs`"


@pytest.mark.parametrize("name", [*schema.TABLES, *schema.TRUST])
def test_every_table_and_column_is_in_the_data_model(name):
    table = {**schema.TABLES, **schema.TRUST}[name]
    entry = data_model_page().split(f"\n### {name}\n")[1].split("\n### ")[0].split("\n## ")[0]
    rows = [line.split(" | ") for line in entry.splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == list(table.columns)
    for row, column in zip(rows, table.columns.values(), strict=True):
        assert row[3] == column.meaning
        assert (row[4] == "always") == column.required
        assert all(f"`{word}`" in row[5] for word in column.allowed)
        assert ("personal" in row[6]) == column.personal
        assert len(row) == 7


def code_of(text: str) -> list[str]:
    """Everything a document sets as a command or a name: blocks by line, words in backticks.

    Blocks in a language of their own (```yaml) are examples, not names.
    """
    fence = r"^ *```(\w*)\n(.*?)^ *```$"
    blocks = [
        block for language, block in re.findall(fence, text, re.S | re.M) if language in SHELLS
    ]
    rest = re.sub(fence, "", text, flags=re.S | re.M)
    indented = r"(?:(?<=\n\n)|\A)((?: {4}.*\n)+)"
    blocks += re.findall(indented, rest + "\n")
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(indented, "", rest + "\n"))


def links_of(text: str) -> list[str]:
    """Files a document links to."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [t.split("#")[0] for t in targets if not re.match(r"[a-z]+:|#", t)]


def is_made(path: str) -> bool:
    """Whether git ignores a path: it is there once something has been run."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return any(
        f"{path}/".startswith(rule) if rule.endswith("/") else fnmatch(path, rule)
        for rule in filter(None, ignored)
    )


def wrong_files(text: str) -> list[str]:
    """Paths that are named and are neither there nor made: ``params/regoins/``."""
    top = {path.name for path in ROOT.iterdir()}
    said = [
        word.strip("'\",;:()").removeprefix("./")
        for code in code_of(text)
        for word in code.split("#")[0].split()
    ]
    # A path begins with a folder of ours or ends as a file of ours does; "<region>" stands for any.
    paths = [
        re.sub(r"<[^>]*>|…|\{[^}]*\}", "*", word.split("=")[-1])
        for word in said
        if re.match(r"[\w.*<{-][\w./*<>{}…=-]*$", word)
        and (
            ("/" in word and word.split("=")[-1].split("/")[0] in top)
            or re.search(r"\w\.(md|py|yml|toml|ipynb|txt|csv|xls|xlsx|lua|typ|css)$", word)
        )
    ]
    return [
        path
        for path in [*paths, *links_of(text)]
        if not is_made(path)
        and not path.startswith("/")
        and READERS_OWN not in path
        and not list(ROOT.glob(path.rstrip("/")))
        and not ("/" not in path and list(ROOT.glob(f"[!.]*/**/{path}")))
    ]


def wrong_commands(text: str) -> list[str]:
    """``make`` targets, ``make`` variables and ``analysis`` commands and options there are not."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    variables = set(re.findall(r"^([A-Z_]+) [?:]?=", makefile, re.M)) | {"REPORT_ENGINE"}
    commands = {
        (one.name or one.callback.__name__): one.callback.__annotations__
        for one in app.registered_commands
    }
    groups = {
        group.name: {
            one.name or one.callback.__name__ for one in group.typer_instance.registered_commands
        }
        for group in app.registered_groups
    }
    wrong = []
    for code in code_of(text):
        line = re.sub(r"^\$ ", "", code.split(" #")[0]).strip()
        line = re.sub(r"^(?:[A-Z_]+=\S* )+", "", line)
        words = line.split()
        if words[:1] == ["make"]:
            for word in words[1:]:
                name, given, value = re.sub(r"[\[\]]", "", word).partition("=")
                if given and name in variables:
                    wrong += [word] * (not valid(name, value))
                elif re.match(r"[A-Za-z_]+$", name):
                    wrong += [word] * (bool(given) or name not in targets)
        elif words[:1] in (["analysis"], [".venv/bin/analysis"]) and len(words) > 1:
            if words[1] in commands:
                options = {f"--{name.replace('_', '-')}" for name in commands[words[1]]}
                wrong += [
                    w for w in words[2:] if w.startswith("--") and w not in options | {"--help"}
                ]
            elif words[1] in groups:
                wrong += [
                    f"analysis {words[1]} {w}" for w in words[2:3] if w not in groups[words[1]]
                ]
            elif not words[1].startswith("-"):
                wrong.append(f"analysis {words[1]}")
    return wrong


def valid(name: str, value: str) -> bool:
    """Whether a variable of a command may have a value; "…" and "<region>" stand for any."""
    if not value or re.search(r"[<…$]", value):
        return True
    if name == "PERIOD" and value != "latest":
        try:
            parse(value)
        except ParameterError:
            return False
    known = {
        "REGION": params.names("regions"),
        "DATA": [*params.names("sources"), READERS_OWN],
    }
    return value in known.get(name, [value])


def wrong_settings(text: str) -> list[str]:
    """Settings that are named, as ``rfm.months`` or ``notable_share: 0.02``, and are not read."""
    base = yaml.safe_load((PARAMS / "base.yml").read_text(encoding="utf-8"))

    def keys(block: dict, before: str = "") -> set[str]:
        inner = [
            keys(value, f"{before}{key}.")
            for key, value in block.items()
            if isinstance(value, dict)
        ]
        return {f"{before}{key}" for key in block}.union(*inner)

    every = keys(base)
    last = {key.split(".")[-1] for key in every}
    blocks = {key for key, value in base.items() if isinstance(value, dict)}
    named = [re.sub(r":.*", "", code).strip() for code in code_of(text)]
    return [
        name
        for name in named
        if (name.split(".")[0] in blocks and re.fullmatch(r"[a-z_.]+", name) and name not in every)
        or (re.fullmatch(r"[a-z]+(_[a-z]+)+", name) and name not in last | declared())
    ]


def declared() -> set[str]:
    """Names with an underscore that are no setting: columns, measures, functions of the code."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("src", "params")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".yml"} and path.name != "base.yml"
    )
    return set(re.findall(r"[a-z]+(?:_[a-z]+)+", code))


CHECKS = {
    "files": wrong_files,
    "commands": wrong_commands,
    "settings": wrong_settings,
}


class TestReadme:
    @pytest.mark.parametrize("what", CHECKS)
    def test_what_it_names_exists(self, what):
        assert README.is_file(), "README.md is not there; a stranger starts with it"
        wrong = CHECKS[what](README.read_text(encoding="utf-8"))
        assert not wrong, f"README.md names {what} that are not there: {wrong}"


class TestTheGuideToEngines:
    @pytest.mark.parametrize("what", CHECKS)
    def test_what_it_names_exists(self, what):
        guide = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
        guide = re.sub(r"\]\((?![a-z]+:|#)", "](docs/", guide)  # links are from its own folder
        wrong = CHECKS[what](guide)
        assert not wrong, f"docs/engines.md names {what} that are not there: {wrong}"


class TestTheChecksThemselves:
    """The checks above, on sentences that are true and on sentences that are not."""

    @pytest.mark.parametrize(
        "text",
        [
            "Settings are in `params/base.yml`, regions in `params/regions/<region>.yml`.",
            "Packs are in `reports/runs/east/2026-10/` and data in `data/demo`.",
            "See [measures](docs/measures.md#revenue) and [the source](https://example.org/x.md).",
            "```sh\nmake report REGION=east PERIOD=2026-Q3  # one pack\nmake packs\n```",
            "Or `make report REGION=… PERIOD=latest SOURCE_PATH=/path/of/superstore.xls`.",
            "Run `analysis report --region east`, or `REPORT_ENGINE=quarto make packs`.",
            "`notable_share` and `rfm.months` are settings; `order_lines` is a table.",
            "Copy it to `params/sources/myfirm.yml`, then `make report DATA=myfirm`.",
            "So:\n\n    make report REGION=east\n    make packs\n\nand then `make`.",
            "1. So:\n\n   ```yaml\n   file: orders.csv\n   ```\n\n   and then `make`.",
            "Code is in `src/analysis/measures/lines.py`, notebooks in `notebooks/*.ipynb`.",
        ],
    )
    def test_true_sentences_pass(self, text):
        assert [found for check in CHECKS.values() for found in check(text)] == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Settings are in `params/bsae.yml`.", "params/bsae.yml"),
            ("See [measures](docs/measure.md).", "docs/measure.md"),
            ("`src/analysis/nothing/` does it.", "src/analysis/nothing/"),
            ("It is in `nothing.ipynb`.", "nothing.ipynb"),
            ("```\nmake reprot REGION=east\n```", "reprot"),
            ("So:\n\n    make report\n    make reprot\n\nThen.", "reprot"),
            ("1. So:\n\n   ```sh\n   make reprot\n   ```\n", "reprot"),
            ("Run `make report REGION=eats`.", "REGION=eats"),
            ("Run `make report PERIOD=June`.", "PERIOD=June"),
            ("Run `make report PEROID=2026-10`.", "PEROID=2026-10"),
            ("Run `analysis reprot`.", "analysis reprot"),
            ("Run `analysis evaluate dota`.", "analysis evaluate dota"),
            ("Run `analysis report --regoin east`.", "--regoin"),
            ("Set `rfm.month`.", "rfm.month"),
            ("Set `notabel_share: 0.1`.", "notabel_share"),
        ],
    )
    def test_untrue_sentences_are_found(self, text, found):
        assert [wrong for check in CHECKS.values() for wrong in check(text)] == [found]
