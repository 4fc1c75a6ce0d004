"""Packs to publish: a realistic one, and pieces to build small and hostile ones from."""

from __future__ import annotations

from calendar import month_abbr
from io import StringIO
from json import dumps
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure

FRONT = """---
title: Sales report
subtitle: What happened, why, and what to do next
firm: Harbour Lane Trading
region: East
period: October 2026
as-of: 31 October 2026
lang: en
---"""
MONTHS = [f"{month_abbr[month]} {year}" for year in range(2021, 2026) for month in range(1, 13)]
WORDS = (
    "The exhibit compares each month with the same month a year before, so that seasons do not "
    "pass for growth. Read the line first, then the band: a point outside it is one that chance "
    "alone would give less than once in twenty months. "
)


def chart(seed: int = 1, wide: float = 6.9, high: float = 2.9) -> str:
    """A chart as matplotlib stores it: SVG with its letters as outlines."""
    rng = np.random.default_rng(seed)
    figure = Figure(figsize=(wide, high), layout="constrained")
    axes = figure.subplots()
    level = 100 + np.cumsum(rng.normal(0.4, 2, 36))
    axes.plot(level, color="#0b6a76")
    axes.fill_between(range(36), level - 5, level + 5, color="#0b6a76", alpha=0.15)
    axes.set_ylabel("Revenue, £ thousand")
    axes.spines[["top", "right"]].set_visible(False)
    text = StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "pack"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def markdown(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(text)


def code(source: str, *data: dict, **more) -> nbformat.NotebookNode:
    """A code cell with one output for each bundle of representations."""
    outputs = [nbformat.v4.new_output("display_data", data=each) for each in data]
    return nbformat.v4.new_code_cell(source, outputs=[*outputs, *more.get("outputs", [])])


def figure(label: str, caption: str, alt: str, svg: str) -> nbformat.NotebookNode:
    said = {"label": label, "fig-cap": caption, "fig-alt": alt}
    source = "\n".join(f"#| {key}: {dumps(value)}" for key, value in said.items())
    return code(
        f"{source}\ncharts.draw(run);",
        {"image/svg+xml": svg, "text/plain": "<Figure size 690x290>"},
    )


def table(
    label: str,
    caption: str,
    columns: list[str],
    rows: list[list[str]],
    text_columns: int = 1,
    total: bool = False,
    note: str = "",
) -> nbformat.NotebookNode:
    def cell(value: str, k: int) -> str:
        if k == 0:
            return f'<th scope="row">{value}</th>'
        return f"<td>{value}</td>" if k < text_columns else f'<td class="num">{value}</td>'

    sides = [""] * text_columns + [' class="num"'] * (len(columns) - text_columns)
    heads = (
        f'<th scope="col"{side}>{name}</th>' for side, name in zip(sides, columns, strict=True)
    )
    lines = []
    for number, row in enumerate(rows):
        kind = ' class="total"' if total and number == len(rows) - 1 else ""
        lines.append(
            f"<tr{kind}>" + "".join(cell(value, k) for k, value in enumerate(row)) + "</tr>"
        )
    html = (
        '<table class="exhibit">\n<thead><tr>'
        + "".join(heads)
        + "</tr></thead>\n<tbody>\n"
        + "\n".join(lines)
        + "\n</tbody>\n</table>"
    )
    text = f"```{{=html}}\n{html}\n```\n" + (f"\n::: {{.note}}\n{note}\n:::\n" if note else "")
    return code(
        f"#| label: {label}\n#| tbl-cap: {dumps(caption)}\ntables.money(bridge, run)",
        {"text/markdown": text},
    )


CARDS = (
    "::: {.kpi-row}\n"
    + "\n".join(
        f"::: {{.kpi .{tone}}}\n[{label}]{{.kpi-label}}\n\n[{value}]{{.kpi-value}}\n\n"
        f"[{delta}]{{.kpi-delta}}\n:::"
        for tone, label, value, delta in [
            ("good", "Revenue", "£1.24m", "▲ 4.2% on last year"),
            ("bad", "Gross margin", "31.8%", "▼ 1.1 points"),
            ("good", "Orders", "8,412", "▲ 2.9% on last year"),
            ("flat", "Average order", "£147.41", "unchanged on last year"),
            ("bad", "Repeat rate", "41%", "▼ 3 points"),
        ]
    )
    + "\n:::"
)
FINDINGS = """
1. Revenue rose 4.2% on October last year, to £1.24m; all of it is volume
   (@fig-descriptive-trend).
2. Prices fell by £18k on balance, most of it in Kitchen, where the discount was extended
   (@tbl-diagnostic-bridge).
3. Repeat purchases slowed: 41% of customers bought again within 90 days, three points fewer
   (@fig-segments-retention).
4. Two products, Harbour Mug and Lane Kettle, explain half of the margin lost
   (@tbl-descriptive-products).
5. November is expected between £1.18m and £1.36m if nothing is done (@fig-predictive-forecast).
"""
PRODUCTS = [
    "Harbour Mug",
    "Lane Kettle",
    "Quay Lamp",
    "Pier Stool",
    "Sail Throw",
    "Anchor Hook",
    "Tide Clock",
    "Cove Bowl",
]


def finding(sentence: str, caveat: str) -> nbformat.NotebookNode:
    text = f"::: {{.finding}}\n**{sentence}**\n\n*{caveat}*\n:::"
    return code(
        "say.main_driver(bridge, run)",
        {
            "text/markdown": text,
            "application/vnd.analysis.finding+json": {"id": "x"},
            "text/plain": "Finding(...)",
        },
    )


def realistic_cells() -> list[nbformat.NotebookNode]:
    rng = np.random.default_rng(7)

    def money(n: int) -> list[str]:
        return [f"{value:,.0f}" for value in rng.integers(900, 90_000, n)]

    months = [[month, *money(4)] for month in MONTHS]
    wide = [[name, *money(9)] for name in PRODUCTS]
    bridge = [[name, *money(5)] for name in [*PRODUCTS[:6], "All products"]]
    source = "*Source: order lines to 31 October 2026; returns taken off.*"
    return [
        nbformat.v4.new_raw_cell(FRONT),
        markdown("# Summary {.unnumbered #summary}"),
        markdown("Goal for the year: £14.5m at a margin of 33%. After ten months, 81% is reached."),
        code("front.cards(run)", {"text/markdown": CARDS}),
        markdown(FINDINGS),
        figure(
            "fig-front-trend",
            "Revenue by month, with last year's.",
            "Revenue rises slowly over 36 months from 100 to 118 thousand pounds.",
            chart(1, 6.9, 1.9),
        ),
        markdown("# What happened? {#sec-descriptive}\n\n" + WORDS),
        markdown("## How did revenue develop?\n\n" + WORDS * 2),
        figure(
            "fig-descriptive-trend", f"Revenue by month. {source}", "A line that rises.", chart(2)
        ),
        finding(
            "Revenue rose 4.2% on October last year, to £1.24m.",
            "Two wholesale orders of 3 October make up a third of the rise.",
        ),
        markdown("## Which products sell?\n\n" + WORDS),
        table(
            "tbl-descriptive-products",
            "Sales by product, October 2026, £",
            [
                "Product",
                "Q1",
                "Q2",
                "Q3",
                "October",
                "October last year",
                "Change",
                "Change, %",
                "Margin",
                "Margin, %",
            ],
            wide,
            note=source,
        ),
        markdown("## What were the monthly figures?\n\n" + WORDS),
        table(
            "tbl-descriptive-months",
            "Every month since January 2021, £",
            ["Month", "Revenue", "Cost", "Margin", "Orders"],
            months,
            note=source,
        ),
        markdown(
            "# Why did it happen? {#sec-diagnostic}\n\nThis chapter splits the change shown in "
            "@sec-descriptive into its parts."
        ),
        markdown("## How much of the change is price, and how much is volume?\n\n" + WORDS),
        table(
            "tbl-diagnostic-bridge",
            "The change in revenue on October last year, £",
            ["Product", "Before", "Price", "Volume", "New or gone", "Now"],
            bridge,
            total=True,
            note=source,
        ),
        figure(
            "fig-diagnostic-bridge",
            f"The effects add up to the change. {source}",
            "Bars.",
            chart(3),
        ),
        finding(
            "Volume added £68k and price took £18k away.", "Eight products had no sale last year."
        ),
        markdown("## Which customers came back?\n\n" + WORDS),
        figure(
            "fig-segments-retention",
            f"Share of customers buying again. {source}",
            "Falls.",
            chart(4),
        ),
        table(
            "tbl-segments-size",
            "Customers by segment",
            ["Segment", "What it means", "Customers", "Revenue, £"],
            [
                ["Loyal", "Bought in each of the last three quarters", "1,204", "512,300"],
                ["New", "First order within 90 days", "611", "88,120"],
                ["Silent", "No order for 90 days, at least two before that", "2,310", "0"],
            ],
            text_columns=2,
        ),
        markdown("# What next? {#sec-predictive}\n\n" + WORDS),
        markdown("## What is November likely to bring?\n\n" + WORDS),
        figure(
            "fig-predictive-forecast", f"Forecast with its 80% band. {source}", "A band.", chart(5)
        ),
        code(
            "",
            {
                "text/markdown": '::: {.callout-note title="Not available: cost forecast"}\n'
                "The cost file for the region has 5 of the 24 months a forecast needs.\n:::"
            },
        ),
        markdown(
            "## What would a price change do?\n\nThe model is $q = a p^{-b}$ with one $b$ for "
            "each category.\n\n" + WORDS
        ),
        figure("fig-predictive-price", f"Expected margin by price. {source}", "A curve.", chart(6)),
        table(
            "tbl-predictive-actions",
            "Actions proposed",
            ["Action", "Why", "Owner", "Worth, £"],
            [
                [
                    "End the Kitchen discount",
                    "It cost £18k and brought no new customers",
                    "Buying",
                    "18,000",
                ],
                [
                    "Write to silent customers",
                    "One in nine came back when asked in May",
                    "CRM",
                    "31,500",
                ],
            ],
            text_columns=3,
        ),
        table("tbl-predictive-dates", "Dates", ["What", "When"], [["Board", "12 November"]], 2),
        markdown(
            "# Definitions\n\nRevenue\n:   What customers paid, less returns and VAT.\n\n"
            "Repeat rate\n:   Customers with a second order within 90 days of the first, over "
            "customers whose first order is at least 90 days old."
        ),
        markdown(
            "# Data notes\n\n- 14 of 51,204 order lines were rejected: no product.\n"
            "- 3 duplicates were removed.\n\n| File | Rows | As of |\n|:--|--:|:--|\n"
            "| orders.csv | 51,204 | 2026-10-31 |\n| customers.csv | 4,125 | 2026-10-31 |\n"
        ),
        markdown("# Provenance\n\nSnapshot `9f2c1ab07d3e55`; settings `params/regions/east.yml`."),
    ]


@pytest.fixture(scope="session")
def write_pack(tmp_path_factory):
    """Write cells as ``pack.ipynb``, after front matter unless they bring their own."""

    def write(*cells: nbformat.NotebookNode, front: str | None = FRONT) -> Path:
        first = [] if front is None else [nbformat.v4.new_raw_cell(front)]
        path = tmp_path_factory.mktemp("pack") / "pack.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[*first, *cells]), path)
        return path

    return write


@pytest.fixture(scope="session")
def realistic_pack(write_pack) -> Path:
    return write_pack(*realistic_cells(), front=None)
