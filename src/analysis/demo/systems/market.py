"""What is bought in: sizes of markets, events outside the firm, what marketing spent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.demo.systems.words import CRM_AREAS
from analysis.demo.systems.writing import moments, money, texts, words, write_csv

DAY = "%Y-%m-%d"


def write_market(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write as many of the three files as the firm has tables for."""
    written = []
    if "market" in tables:
        market = tables["market"]
        columns = {
            "month": moments(market["month"], "%Y-%m"),
            "area": words(market["region"], CRM_AREAS),
            "category": texts(market["category"]),
            "all_sellers_gbp": money(market["market_size"]),
        }
        written.append(write_csv(folder / "market_sizes.csv", columns))
    if "events" in tables:
        events = tables["events"]
        columns = {
            "no": texts(events["event_id"]),
            "kind": texts(events["kind"]),
            "from": moments(events["starts_at"], DAY),
            "to": moments(events["ends_at"], DAY),
            "area": words(events["region"], CRM_AREAS),
            "category": texts(events["category"]),
            "note": texts(events["note"]),
        }
        written.append(write_csv(folder / "events.csv", columns))
    if "channel_spend" in tables:
        spend = tables["channel_spend"]
        columns = {
            "month": moments(spend["month"], "%Y-%m"),
            "channel": texts(spend["channel"]),
            "spend_gbp": money(spend["spend"]),
            "impressions": texts(spend["impressions"]),
            "leads": texts(spend["leads"]),
        }
        written.append(write_csv(folder / "marketing.csv", columns))
    return written
