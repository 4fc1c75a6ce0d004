"""What the predictive tables say, in words."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis import units
from analysis.findings.record import Finding, Values, number
from analysis.params import Run
from analysis.periods import month_label
from analysis.text import words

TOTAL = "total"
SEASONAL_NAIVE = "seasonal_naive"
TOO_NARROW = 0.1  # what a range may lack of its level; months of few folds are few, and alike
FEWEST_FOLDS = 4  # below, the total's range does not rest on earlier totals: analyses.predictive


def forecast(
    expected: pd.DataFrame, past: pd.DataFrame, errors: pd.DataFrame, run: Run, method: str
) -> Finding:
    """Say what the next month and the months together should bring, within which range.

    Parameters
    ----------
    expected : DataFrame
        As ``analyses.predictive.forecast`` gives it.
    past : DataFrame
        The whole months it learnt from.
    errors : DataFrame
        As ``analyses.backtest.accuracy`` gives it.
    run : Run
        Gives region, period and currency.
    method : str
        The one it was made by.
    """
    said = partial(Finding, id="predictive.forecast", exhibit="tbl-predictive-forecast")
    n = len(past)
    if expected.empty:
        return said(
            sentence=words(
                "finding.forecast_few",
                months=n,
                region=run.region_label,
                least=run.settings.forecast.min_history_months,
            ),
            values={"months": float(n)},
            units={"months": "months"},
            n=n,
            notable=False,
        )
    ahead, total = expected.drop(TOTAL), expected.loc[TOTAL]
    first = ahead.iloc[0]
    money = {
        "first": first["forecast"],
        "first_low": first["low_80"],
        "first_high": first["high_80"],
        "total": total["forecast"],
        "low": total["low_80"],
        "high": total["high_80"],
    }
    stake = 0.0 if pd.isna(total["change"]) else abs(float(total["change"]))
    values: Values = {
        f"{month}.{column}": number(row[column])
        for month, row in expected.iterrows()
        for column in expected.columns
    }
    return said(
        sentence=words(
            "finding.forecast_one" if len(ahead) == 1 else "finding.forecast",
            subject=run.revenue_label,
            month=month_label(ahead.index[0]),
            last=month_label(ahead.index[-1]),
            months=len(ahead),
            compared=_compared(total, run),
            **{name: units.money(amount, run.currency) for name, amount in money.items()},
        ),
        values=values,
        units={name: "rate" if name.endswith(".growth") else "money" for name in values},
        n=n,
        notable=True,  # what to expect is what a director opens the pack for
        at_stake=run.per_period(stake, len(ahead)),
        caveats=_caveats(past, errors, run, method),
    )


def error(errors: pd.DataFrame, past: pd.DataFrame, run: Run, method: str) -> Finding:
    """Say how far forecasts made this way have been off, and whether they beat last year's month.

    Parameters
    ----------
    errors : DataFrame
        As ``analyses.backtest.accuracy`` gives it.
    past : DataFrame
        The whole months there are.
    run : Run
        Gives the currency and the smallest bias worth saying.
    method : str
        The one that is published.
    """
    said = partial(Finding, id="predictive.error", exhibit="tbl-predictive-errors")
    if errors.empty:
        key = "error_none" if len(past) >= run.settings.forecast.min_history_months else "error_few"
        return said(
            sentence=words(
                f"finding.{key}",
                months=len(past),
                region=run.region_label,
                least=run.settings.forecast.min_history_months,
            ),
            values={"months": float(len(past))},
            units={"months": "months"},
            n=0,
            notable=False,
        )
    row = errors.loc[method]
    others = errors.drop(SEASONAL_NAIVE)
    other = str(others["mae"].idxmin())
    told = {
        "folds": units.count(row["folds"]),
        "n": units.count(row["n"]),
        "mae": units.money(row["mae"], run.currency),
        "share": _share(row["wape"]),
        "inside": units.count(row["coverage_80"] * row["n"]),
        "inside_95": units.count(row["coverage_95"] * row["n"]),
        "bias": _bias(row["bias"], run),
        "naive": words(f"method.{SEASONAL_NAIVE}.said"),
    }
    if method == SEASONAL_NAIVE:
        sentence = words(
            "finding.error_naive",
            other=words(f"method.{other}.said"),
            other_mae=units.money(errors.loc[other, "mae"], run.currency),
            **told,
        )
    else:
        sentence = words(
            "finding.error_better",
            method=words(f"method.{method}.said"),
            gain=units.percent(1 - row["relative"]),
            **told,
        )
    kept = {
        "folds": "count",
        "n": "count",
        "mae": "money",
        "rmse": "money",
        "wape": "rate",
        "accuracy": "rate",
        "bias": "rate",
        "relative": "rate",
        "coverage_80": "rate",
        "coverage_95": "rate",
        "own_coverage_80": "rate",
        "own_coverage_95": "rate",
    }
    return said(
        sentence=sentence,
        values={
            f"{name}.{column}": number(one[column])
            for name, one in errors.iterrows()
            for column in kept
        },
        units={f"{name}.{column}": unit for name in errors.index for column, unit in kept.items()},
        n=int(row["n"]),
        notable=False,  # it qualifies the forecast, whose sentence carries the range
        caveats=(words("caveat.selected"),) if method != SEASONAL_NAIVE else (),
    )


def make_up(
    parts: pd.DataFrame, by_season: pd.DataFrame, levels: pd.DataFrame, past: pd.DataFrame, run: Run
) -> Finding:
    """Say how much of the coming months is level, season and growth.

    Parameters
    ----------
    parts : DataFrame
        As ``analyses.predictive.make_up`` gives it.
    by_season : DataFrame
        As ``analyses.predictive.seasons`` gives it.
    levels : DataFrame
        As ``analyses.predictive.yearly_level`` gives it.
    past : DataFrame
        The whole months there are.
    run : Run
        Gives the currency.
    """
    said = partial(Finding, id="predictive.make_up", exhibit="tbl-predictive-make-up")
    if parts.empty:
        return said(
            sentence=words("finding.make_up_none", months=len(past)),
            values={"months": float(len(past))},
            units={"months": "months"},
            n=len(past),
            notable=False,
        )
    total = parts.loc[TOTAL]
    before, now = levels.loc["year_before", "level"], levels.loc["now", "level"]
    growth = now / before - 1 if before > 0 else float("nan")
    best, worst = by_season["season"].idxmax(), by_season["season"].idxmin()
    values: Values = {column: number(total[column]) for column in ("season", "rest", "forecast")}
    values |= {
        "level": number(now),
        "level_year_before": number(before),
        "level_growth": number(growth),
    }
    values |= {f"season_{month}": number(index) for month, index in by_season["season"].items()}
    return said(
        sentence=words(
            "finding.make_up",
            level=units.money(now, run.currency),
            grown=""
            if pd.isna(growth)
            else words("finding.make_up_grown", growth=units.percent(growth, signed=True)),
            season=_signed(total["season"], run),
            rest=_signed(total["rest"], run),
            best=words(f"month.{best}"),
            best_index=units.decimal(by_season.loc[best, "season"], 2),
            worst=words(f"month.{worst}"),
            worst_index=units.decimal(by_season.loc[worst, "season"], 2),
        ),
        values=values,
        units={
            name: "rate" if name.startswith("season_") or name == "level_growth" else "money"
            for name in values
        },
        n=len(past),
        notable=False,  # it explains the forecast, which says what to expect
        at_stake=run.per_period(abs(float(total["rest"])), len(parts) - 1),
    )


def _compared(total: pd.Series, run: Run) -> str:
    if pd.isna(total["year_before"]):
        return ""
    change = float(total["change"])
    if change == 0:
        return words("finding.forecast_same")
    moved = words("word.up" if change > 0 else "word.down")
    amount = units.money(abs(change), run.currency)
    if pd.isna(total["growth"]):
        return words("finding.forecast_moved_from", moved=moved, change=amount)
    growth = units.percent(abs(total["growth"]))
    return words("finding.forecast_moved", moved=moved, growth=growth, change=amount)


def _caveats(past: pd.DataFrame, errors: pd.DataFrame, run: Run, method: str) -> tuple[str, ...]:
    texts = []
    if past.index[-1] < run.period.last:
        texts.append(words("caveat.cut", month=month_label(past.index[-1])))
    if errors.empty:
        return (*texts, words("caveat.untried"))
    row = errors.loc[method]
    if row["folds"] < FEWEST_FOLDS:
        texts.append(words("caveat.few_folds", folds=int(row["folds"])))
    inside = {level: row[f"coverage_{level}"] for level in (80, 95)}
    if any(share < level / 100 - TOO_NARROW for level, share in inside.items()):
        shares = {f"inside_{level}": units.percent(inside[level], digits=0) for level in inside}
        texts.append(words("caveat.narrow", **shares))
    if abs(row["bias"]) > row["wape"] / 2:
        key = "caveat.low" if row["bias"] < 0 else "caveat.high"
        texts.append(words(key, bias=units.percent(abs(row["bias"]))))
    return tuple(texts)


def _share(wape: float) -> str:
    return "" if pd.isna(wape) else words("finding.error_share", share=units.percent(wape))


def _bias(bias: float, run: Run) -> str:
    if pd.isna(bias) or abs(bias) < run.settings.notable_share:
        return ""
    key = "finding.error_low" if bias < 0 else "finding.error_high"
    return words(key, bias=units.percent(abs(bias)))


def _signed(amount: float, run: Run) -> str:
    text = units.money(amount, run.currency)
    return f"+{text}" if amount > 0 else text
