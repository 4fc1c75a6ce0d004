"""Customers: who buys, who stays, what they say, and what winning them costs."""

from __future__ import annotations

from typing import Final

from analysis.measures.catalogue.record import MARKETING_METRICS, OURS, Given, Measure, Part

CUSTOMERS, NEW_CUSTOMERS = "customers", "new_customers"
ACTIVE_CUSTOMERS, CHURNED_CUSTOMERS = "active_customers", "churned_customers"
REPURCHASE_RATE, RETENTION_RATE, CHURN_RATE = "repurchase_rate", "retention_rate", "churn_rate"
MARGIN_PER_CUSTOMER, LIFETIME_VALUE = "margin_per_customer", "lifetime_value"
SATISFACTION, COMPLAINTS, COMPLAINT_RATE = "satisfaction", "complaints", "complaint_rate"
RESPONSE_HOURS = "response_hours"
MARKETING_SPEND, LEAD_CONVERSION = "marketing_spend", "lead_conversion"
ACQUISITION_COST, VALUE_TO_COST = "acquisition_cost", "value_to_cost"

_CUSTOMERS = f"{MARKETING_METRICS}, ch. 5"
_SCORED = ("interactions.score", "interactions.customer_id")
_ANSWERED = ("interactions.response_hours", "interactions.customer_id")
_WON = ("channel_spend", "customers.acquired_at", "customers.acquisition_channel")
_MARGIN = ("order_lines.cost",)

_ACTIVE = Part("buyers", lambda buyers: buyers.count())
_EARLIER = Part("earlier", lambda earlier: earlier.count())
_STAYED = Part("earlier", lambda earlier: earlier.has_stayed.sum())
_LEFT = Part("earlier", lambda earlier: (1 - earlier.has_stayed).sum())
_SPENT = Part("spend", lambda spend: spend.spend.sum())
_WON_BY_MARKETING = Part("won", lambda won: won.count())

ENTRIES: Final = (
    Measure(
        CUSTOMERS, "customers", Part("lines", lambda lines: lines.customer_id.nunique()), "count",
        "up", False, source=_CUSTOMERS,
    ),
    Measure(
        NEW_CUSTOMERS, "customers",
        Part("lines", lambda lines: lines.customer_id.nunique(where=lines.is_new)), "count", "up",
        False, source=OURS,
    ),
    Measure(ACTIVE_CUSTOMERS, "customers", _ACTIVE, "count", "up", False, source=_CUSTOMERS),
    Measure(
        REPURCHASE_RATE, "customers",
        Part("buyers", lambda buyers: buyers.has_repeated.sum()), "rate", "up", False,
        denominator=_ACTIVE, source=_CUSTOMERS,
    ),
    Measure(
        RETENTION_RATE, "customers", _STAYED, "rate", "up", False, denominator=_EARLIER,
        source=f"{_CUSTOMERS}: retention rate",
    ),
    Measure(CHURNED_CUSTOMERS, "customers", _LEFT, "count", "down", False, source=_CUSTOMERS),
    Measure(
        CHURN_RATE, "customers", _LEFT, "rate", "down", False, denominator=_EARLIER,
        source=_CUSTOMERS,
    ),
    Measure(
        SATISFACTION, "customers", Part("contacts", lambda contacts: contacts.score.sum()),
        "points", "up", False,
        denominator=Part("contacts", lambda contacts: contacts.score.count()), needs=_SCORED,
        squares=Part("contacts", lambda contacts: (contacts.score * contacts.score).sum()),
        source=f"{MARKETING_METRICS}, ch. 2: customer satisfaction",
    ),
    Measure(
        COMPLAINTS, "customers",
        Part("contacts", lambda contacts: contacts.is_complaint.sum()), "count", "down", True,
        needs=("interactions.customer_id",), source=OURS,
    ),
    Measure(
        COMPLAINT_RATE, "customers",
        Part("contacts", lambda contacts: contacts.is_complaint.sum()), "rate", "down", False,
        denominator=Part("lines", lambda lines: lines.order_id.nunique()),
        needs=("interactions.customer_id",), per="other", source=OURS,
    ),
    Measure(
        RESPONSE_HOURS, "customers",
        Part("contacts", lambda contacts: contacts.response_hours.sum()), "hours", "down", False,
        denominator=Part("contacts", lambda contacts: contacts.response_hours.count()),
        squares=Part(
            "contacts",
            lambda contacts: (contacts.response_hours * contacts.response_hours).sum(),
        ),
        needs=_ANSWERED, source=OURS,
    ),
    Measure(
        MARGIN_PER_CUSTOMER, "customers", Part("buyers", lambda buyers: buyers.margin.sum()),
        "money", "up", False, denominator=_ACTIVE, needs=_MARGIN, source=_CUSTOMERS,
    ),
    Measure(
        LIFETIME_VALUE, "customers", Given(MARGIN_PER_CUSTOMER), "money", "up", False,
        denominator=Given(CHURN_RATE), needs=_MARGIN,
        per="other", source=f"{_CUSTOMERS}: lifetime value, undiscounted",
    ),
    Measure(
        MARKETING_SPEND, "acquisition", _SPENT, "money", "neither", True, needs=("channel_spend",),
        source=OURS,
    ),
    Measure(
        LEAD_CONVERSION, "acquisition", _WON_BY_MARKETING, "rate", "up", False,
        denominator=Part("spend", lambda spend: spend.leads.sum()),
        needs=(*_WON, "channel_spend.leads"), source=OURS,
    ),
    Measure(
        ACQUISITION_COST, "acquisition", _SPENT, "money", "down", False,
        denominator=_WON_BY_MARKETING, needs=_WON, source=f"{_CUSTOMERS}: acquisition cost",
    ),
    Measure(
        VALUE_TO_COST, "acquisition", Given(LIFETIME_VALUE), "times", "up", False,
        denominator=Given(ACQUISITION_COST), needs=(*_WON, *_MARGIN), per="other",
        source=_CUSTOMERS,
    ),
)  # fmt: skip
