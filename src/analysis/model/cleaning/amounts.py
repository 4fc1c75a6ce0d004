"""One currency and one unit: amounts in the firm's money, quantities in units."""

from __future__ import annotations

from analysis.model import schema
from analysis.model.cleaning.layers import FLAG, LEFTOVER, REJECT, REPAIR, Mark, Step, number, text
from analysis.model.cleaning.work import SQL_TYPES, Work, at, plain

MONEY, RATE = SQL_TYPES[schema.EXACT], "DECIMAL(18, 8)"


def one_currency(work: Work) -> list[Step]:
    """``currency``: amounts in another currency become the firm's.

    The currency is the row's, else its file's mapping's, else the firm's. Rates are the firm's
    (``rates``), by month where they are given by month; a table without dates takes the last. All
    amounts of the row are converted and rounded to 0.0001; of an order line the repair lists the
    revenue, the others go with it. A row whose currency has no rate is rejected.
    """
    money = [c for c in work.columns if work.declared.columns[c].unit == "money"]
    currency, foreign, unknown = _currencies(work)
    if not money or not (foreign or unknown):
        return []
    rates = " ".join(f"WHEN {text(code)} THEN {_rate(work, code)}" for code in foreign)
    listed = ", ".join(text(code) for code in [*foreign, *unknown])
    first = Step(adds={
        "_currency": currency,
        "_rate": f"(CASE {currency} {rates or 'WHEN NULL THEN NULL'} END)::{RATE}",
    })  # fmt: skip
    other = f"r._currency IN ({listed})"
    code = "upper(r._currency)"
    said = f"'there is no rate for ' || {code} || {_when(work)}"
    told = ["revenue"] if "revenue" in money else money
    marks = [Mark("currency", REJECT, "currency", f"{other} AND r._rate IS NULL", said)]
    values = {}
    for column in money:
        values[column] = (
            f"CASE WHEN {other} THEN ({at(column)} * r._rate)::{MONEY} ELSE {at(column)} END"
        )
        if column in told:
            marks.append(Mark(
                "currency", REPAIR, column,
                f"r._rate IS NOT NULL AND {at(column)} IS NOT NULL",
                before=number(at(column)),
                after=number(f"({at(column)} * r._rate)::{MONEY}"),
            ))  # fmt: skip
    return [first, Step(marks=marks, values=values)]


def one_unit(work: Work) -> Step:
    """``unit``: quantities counted in packs become units, and the price of a pack that of a unit.

    Packs are those of the setting ``units``. A row in a pack that is not listed keeps its
    quantity, is flagged, and the pack is listed as a leftover.
    """
    sizes = packs(work)
    if not sizes:
        return Step()
    known = " ".join(f"WHEN {text(word)} THEN {size}" for word, size in sizes.items() if size)
    size = f"(CASE {at('unit')} {known or 'WHEN NULL THEN NULL'} END)::{RATE}"
    unknown = ", ".join(text(word) for word, size in sizes.items() if not size) or "NULL"
    quantity = f"({at('quantity')} * {size})::{MONEY}"
    price = f"({at('unit_price')}::DOUBLE / {size})::{MONEY}"
    lost = f"{at('unit')} IN ({unknown})"
    values = {
        "quantity": f"CASE WHEN {size} IS NULL THEN {at('quantity')} ELSE {quantity} END",
        "unit_price": f"CASE WHEN {size} IS NULL THEN {at('unit_price')} ELSE {price} END",
    }
    return Step(
        marks=[
            Mark("unit", REPAIR, "quantity", f"{size} IS NOT NULL AND {at('quantity')} IS NOT NULL",
                 before=number(at("quantity")), after=number(quantity)),
            Mark("unit", LEFTOVER, "unit", lost, before=at("unit")),
            Mark("unit", FLAG, "unit", lost,
                 f"'how many units are in one ''' || {at('unit')} || ''' is not known'"),
        ],
        values={column: value for column, value in values.items() if column in work.columns},
    )  # fmt: skip


def packs(work: Work) -> dict[str, float | None]:
    """Units in one of each pack the rows are counted in; none: not known. Single units are none."""
    sizes = {plain(name): size for name, size in work.context.cleaning.units.items()}
    found = {word: sizes.get(plain(word)) for word in work.words("unit")}
    return {word: size for word, size in found.items() if size != 1}


def _currencies(work: Work) -> tuple[str, list[str], list[str]]:
    """SQL of a row's currency, and the currencies found with and without a rate, all folded."""
    firm = work.context.register.firm
    by_file: dict[str, list[tuple[str, str]]] = {}
    for source, file in work.files:
        mapped = work.mapping_of(source, file)
        if mapped and mapped.currency:
            by_file.setdefault(plain(mapped.currency), []).append((source, file))
    own = {plain(word) for word in (firm.currency, firm.currency_code) if word}
    rated = {plain(code) for code in firm.rates} - own
    words = {word: plain(word) for word in work.words("currency")}
    found = sorted(({*words.values(), *by_file}) - own)
    if not found:
        return "NULL", [], []
    said = " ".join(f"WHEN {text(w)} THEN {text(c)}" for w, c in words.items())
    row = f"CASE {at('currency')} {said} END" if said else "NULL"
    for code, places in by_file.items():
        listed = ", ".join(f"({text(source)}, {text(file)})" for source, file in places)
        row = f"coalesce({row}, CASE WHEN (r.source, r.file) IN ({listed}) THEN {text(code)} END)"
    return row, [c for c in found if c in rated], [c for c in found if c not in rated]


def _rate(work: Work, code: str) -> str:
    rates = work.context.register.firm.rates
    rate = next(rate for name, rate in rates.items() if plain(name) == code)
    if not isinstance(rate, dict):
        return str(rate)
    last = rate[max(rate)]
    if not work.declared.dated:
        return str(last)
    months = " ".join(f"WHEN {text(month)} THEN {value}" for month, value in rate.items())
    month = f"strftime({at(work.declared.dated)}, '%Y-%m')"
    return f"CASE WHEN {month} IS NULL THEN {last} ELSE CASE {month} {months} END END"


def _when(work: Work) -> str:
    dated = work.declared.dated
    return f"coalesce(strftime({at(dated)}, ' in %Y-%m'), '')" if dated else "''"
