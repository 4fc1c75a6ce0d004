"""Tables of customers, what is said with them, and who looks after them."""

from __future__ import annotations

from analysis.model.schema.record import COUNT, EXACT, MOMENT, TEXT, Column, Table, source

CUSTOMER = Column(TEXT, "the customer", refers_to="customers")

PEOPLE = {
    "customers": Table(
        grain="one row per customer",
        key=("customer_id",),
        columns={
            "customer_id": Column(TEXT, "the customer, in all systems", required=True),
            "name": Column(TEXT, "name", personal=True),
            "kind": Column(TEXT, "business or consumer", allowed=("b2b", "b2c")),
            "industry": Column(TEXT, "industry of a business"),
            "size_band": Column(TEXT, "size of a business, in employees"),
            "founded_year": Column(COUNT, "year it was founded", "year", low=1600, high=2100),
            "contact_role": Column(TEXT, "what the contact does: decides, or uses"),
            "birth_year": Column(
                COUNT, "year a consumer was born", "year", low=1900, high=2100, personal=True
            ),
            "gender": Column(TEXT, "gender of a consumer", personal=True),
            "occupation": Column(TEXT, "occupation of a consumer", personal=True),
            "phone": Column(TEXT, "telephone", personal=True),
            "email": Column(TEXT, "mail address", personal=True),
            "address": Column(TEXT, "street and number", personal=True),
            "city": Column(TEXT, "town"),
            "postcode": Column(TEXT, "postcode", personal=True),
            "province": Column(TEXT, "province or county"),
            "region": Column(TEXT, "home region"),
            "owner_id": Column(TEXT, "who looks after the account", refers_to="staff"),
            "acquired_at": Column(MOMENT, "when the customer was won"),
            "acquisition_channel": Column(TEXT, "how the customer was won"),
            "source": Column(TEXT, "system that knows the customer best", made=True),
        },
    ),
    "opportunities": Table(
        grain="one row per opportunity",
        key=("opportunity_id",),
        dated="created_at",
        columns={
            "opportunity_id": Column(TEXT, "the opportunity", required=True),
            "customer_id": CUSTOMER,
            "owner_id": Column(TEXT, "who pursues it", refers_to="staff"),
            "product": Column(TEXT, "what it is about"),
            "amount": Column(EXACT, "what it would bring", "money", low=0),
            "created_at": Column(MOMENT, "when it was found", required=True),
            "closed_at": Column(MOMENT, "when it was decided; none: open"),
            "outcome": Column(TEXT, "how it ended", allowed=("won", "lost", "open")),
            "source": source(),
        },
    ),
    "stage_events": Table(
        grain="one row per opportunity and stage",
        key=("opportunity_id", "stage"),
        dated="entered_at",
        columns={
            "opportunity_id": Column(
                TEXT, "the opportunity", required=True, refers_to="opportunities"
            ),
            "stage": Column(TEXT, "stage of the sale", required=True),
            "entered_at": Column(MOMENT, "when it was reached", required=True),
            "source": source(),
        },
    ),
    "interactions": Table(
        grain="one row per event with a customer",
        key=("interaction_id",),
        dated="at",
        columns={
            "interaction_id": Column(TEXT, "the event; the row of the file where none is mapped"),
            "customer_id": CUSTOMER,
            "at": Column(MOMENT, "when", required=True),
            "kind": Column(
                TEXT, "what it was", required=True,
                allowed=("visit", "call", "mail", "web", "complaint", "survey", "event"),
            ),
            "score": Column(EXACT, "satisfaction, 1 worst to 5 best", "points", low=1, high=5),
            "response_hours": Column(EXACT, "time until an answer", "hours", low=0),
            "topic": Column(TEXT, "what it was about"),
            "source": source(),
        },
    ),
    "staff": Table(
        grain="one row per member of staff",
        key=("salesperson_id",),
        columns={
            "salesperson_id": Column(TEXT, "the member of staff", required=True),
            "name": Column(TEXT, "name", personal=True),
            "team": Column(TEXT, "team"),
            "region": Column(TEXT, "region"),
            "manager_id": Column(TEXT, "who leads them", refers_to="staff"),
            "hired_at": Column(MOMENT, "first day"),
            "source": source(),
        },
    ),
}  # fmt: skip
