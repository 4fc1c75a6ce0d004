"""Words: every text a module asks for is there, once, and names what it is given."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from analysis import text
from analysis.paths import PARAMS, ROOT
from analysis.text import words

SRC = ROOT / "src" / "analysis"
CATALOGUES = sorted((SRC / "text").glob("*/*.yml"))


def asked_for():
    """Every text that is asked for by a whole name: ``words("finding.headline", …)``."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "words" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    given = {keyword.arg for keyword in node.keywords}
                    yield pytest.param(key.value, given, id=f"{path.stem}:{key.value}")


class Once(yaml.SafeLoader):
    """YAML takes the last of two equal keys without a word; this does not."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        assert not repeated, f"line {node.start_mark.line + 1}: {repeated} twice in one block"
        return super().construct_mapping(node, deep)


@pytest.mark.parametrize("path", CATALOGUES + sorted(PARAMS.rglob("*.yml")), ids=lambda p: p.stem)
def test_no_key_stands_twice_in_a_block(path):
    yaml.load(path.read_text(encoding="utf-8"), Loader=Once)


@pytest.mark.parametrize(("key", "given"), list(asked_for()))
def test_every_text_asked_for_is_there_and_is_given_what_it_names(key, given):
    if None not in given:  # **values: what is given cannot be seen
        words(key, **dict.fromkeys(given, 1))
    assert text.has(key)


def test_values_are_filled_in():
    assert words("part.months", year=2026, months=3) == "2026 (3 of 12 months)"


def test_a_value_that_is_not_given_is_missed():
    with pytest.raises(KeyError, match="months"):
        words("part.months", year=2026)


def test_a_text_that_is_not_there_is_missed():
    with pytest.raises(KeyError, match=r"finding\.nothing"):
        words("finding.nothing")
    assert not text.has("finding.nothing")


@pytest.mark.parametrize(
    ("dimension", "value", "read"),
    [
        ("channel", "web", "Web shop"),
        ("category", "Lighting", "Lighting"),
        ("category", "web", "web"),
        ("channel", "", "Not recorded"),
    ],
)
def test_a_part_has_the_catalogues_word_or_the_firms_own(dimension, value, read):
    assert text.part(dimension, value) == read


@pytest.mark.parametrize("plain", ["E*as*t $x$", "a_b_c", "#1 [x](y) <b>", "`code` @fig-a {{b}}"])
def test_escaped_text_has_no_sign_that_markdown_reads(plain):
    made = text.escaped(plain)
    assert re.sub(r"\\(.)", r"\1", made) == plain
    assert not re.search(r"(?<!\\)[*_$#\[\]<>`@{}]", made)


def test_two_files_must_not_give_one_key(tmp_path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / "xx").mkdir(exist_ok=True)
        (tmp_path / "xx" / f"{name}.yml").write_text("and: und\n", encoding="utf-8")
    monkeypatch.setattr(text, "files", lambda package: Path(tmp_path))
    with pytest.raises(ValueError, match=r"b\.yml repeats the text 'and'"):
        text.catalogue("xx")
