"""Whether promotions are judged rightly: estimates against the truth of invented firms."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis import params
from analysis.analyses import promotions
from analysis.demo.true_firm import TrueFirm
from analysis.evaluation.record import Figure, share
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.periods import Period

SOURCE = "evaluation.promotions: {n} invented firms, promotions of all their months, whole firm"


def estimated(firm: Dataset, truth: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Each promotion's estimate beside what it truly brought.

    Parameters
    ----------
    firm : Dataset
        An invented firm, opened.
    truth : DataFrame
        Its table ``promotions``: ``promotion_id``, ``uplift``, ``gain``, ``paid``.
    run : Run
        Of the whole firm, over its last month.

    Returns
    -------
    DataFrame
        One row per promotion: the columns of ``analyses.promotions.promotion_return``, and
        ``true_uplift``, ``true_gain``, ``truly_paid``.
    """
    period = Period(
        text=f"{firm.first_month}..{firm.latest_month}",
        first=firm.first_month,
        last=firm.latest_month,
    )
    table = promotions.promotion_return(firm, run, period)
    known = truth.set_index("promotion_id")
    return table.assign(
        true_uplift=known["uplift"], true_gain=known["gain"], truly_paid=known["paid"]
    )


def figures(firms: Iterable[tuple[TrueFirm, Dataset]]) -> list[Figure]:
    """How often the intervals hold the truth, and how often a verdict is false.

    Parameters
    ----------
    firms : iterable of tuple
        Invented firms with their truth, as ``evaluation.firms.demo_firm`` gives them, of several
        seeds.

    Returns
    -------
    list of Figure
        The share of 95 % intervals that hold the true uplift, and the true gain; the mean error
        of the uplift (logarithm: above zero is too high); of the verdicts *paid* and *did not
        pay* the share that is false; the share of promotions a verdict is given on.
    """
    tables = []
    for firm, data in firms:
        run = params.load(params.WHOLE_FIRM, str(data.latest_month))
        tables.append(estimated(data, firm.truth["promotions"], run))
    table = pd.concat(tables)
    known = table[table["uplift_low"].notna()]
    source = SOURCE.format(n=len(tables))
    uplift, gain = (
        known[f"{what}_low"].le(known[f"true_{what}"])
        & known[f"{what}_high"].ge(known[f"true_{what}"])
        for what in ("uplift", "gain")
    )
    error = np.log1p(known["uplift"]) - np.log1p(known["true_uplift"])
    reach = 1.96 * float(error.std() / np.sqrt(max(len(error), 1)))
    paid, lost = (known[known["verdict"] == one] for one in (promotions.PAID, promotions.NOT_PAID))
    mean = float(error.mean())
    return [
        share("promotions: 95 % intervals that hold the true uplift", int(uplift.sum()), len(known),
              source, "≥ 0.9"),
        share("promotions: 95 % intervals that hold the true gain", int(gain.sum()), len(known),
              source, "≥ 0.9"),
        Figure("promotions: mean error of the uplift (logarithm)", mean, source, len(known),
               mean - reach, mean + reach, "≤ 0.1"),
        share("promotions: said to have paid and did not", int((~paid["truly_paid"]).sum()),
              len(paid), source, "≤ 0.05"),
        share("promotions: said not to have paid and did", int(lost["truly_paid"].sum()),
              len(lost), source, "≤ 0.05"),
        share("promotions: with a verdict", len(paid) + len(lost), len(table), source),
    ]  # fmt: skip
