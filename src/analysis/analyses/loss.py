"""Why do customers fall silent? What happened to them before, against those it did not happen to.

Nobody tells the firm that they have left: silence is all there is to see. A customer who does not
order for ``activity.dormant_months`` is *dormant*, for ``activity.quiet_months`` *lost*.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.analyses.rates import Z, holm
from analysis.measures.experiences import NEEDS, Looks, experienced, watched
from analysis.model.dataset import Dataset
from analysis.params import Run
from analysis.settings import Loss

ORDER_BANDS = [0, 2, 5, 11, np.inf]
"""Orders in the year: 1-2, 3-5, 6-11, 12 and more; who orders often falls silent less."""
LATELY = [0, 1, 2, np.inf]
"""Orders in the look's months: 1, 2, 3 and more; with more of them more can go wrong, too."""
REASONS = list(NEEDS)
BUSINESS = "b2b"
COLUMNS = ["exposed", "gone", "others", "others_gone", "expected", "lift", "low", "high", "chance"]


def looked_at(firm: Dataset, run: Run) -> pd.DataFrame:
    """Customers as they stood at each look, what had happened to them, and who fell silent.

    Looks are ``activity.dormant_months`` apart, the latest so long before the end of the period,
    so that every customer is watched for all of that time. A customer is in a look who bought in
    the months up to it. Only what happened up to a look is held against it.

    Parameters
    ----------
    firm : Dataset
        Opened snapshot.
    run : Run
        Gives region, period and the settings ``activity`` and ``loss``.

    Returns
    -------
    DataFrame
        One row per ``look`` and ``customer_id``; columns ``kind``, ``industry``, ``orders``
        (count) and ``revenue`` (money) of the year up to the look, ``dormant`` (bool), ``lost``
        (bool, missing where it is too early to say), ``stratum`` (kind of customer, orders a year
        and lately) and one flag for each of :data:`REASONS` that the firm delivers what it takes.
        Empty where the data do not reach back.
    """
    activity, wanted = run.settings.activity, run.settings.loss
    step = activity.dormant_months
    end = min(run.period.last, firm.latest_month)
    looks = Looks(end - step, step, wanted.looks)
    # A look needs the year before it: who bought often then, and what they paid.
    reached = [n for n in range(wanted.looks) if looks.month(n) - 11 >= firm.first_month]
    if not reached:
        return pd.DataFrame()
    looks = Looks(looks.last, step, len(reached))
    parts = []
    for look in reached:
        rows = watched(firm, run.region, looks, look)
        silent = rows["months_silent"].fillna(np.inf).astype(float)
        known = look * step + step >= activity.quiet_months
        parts.append(
            rows.assign(
                look=look,
                dormant=silent >= step,
                lost=(silent >= activity.quiet_months).astype(float) if known else np.nan,
            ).reset_index()
        )
    table = pd.concat(parts, ignore_index=True)
    band = pd.cut(table["orders"], ORDER_BANDS, labels=False).fillna(0).astype(int)
    lately = pd.cut(table["orders_now"], LATELY, labels=False).fillna(0).astype(int)
    stratum = table["kind"] + "/" + band.astype(str) + "/" + lately.astype(str)
    table = table.assign(stratum=stratum)
    return _flagged(table, firm, experienced(firm, looks, wanted), wanted)


def reasons(table: pd.DataFrame, outcome: str = "dormant") -> pd.DataFrame:
    """How much more often those fell silent to whom something had happened.

    Parameters
    ----------
    table : DataFrame
        As :func:`looked_at` gives it.
    outcome : {"dormant", "lost"}
        What counts as silent; rows where it is not known yet are left out.

    Returns
    -------
    DataFrame
        One row per reason the firm's data can tell of, the largest ``excess_revenue`` first:
        ``exposed`` and ``gone`` (counts: looks at customers it happened to, and those of them who
        fell silent), ``others`` and ``others_gone`` (the same for the rest), ``expected`` (how
        many of the exposed would have fallen silent at the others' rate of the same stratum),
        ``lift`` (ratio of rates with strata held equal: Mantel and Haenszel's) with ``low`` and
        ``high`` (95 %), ``chance`` (of a lift as far from 1 where there is none, for so many
        reasons tried: Holm's), ``excess`` = gone − expected and ``excess_revenue`` (money a
        year: excess times the mean yearly revenue of the exposed who fell silent).

    Notes
    -----
    Strata keep apart businesses and consumers and those who order often, in the year and lately,
    from those who do not: who orders more has more complaints and leaves less. What is not
    recorded can still be behind a lift; it is a lead, no proof. A customer may be in several
    looks, which the intervals take for different ones.

    References
    ----------
    N. Mantel & W. Haenszel, *Journal of the National Cancer Institute* 22 (1959), 719-748;
    S. Greenland & J. M. Robins, *Biometrics* 41 (1985), 55-68 (variance);
    Rothman, Greenland & Lash, *Modern Epidemiology*, 3rd ed., ch. 15.
    """
    index = pd.Index([], name="reason", dtype=object)
    if table.empty:
        return pd.DataFrame(columns=[*COLUMNS, "excess", "excess_revenue"], index=index)
    known = table[table[outcome].notna()]
    gone = known[outcome].astype(bool)
    rows = {}
    for name in (n for n in REASONS if n in known.columns):
        told = known[name].notna()
        flag = known.loc[told, name].astype(bool)
        row = compared(flag, gone[told], known.loc[told, "stratum"])
        yearly = known.loc[told, "revenue"][flag & gone[told]].mean()
        excess = row["gone"] - row["expected"]
        rows[name] = {**row, "excess": excess, "excess_revenue": excess * yearly if excess else 0.0}
    if not rows:  # the firm delivers none of what it takes
        return pd.DataFrame(columns=[*COLUMNS, "excess", "excess_revenue"], index=index)
    result = pd.DataFrame.from_dict(rows, orient="index").rename_axis("reason")
    result = result.assign(chance=holm(result["chance"]))
    return result.sort_values("excess_revenue", ascending=False, kind="stable")


def groups(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """How much more often each industry's businesses fell silent than the other businesses.

    Returns
    -------
    DataFrame
        As :func:`reasons`, without money: one row per industry with ``least`` looks or more,
        highest lift first.
    """
    index = pd.Index([], name="industry", dtype=object)
    if table.empty:
        return pd.DataFrame(columns=COLUMNS, index=index)
    named = table[(table["kind"] == BUSINESS) & (table["industry"] != "")]
    sizes = named["industry"].value_counts()
    rows = {
        name: compared(named["industry"] == name, named["dormant"], named["stratum"])
        for name in sorted(sizes.index[sizes >= least])
    }
    if not rows:
        return pd.DataFrame(columns=COLUMNS, index=index)
    result = pd.DataFrame.from_dict(rows, orient="index").rename_axis("industry")
    result = result.assign(chance=holm(result["chance"]))
    return result.sort_values("lift", ascending=False, kind="stable")


def compared(flag: pd.Series, gone: pd.Series, stratum: pd.Series) -> dict[str, float]:
    """The ratio of two rates with strata held equal, its interval and its chance of nothing.

    Examples
    --------
    In each stratum twice as many of the flagged are gone:

    >>> flag = pd.Series([True] * 10 + [False] * 10)
    >>> gone = pd.Series([True] * 4 + [False] * 6 + [True] * 2 + [False] * 8)
    >>> found = compared(flag, gone, pd.Series(["all"] * 20))
    >>> float(found["lift"]), float(found["expected"])
    (2.0, 2.0)
    """
    counts = pd.DataFrame({"stratum": stratum, "flag": flag, "gone": gone.astype(float)})
    cells = counts.groupby(["stratum", "flag"], observed=True)["gone"].agg(["sum", "size"])
    wide = cells.unstack("flag").reindex(
        columns=pd.MultiIndex.from_product([["sum", "size"], [True, False]])
    )
    a, c, n1, n0 = wide.fillna(0.0).to_numpy(float).T
    both = (n1 > 0) & (n0 > 0)  # a stratum with one side alone compares nothing
    row = {
        "exposed": n1.sum(), "gone": a.sum(), "others": n0.sum(), "others_gone": c.sum(),
    }  # fmt: skip
    a, c, n1, n0 = a[both], c[both], n1[both], n0[both]
    n = n1 + n0
    # Exposed in a stratum of their own are expected to be as they are.
    expected = float((n1 * c / n0).sum()) + row["gone"] - float(a.sum())
    up, down = float((a * n0 / n).sum()), float((c * n1 / n).sum())
    lift = up / down if down > 0 else np.nan
    spread = float(((n1 * n0 * (a + c) - a * c * n) / n**2).sum())
    reach = Z * np.sqrt(spread / (up * down)) if up * down > 0 else np.nan
    return row | {
        "expected": expected,
        "lift": lift,
        "low": lift * np.exp(-reach),
        "high": lift * np.exp(reach),
        "chance": _chance(a, a + c, n1, n),
    }


def _chance(a: np.ndarray, gone: np.ndarray, n1: np.ndarray, n: np.ndarray) -> float:
    """Mantel and Haenszel's test, with Yates' half taken off."""
    mean = n1 * gone / n
    spread = float((n1 * (n - n1) * gone * (n - gone) / (n**2 * np.maximum(n - 1, 1))).sum())
    if spread <= 0:
        return float("nan")
    off = max(abs(float((a - mean).sum())) - 0.5, 0.0)
    return float(stats.chi2.sf(off**2 / spread, 1))


def _flagged(
    table: pd.DataFrame, firm: Dataset, found: dict[str, pd.DataFrame], wanted: Loss
) -> pd.DataFrame:
    keys = pd.MultiIndex.from_frame(table[["customer_id", "look"]])
    flags: dict[str, object] = {
        name: keys.isin(pd.MultiIndex.from_frame(rows[["customer_id", "look"]]))
        for name, rows in found.items()
    }
    if firm.has("order_lines.discount"):
        drop = table["discount_before"] - table["discount_now"]
        flags["discount_drop"] = (drop >= wanted.discount_drop).where(drop.notna())
    if firm.has("order_lines.salesperson_id"):
        flags["new_seller"] = table["has_new_seller"]
    return table.assign(**flags)
