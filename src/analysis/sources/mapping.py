"""How a firm's files map to our tables, as ``params/sources/<name>.yml`` says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import sqlglot
from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from analysis import params, paths
from analysis.errors import SourceError
from analysis.params import Strict

ARITHMETIC = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.Column, exp.Identifier,
    exp.Literal, exp.Coalesce, exp.Abs, exp.Nullif,
)  # fmt: skip


class Column(Strict):
    """Where one of our columns comes from: a column of the file, a formula or a constant."""

    source: str | None = Field(default=None, alias="from")
    formula: str | None = None
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    """The firm's word for a value, and ours. A word that is not listed is an error."""
    format: str | None = None
    """How a date is written, in ``strptime`` signs; ISO dates and Excel dates need none."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: Any) -> Any:
        return {"from": given} if isinstance(given, str) else given

    @field_validator("formula")
    @classmethod
    def _arithmetic(cls, text: str | None) -> str | None:
        if text is not None:
            formula_columns(text)
        return text

    @model_validator(mode="after")
    def _one_origin(self) -> Column:
        if sum(x is not None for x in (self.source, self.formula, self.constant)) != 1:
            raise ValueError("give exactly one of from, formula and constant")
        return self


class Table(Strict):
    """One of our tables: its file and, by our names, its columns."""

    file: str
    sheet: str | None = None
    keep: Literal["all", "first"] = "all"
    """``first``: the file repeats a record on many rows; the first of each key is kept."""
    decimal: Literal[".", ","] = "."
    """What stands before the cents; with a comma, points are read as thousands separators."""
    columns: dict[str, Column]


class Source(Strict):
    """A firm's delivery: where it lies and how its tables map to ours."""

    firm: str
    currency: str
    path: str = ""
    """Folder of the files, or the one file; set by ``SOURCE_PATH`` where it is empty."""
    note: str = ""
    tables: dict[str, Table]


def load(name: str, source_path: str | Path | None = None, folder: Path | None = None) -> Source:
    """Read ``params/sources/<name>.yml``; ``source_path`` is laid over its ``path``.

    Raises
    ------
    ParameterError
        If the file is not as :class:`Source` says.
    """
    file = (folder or paths.PARAMS) / "sources" / f"{name}.yml"
    source = params.checked(Source, params.read_yaml(file), file)
    return source.model_copy(update={"path": str(source_path)}) if source_path else source


def locate(source: Source, table: Table, name: str) -> Path:
    """Find the file of a table.

    Raises
    ------
    SourceError
        If no path is set, or the file is not where the path says.
    """
    if not source.path:
        raise SourceError(
            f"data {name!r} has no path to its files; say where {table.file} is: "
            f"make report DATA={name} SOURCE_PATH=/folder/of/the/files REGION=…"
        )
    base = paths.anchored(source.path)
    found = base if base.is_file() else base / table.file
    if not found.is_file():
        beside = sorted(path.name for path in found.parent.glob("*")) if base.is_dir() else []
        there = f"the folder holds {', '.join(beside[:12]) or 'nothing'}" if base.is_dir() else (
            "there is no such folder"
        )  # fmt: skip
        raise SourceError(f"data {name!r}: file {table.file} is not in {base}; {there}")
    return found


def formula_columns(formula: str) -> list[str]:
    """Columns a formula reads.

    Raises
    ------
    ValueError
        If the formula is anything but arithmetic over columns.

    Examples
    --------
    >>> formula_columns('Sales / (1 - "Discount rate")')
    ['Sales', 'Discount rate']
    """
    try:
        tree = sqlglot.parse_one(formula, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        raise ValueError(f"formula {formula!r} cannot be read") from None
    foreign = [
        node for node in tree.walk()
        if not isinstance(node, ARITHMETIC) or (isinstance(node, exp.Literal) and node.is_string)
    ]  # fmt: skip
    if foreign:
        raise ValueError(
            f"formula {formula!r} may use + - * / ( ) numbers, columns, abs, nullif and coalesce; "
            f"not {foreign[0].sql()!r}"
        )
    columns = list(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))
    if not columns:
        raise ValueError(f"formula {formula!r} reads no column; write a constant instead")
    return columns
