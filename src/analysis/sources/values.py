"""What a cell's text says, in SQL: a number, a moment, a word; and nothing where it says none."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlglot
from sqlglot import exp

from analysis.sources.mapping import Firm, Table
from analysis.sources.raw import literal

BLANKS = " \t\r\n\u00a0\u2009\u202f\u3000\ufeff"
"""What may stand around a value and is no part of it."""
GAP = "[ \\x{a0}\\x{2009}\\x{202f}]"
MINUS = "\\x{2212}-"  # last in its brackets, where it is no range
SIGNS = {
    "USD": ("$", "US$"), "EUR": ("€",), "GBP": ("£",), "CNY": ("¥", "￥", "元", "RMB", "CN¥"),
    "JPY": ("¥", "￥", "円"), "HKD": ("HK$", "$"), "TWD": ("NT$", "$"), "KRW": ("₩",),
    "INR": ("₹", "Rs."), "CHF": ("Fr.", "SFr."), "CAD": ("C$", "$"), "AUD": ("A$", "$"),
}  # fmt: skip
"""Signs in which systems write a currency's amounts."""
SERIAL_FORMAT = "excel"
"""Format of a date that is written as a spreadsheet's day number."""
ISO = r"\d{4}([-/])\d{1,2}([-/])\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
YES, NO = ("true", "t", "yes", "y", "1", "x"), ("false", "f", "no", "n", "0")
NOT = {
    "number": "not a number", "whole": "not a whole number", "moment": "not a date",
    "flag": "no such word", "word": "no such word",
}  # fmt: skip
"""Why a value of a kind could not be read."""


def kind_of(sql_type: str) -> str:
    """What a type holds: a number, a whole number, a moment, a flag or a text."""
    if sql_type.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        return "number"
    if "INT" in sql_type:
        return "whole"
    if sql_type.startswith(("TIMESTAMP", "DATE")):
        return "moment"
    return "flag" if sql_type == "BOOLEAN" else "text"


def trimmed(text: str) -> str:
    """A text without blanks around it; missing where nothing is left."""
    # Trimming is dear, and most cells begin and end with a sign that can be seen.
    whole = f"{text} < '!' OR {text} > '~' OR right({text}, 1) NOT BETWEEN '!' AND '~'"
    return f"CASE WHEN {whole} THEN nullif(trim({text}, {literal(BLANKS)}), '') ELSE {text} END"


def money_signs(firm: Firm, mapping: Table) -> str:
    """Pattern of what may stand before or after an amount: signs of the money it is in.

    Amounts in other money are none of ours to read: they are left unread, unless a column says
    which money each is in.
    """
    if "currency" in mapping.columns:
        return r"(?:\p{Sc}|[A-Z]{2}\$|[A-Z]{3})"
    codes = {mapping.currency or firm.currency_code} - {""}
    signs = codes | {sign for code in codes for sign in SIGNS.get(code, ())}
    if not mapping.currency and firm.currency:
        signs.add(firm.currency)
        for others in SIGNS.values():
            if firm.currency == others[0] and not codes:
                signs |= set(others)
    if not signs:
        return ""
    return f"(?:{'|'.join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))})"


def number(text: str, sql_type: str, decimal: str, signs: str) -> str:
    """A number as people write it: thousands apart, in brackets, with its money's sign.

    The firm's thousands separator must stand between groups of three; what is written otherwise
    is no number, because the sign may be meant as the decimal one. `text` may have blanks around.
    """
    tidy = trimmed(text)
    wide = "DECIMAL(38, 4)" if kind_of(sql_type) == "whole" else sql_type
    other = "," if decimal == "." else "."
    point, thousands = re.escape(decimal), re.escape(other)
    groups = "|".join(f"\\d{{1,3}}(?:{sign}\\d{{3}})+" for sign in (thousands, GAP, "['\\x{2019}]"))
    lakh = f"|\\d{{1,2}}(?:{thousands}\\d{{2}})+{thousands}\\d{{3}}"
    digits = f"(?:(?:{groups}{lakh}|\\d+)(?:{point}\\d*)?|{point}\\d+)"
    money = f"(?:{signs}{GAP}*)?" if signs else ""
    after = f"(?:{GAP}*{signs})?" if signs else ""
    amount = f"{money}{digits}{after}"
    signed = f"{money}[+{MINUS}]?{GAP}*{digits}{after}"
    pattern = (
        f"[+{MINUS}]?{GAP}*{amount}|{signed}|\\({GAP}*{amount}{GAP}*\\)|{amount}{GAP}*[{MINUS}]"
    )
    bare = f"regexp_replace({tidy}, {literal(signs)}, '', 'g')" if signs else tidy
    kept = f"replace(regexp_replace({bare}, '[^0-9{point}]', '', 'g'), {literal(decimal)}, '.')"
    minus = f"CASE WHEN regexp_matches({tidy}, '[({MINUS}]') THEN '-' ELSE '' END"
    written = f"CASE WHEN regexp_full_match({tidy}, {literal(pattern)}) THEN {minus} || {kept} END"
    # Most are written as computers do, but for the decimal sign.
    pointed = text
    if decimal != ".":
        pointed = (
            f"CASE WHEN NOT contains({text}, '.') THEN replace({text}, {literal(decimal)}, '.') END"
        )
    plain = f"try_cast({pointed} AS {wide})"
    if wide == "DOUBLE":
        plain = f"CASE WHEN isfinite({plain}) THEN {plain} END"
    spelt = f"coalesce({plain}, try_cast({written} AS {wide}))"
    return _whole(spelt, sql_type) if kind_of(sql_type) == "whole" else spelt


def native_number(value: str, sql_type: str) -> str:
    """A number that is one already, as ours."""
    if kind_of(sql_type) == "whole":
        return _whole(f"try_cast({value} AS DECIMAL(38, 4))", sql_type)
    cast = f"try_cast({value} AS {sql_type})"
    return f"CASE WHEN isfinite({cast}) THEN {cast} END" if sql_type == "DOUBLE" else cast


def _whole(value: str, sql_type: str) -> str:
    return f"CASE WHEN {value} = trunc({value}) THEN try_cast({value} AS {sql_type}) END"


def moment(text: str, sql_type: str, formats: list[str], is_workbook: bool) -> str:
    """A moment, by the formats in turn; without any, year first as ISO has it.

    One with a time zone is none: which day it is depends on whose.
    """
    iso = (
        f"CASE WHEN {text}[5] IN ('-', '/') AND (length({text}) <= 10 "
        f"OR regexp_full_match({text}, {literal(ISO)})) THEN try_cast({text} AS TIMESTAMP) END"
    )
    # A day number is a day since the last of 1899; five digits are the years 1927 to 2173.
    serial = (
        f"CASE WHEN regexp_full_match({text}, '\\d{{5}}([.,]\\d+)?') THEN TIMESTAMP '1899-12-30' "
        f"+ to_microseconds(CAST(round(CAST(replace({text}, ',', '.') AS DOUBLE) * 86400) "
        "* 1000000 AS BIGINT)) END"
    )
    ways = []
    spelt = [form for form in formats if form != SERIAL_FORMAT]
    if spelt:
        ways.append(f"try_strptime({text}, [{', '.join(map(literal, spelt))}])")
    if not formats or is_workbook:  # a spreadsheet's own dates come as ISO ones
        ways.append(iso)
    if SERIAL_FORMAT in formats or is_workbook:
        ways.append(serial)
    found = ways[0] if len(ways) == 1 else f"coalesce({', '.join(ways)})"
    return found if sql_type == "TIMESTAMP" else f"CAST({found} AS {sql_type})"


def flag(text: str) -> str:
    """A yes or no."""
    yes, no = (", ".join(map(literal, words)) for words in (YES, NO))
    return (
        f"CASE WHEN lower({text}) IN ({yes}) THEN true WHEN lower({text}) IN ({no}) THEN false END"
    )


def word(text: str, values: dict[str, str]) -> str:
    """Our word for the firm's."""
    cases = " ".join(f"WHEN {literal(k.strip())} THEN {literal(v)}" for k, v in values.items())
    return f"CASE {text} {cases} END"


def arithmetic(formula: str, numbers: dict[str, str]) -> str:
    """A formula over numbers that the columns stand for; over nothing it is missing."""

    def replaced(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column):
            return exp.column(numbers[node.name])
        if isinstance(node, exp.Literal):
            return exp.cast(exp.Literal.number(node.this), "DOUBLE")
        return node

    tree = sqlglot.parse_one(formula, dialect="duckdb").transform(replaced)
    for node in list(tree.find_all(exp.Div)):
        node.set("expression", exp.func("NULLIF", node.expression, exp.Literal.number(0)))
    return f"TRY({tree.sql(dialect='duckdb')})"


def any_of(conditions: Iterable[str]) -> str:
    """Whether one of some conditions holds."""
    return " OR ".join(f"({condition})" for condition in conditions) or "false"
