"""The linkage model: how much each agreement and difference says, learned from the firm's data.

Fellegi and Sunter's model (1969) as splink computes it. Each level of a comparison has ``m``, its
share among pairs that are one customer, and ``u``, its share among pairs that are not; the
logarithm of their ratio is what the level says, in bits, and what the comparisons say adds up.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import ibis
import pyarrow as pa

from analysis.model.linkage.comparisons import COMPARISONS
from analysis.model.linkage.evidence import FREQUENT, KEYS, frequencies
from analysis.sources import files

SEED = 20260101
SAMPLED_PAIRS = 100_000
"""Pairs by chance from which ``u`` is learned; splink samples by a hash, the same in every run."""
ENOUGH_PAIRS = 200
"""Pairs below which expectation maximisation learns nothing that would hold again."""
PRIOR_MATCHES, PRIOR_PAIRS = 200, 2_000
"""How many pairs the values below count for, beside what the data say."""
TRAINED_ON = ("phone", "email", "name")
"""Details by which pairs to learn from are found, best first; the first two with enough pairs are
taken, so that each detail is learned from pairs another brought together."""
FIRM = (4, 5_000)
"""True pairs among all pairs of a firm of a hundred records, which ours is weighed with: of a few
records one cannot tell how many of them should be one customer."""
STEP = 0.25
"""Bits to which learned weights are rounded, and half of the bits to which the rarity of a name
is. Finer would be false precision, and a few new customers would move decisions made long ago."""
EXPECTED_RECALL = 0.7
"""Share of true pairs that agree on name and on one more, from which their number is told."""


@dataclass(frozen=True)
class Weights:
    """The model's numbers.

    Attributes
    ----------
    prior : float
        Probability that two records drawn by chance are one customer.
    m, u : dict
        By comparison, of its levels in their order.
    trained_pairs : dict
        By column that brought pairs together, how many expectation maximisation learned from;
        empty: the values are the fixed ones.
    """

    prior: float
    m: dict[str, list[float]]
    u: dict[str, list[float]]
    trained_pairs: dict[str, int] = field(default_factory=dict)

    @property
    def prior_bits(self) -> float:
        """The prior as bits of evidence."""
        return math.log2(self.prior / (1 - self.prior))


class Model:
    """Records in a splink database of their own, to be trained on and scored."""

    def __init__(self, engine: ibis.BaseBackend, table: str) -> None:
        import duckdb
        from splink import DuckDBAPI

        rows = engine.table(table).order_by("uid")
        self.count = int(rows.count().execute())
        with quiet():
            self._connection = duckdb.connect()
            files.quiet(self._connection)
            home = engine.raw_sql("SELECT current_setting('temp_directory')").fetchall()[0][0]
            self._connection.execute("SET temp_directory = ?", [home])
            self._api = DuckDBAPI(self._connection)
            self._records = self._register(rows.to_pyarrow(), "records")
            self._frequencies = {
                column: self._keep(frequencies(column, "ours_records"), column)
                for column in FREQUENT
            }

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()

    def weights(self) -> Weights:
        """Learn the weights from the records, as far as there is enough to learn from."""
        m = {name: [level.m for level in levels] for name, (_, levels) in COMPARISONS.items()}
        u = {name: [level.u for level in levels] for name, (_, levels) in COMPARISONS.items()}
        start = Weights(self._prior(), m, u)
        pairs = {column: self._pairs_sharing(column) for column in TRAINED_ON}
        enough = {column: count for column, count in pairs.items() if count >= ENOUGH_PAIRS}
        enough = dict(list(enough.items())[:2])
        if not enough:
            return start
        with quiet():
            linker = self._linker(start)
            linker.training.estimate_u_using_random_sampling(
                SAMPLED_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
            )
            for column in enough:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    f"l.key_{column} = r.key_{column}",
                    estimate_without_term_frequencies=True,
                )
            learned = linker.misc.save_model_to_json()
        return Weights(start.prior, *_blended(start, learned, enough), enough)

    def score(
        self, weights: Weights, pairs: pa.Table | None = None, least: float | None = None
    ) -> pa.Table:
        """Score pairs: those given, or all that share a key.

        Returns
        -------
        pyarrow.Table
            One row per pair with ``uid_l`` < ``uid_r``: both, ``match_weight`` (bits, the prior
            among them) and of every comparison ``gamma_<name>`` (level from the worst, 0; -1
            where nothing can be said).
        """
        with quiet():
            linker = self._linker(weights)
            if pairs is not None:
                names = {"uid_l": "join_key_l", "uid_r": "join_key_r"}  # as splink calls them
                keyed = pairs.rename_columns([names[name] for name in pairs.column_names])
                keyed = keyed.append_column("match_key", pa.array(["0"] * len(keyed)))
                given = self._register(keyed, "pairs")
                linker.table_management.register_blocked_pairs_for_predict(given)
            found = linker.inference.predict(threshold_match_probability=least)
            gammas = ", ".join(f"gamma_{name}" for name in COMPARISONS)
            scored = self._connection.sql(
                f"""
                SELECT least(uid_l, uid_r) AS uid_l, greatest(uid_l, uid_r) AS uid_r,
                    round(match_weight, 6) AS match_weight, {gammas}
                FROM {found.physical_name} ORDER BY ALL
                """
            ).to_arrow_table()
            found.drop_table_from_database_and_remove_from_cache()
        return scored

    def _linker(self, weights: Weights) -> Any:
        from splink import Linker, SettingsCreator

        comparisons: list[Any] = [
            _comparison(name, weights.m[name], weights.u[name]) for name in COMPARISONS
        ]
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=comparisons,
            blocking_rules_to_generate_predictions=[
                {"blocking_rule": f"l.{key} = r.{key}"} for key in KEYS
            ],
            probability_two_random_records_match=weights.prior,
            unique_id_column_name="uid",
            retain_matching_columns=True,
            retain_intermediate_calculation_columns=False,
            max_iterations=25,
            linker_uid="customers",
        )
        self._api._intermediate_table_cache.clear()
        linker = Linker(self._records, settings, log_level=None, validate_settings=False)
        for column, table in self._frequencies.items():
            linker.table_management.register_term_frequency_lookup(table, column)
        return linker

    def _register(self, table: pa.Table, name: str) -> Any:
        self._connection.register("incoming", table)
        kept = self._keep("FROM incoming", name)
        self._connection.unregister("incoming")
        return kept

    def _keep(self, query: str, name: str) -> Any:
        self._connection.execute(f"CREATE OR REPLACE TABLE ours_{name} AS {query}")
        return self._api.register(f"ours_{name}")

    def _pairs_sharing(self, column: str) -> int:
        said = self._connection.execute(
            f"""
            SELECT coalesce(sum(n * (n - 1) / 2), 0)::BIGINT FROM (
                SELECT count(*) AS n FROM ours_records WHERE key_{column} IS NOT NULL
                GROUP BY key_{column})
            """
        ).fetchall()[0]
        return int(said[0])

    def _prior(self) -> float:
        """Pairs that agree on name and one more, scaled up, out of all pairs there are."""
        said = self._connection.execute(
            """
            SELECT count(*) FROM (
                SELECT l.uid, r.uid FROM ours_records l JOIN ours_records r
                ON l.key_name = r.key_name AND l.uid < r.uid
                WHERE l.phone = r.phone OR l.email = r.email
                    OR (l.postcode = r.postcode AND l.house = r.house))
            """
        ).fetchall()[0]
        pairs = self.count * (self.count - 1) / 2
        return _coarse((said[0] / EXPECTED_RECALL + FIRM[0]) / (pairs + FIRM[1]))


def _coarse(share: float) -> float:
    """A share rounded to steps of its logarithm."""
    return round(float(2 ** (round(math.log2(share) / STEP) * STEP)), 8)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep splink from writing to the console; what it would say is for its developers."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _comparison(name: str, m: list[float], u: list[float]) -> dict[str, Any]:
    missing, levels = COMPARISONS[name]
    said: list[dict[str, Any]] = [
        {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for level, of_match, of_chance in zip(levels, m, u, strict=True):
        one: dict[str, Any] = {
            "sql_condition": level.condition, "label_for_charts": level.label,
            "m_probability": of_match, "u_probability": of_chance,
        }  # fmt: skip
        if level.frequency:
            one["tf_adjustment_column"] = level.frequency
        said.append(one)
    return {"output_column_name": name, "comparison_levels": said}


def _blended(
    start: Weights, learned: dict[str, Any], pairs: dict[str, int]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """What was learned, weighed with the fixed values; a better level never says less."""
    m, u = deepcopy(start.m), deepcopy(start.u)
    for comparison in learned["comparisons"]:
        name = comparison["output_column_name"]
        levels = [one for one in comparison["comparison_levels"] if not one.get("is_null_level")]
        seen = sum(count for column, count in pairs.items() if column != name)
        for values, key, count, prior in (
            (m, "m_probability", seen, PRIOR_MATCHES),
            (u, "u_probability", SAMPLED_PAIRS, PRIOR_PAIRS),
        ):
            share = count / (count + prior)
            mixed = [
                share * float(one.get(key) or 0.0) + (1 - share) * fixed
                for one, fixed in zip(levels, values[name], strict=True)
            ]
            values[name] = [_coarse(value / sum(mixed)) for value in mixed]
        ratios = [a / b for a, b in zip(m[name], u[name], strict=True)]
        if ratios != sorted(ratios, reverse=True):
            m[name], u[name] = start.m[name], start.u[name]
    return m, u
