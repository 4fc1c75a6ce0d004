"""The measures on which salespeople are compared, each defined once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

STRATA: Final = ("region", "channel", "kind", "size_band", "category")


@dataclass(frozen=True)
class Compared:
    """One measure on which people are compared.

    Attributes
    ----------
    name : str
        The words about it stand under ``team.measure.<name>``.
    unit : {"rate", "money", "days", "hours", "score"}
        What numerator over denominator is in.
    good : {1, -1, 0}
        Whether more of it is wanted, less, or neither.
    levels : tuple of tuple of str
        Strata within which peers are looked for, finest first.
    needs : tuple of str
        Tables and columns without which there is no value.
    is_share : bool
        Whether each account or deal counts as 0 or 1.
    of : {"accounts", "deals", "answers", "complaints", "invoices"}
        What its n counts.
    """

    name: str
    unit: Literal["rate", "money", "days", "hours", "score"]
    good: Literal[1, -1, 0]
    levels: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...]
    is_share: bool = False
    of: str = "accounts"


_BASKET = (("channel", "kind", "size_band", "category"), ("channel", "kind", "category"),
           ("kind", "category"), ("category",))  # fmt: skip
_ORDER = (("channel", "kind", "size_band"), ("channel", "kind"), ("channel",))
_ACCOUNT = (("region", "kind", "size_band"), ("kind", "size_band"), ("kind",))
_DEAL = (("size_band", "category"), ("size_band",))
_PLACE = (("region", "kind"), ("kind",))
_INVOICE = (("region", "channel", "kind"), ("channel", "kind"), ("channel",))
_OWNED = "customers.owner_id"
_DEALS = ("opportunities.owner_id", "opportunities.outcome", "opportunities.closed_at")

COMPARED: Final = {
    one.name: one
    for one in (
        Compared("margin_rate", "rate", 1, _BASKET, ("order_lines.cost",)),
        Compared("discount_rate", "rate", -1, _BASKET, ("order_lines.discount",)),
        Compared("cost_of_list", "rate", -1, _BASKET,
                 ("order_lines.cost", "order_lines.discount")),
        Compared("order_value", "money", 1, _ORDER, ()),
        Compared("repurchase", "rate", 1, _ORDER, ("order_lines.customer_id",), is_share=True),
        Compared("retention", "rate", 1, _ACCOUNT, ("order_lines.customer_id",), is_share=True),
        Compared("growth", "rate", 1, _ACCOUNT, ("order_lines.customer_id",)),
        Compared("win_rate", "rate", 1, _DEAL, _DEALS, is_share=True, of="deals"),
        Compared("cycle", "days", -1, _DEAL, _DEALS, of="deals"),
        Compared("satisfaction", "score", 1, _PLACE, (_OWNED, "interactions.score"),
                 of="answers"),
        Compared("response", "hours", -1, _PLACE, (_OWNED, "interactions.response_hours"),
                 of="complaints"),
        Compared("collection", "rate", 1, _INVOICE, ("payments.due_at", "payments.paid_at"),
                 of="invoices"),
    )
}  # fmt: skip
"""``cost_of_list`` is cost over revenue at list price: higher where dearer-to-buy goods are sold;
``growth`` what last year's accounts bought this year over what they bought then."""
