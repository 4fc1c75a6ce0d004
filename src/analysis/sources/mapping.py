"""How a firm's files map to our tables, as ``params/sources/<name>.yml`` says it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import sqlglot
from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from analysis.settings import Strict

ARITHMETIC = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.Column, exp.Identifier,
    exp.Literal, exp.Coalesce, exp.Abs, exp.Nullif,
)  # fmt: skip


class Lookup(Strict):
    """A table the system delivers beside, in which one of its words is looked up for another."""

    file: str
    key: str
    value: str


class Column(Strict):
    """Where one of our columns comes from: a column of the file, a formula or a constant."""

    source: str | None = Field(default=None, alias="from")
    formula: str | None = None
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    """The firm's word for a value, and ours. A word that is not listed is a leftover."""
    format: str | list[str] | None = None
    """How a date is written, in ``strptime`` signs, or the ways in which it may be, first first;
    ISO dates and Excel dates need none."""
    replace: dict[str, str] = Field(default_factory=dict)
    """Regular expressions, and what stands in their place, in this order, before anything else."""
    lookup: Lookup | None = None

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
    """One of our tables: its files or query and, by our names, its columns."""

    file: str = ""
    """A file, or with ``*`` every file that fits, below the system's path."""
    query: str = ""
    """Table or SELECT statement, where the system is a database."""
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    """Sign between cells; none: the one that makes most columns."""
    heading_row: Annotated[int, Field(ge=1)] = 1
    """Row of the heading, where a title or merged cells stand above it."""
    drop_rows: dict[str, str] = Field(default_factory=dict)
    """Column of the file, and regular expression of what it holds in rows that are no records:
    a totals row. They are counted, not read."""
    keep: Literal["all", "first"] = "all"
    """``first``: the file repeats a record on many rows; the first of each key is kept."""
    decimal: Literal[".", ","] = "."
    """What stands before the cents; the other one, and spaces, are thousands separators."""
    currency: str | None = None
    """Currency of the amounts, where it is not the firm's and no column says."""
    ids: dict[str, str] = Field(default_factory=dict)
    """For columns that hold another system's numbers, that system: ``order_id: erp``."""
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _one_place(self) -> Table:
        if bool(self.file) == bool(self.query):
            raise ValueError("give one of file and query")
        return self


class System(Strict):
    """One system that delivers: who answers for it, how often, and how its tables map to ours."""

    label: str = ""
    owner: str = ""
    """Department that answers for the data."""
    refresh_hours: Annotated[float, Field(gt=0)] | None = None
    """Hours within which it should deliver anew; none: whenever it does."""
    priority: Annotated[int, Field(ge=1)] = 1
    """Whose value stays where systems disagree: 1 before 2."""
    required: bool = True
    """Whether a pack needs it."""
    path: str = ""
    """Folder of its files below the firm's, or a database: ``sqlite:///erp.sqlite``,
    ``postgresql://user@host/name``; ``${NAME}`` is taken from the environment."""
    tables: dict[str, Table | list[Table]]


class Firm(Strict):
    """A firm's delivery: where it lies, in which money, and the systems it comes from."""

    firm: str
    currency: str
    """Sign of the money of all amounts."""
    currency_code: str = ""
    """Its three letters, as systems write it; needed where some amounts are in another."""
    rates: dict[str, float | dict[str, float]] = Field(default_factory=dict)
    """Units of the firm's money for one of another: one rate, or rates by month ``2026-10``."""
    path: str = ""
    """Folder of the files, or the one file; set by ``SOURCE_PATH`` where it is empty."""
    founded: date | None = None
    """First day of business: no record can be older."""
    as_of: datetime | None = None
    """Moment freshness is judged at; none: the newest delivery."""
    show_personal: bool | None = None
    """Whether packs of the firm show customers' names and numbers whole, as ``params/base.yml``."""
    note: str = ""
    classes: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    """Standard classes by ``table.column``: our word, and the words systems use for it."""
    trust: dict[str, Any] = Field(default_factory=dict)
    """What differs from ``params/trust.yml`` here."""
    tables: dict[str, Table | list[Table]] = Field(default_factory=dict)
    """Of a firm with one system; one with several has a folder of them instead."""
    engine: str = "duckdb"
    """What packs are computed by: ``duckdb``, ``postgresql://user@host/name``, ``spark``,
    ``spark://host:7077`` or ``local[2]``; see docs/engines.md."""


def sources_of(table: Table) -> list[str]:
    """Columns of the file that a mapping reads, each once."""
    names: list[str] = []
    for column in table.columns.values():
        names += formula_columns(column.formula) if column.formula else []
        names += [column.source] if column.source is not None else []
    return list(dict.fromkeys([*names, *table.drop_rows]))


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
