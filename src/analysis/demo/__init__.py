"""An invented firm's extracts, drawn from a seed, with what is true of it written apart.

The firm, Harbour Lane Trading, exists to try the suite on: its files look as an ERP and a CRM
would deliver them, and ``truth/`` holds what no extract says, which only tests and evaluations
may read.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import paths
from analysis.demo.customers import make_customers
from analysis.demo.demand import make_demand
from analysis.demo.extracts import write_customers, write_items, write_orders, write_returns
from analysis.demo.products import make_products
from analysis.demo.purchases import make_lines, make_orders
from analysis.demo.returns import make_returns
from analysis.demo.truth import write_truth
from analysis.errors import ParameterError

__all__ = ["DemoSummary", "make_demo"]

# Which of the possible histories a seed tells. Chosen, once, so that the last month of the default
# seed reads as told in `events`: a fall in East with a cause, and no other region's fall by chance.
EDITION = 157
MARKER = "erp_orders.csv"


@dataclass(frozen=True)
class DemoSummary:
    """What was written: where, which files, and how much of each thing."""

    folder: Path
    files: tuple[Path, ...]
    order_lines: int
    orders: int
    customers: int
    products: int


def make_demo(folder: Path, seed: int = 2026) -> DemoSummary:
    """Write the extracts of the invented firm: three years of orders from 1 November 2023.

    The files are written beside `folder` and renamed when they are whole, so a reader finds
    either all of a demo or none. An earlier demo at `folder` is replaced.

    Parameters
    ----------
    folder : Path
        Where the extracts go; its parents are made.
    seed : int
        The same seed gives the same bytes. Orders, customers and the range have generators of
        their own, so a change to one leaves what was drawn for those before it as it was.

    Returns
    -------
    DemoSummary
        `files` lists what was written, extracts first, then ``truth/``.

    Raises
    ------
    ParameterError
        If `seed` is negative, or `folder` holds something that is not an earlier demo.
    """
    if seed < 0:
        raise ParameterError(f"`seed` must be 0 or more, such as 2026; found {seed}")
    folder = Path(folder).resolve()
    _check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    partial.chmod(0o755)
    try:
        summary = _write(partial, folder, seed)
        _replace(folder, partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return summary


def _write(partial: Path, folder: Path, seed: int) -> DemoSummary:
    range_rng, customer_rng, order_rng, line_rng, return_rng = map(
        np.random.default_rng, np.random.SeedSequence((EDITION, seed)).spawn(5)
    )
    products = make_products(range_rng)
    demand = make_demand(products)
    customers = make_customers(demand, customer_rng)
    orders = make_orders(customers, demand, order_rng)
    lines = make_lines(orders, customers, products, demand, line_rng)
    returns = make_returns(orders, lines, return_rng)
    written = [
        write_orders(partial, orders, lines, customers, products),
        write_items(partial, products),
        write_customers(partial, customers),
        write_returns(partial, orders, lines, returns),
        *write_truth(partial, customers, products, demand),
    ]
    return DemoSummary(
        folder=folder,
        files=tuple(folder / path.relative_to(partial) for path in written),
        order_lines=len(lines.order),
        orders=len(orders.day),
        customers=len(customers),
        products=len(products),
    )


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARKER).is_file()):
        raise ParameterError(
            f"{paths.shown(folder)} holds something that is not a demo and would be lost; "
            "name a folder that is new, empty or an earlier demo, such as data/demo"
        )


def _replace(folder: Path, partial: Path) -> None:
    earlier = partial.with_name(f"{partial.name}.earlier")
    if folder.exists():
        folder.rename(earlier)
    partial.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)
