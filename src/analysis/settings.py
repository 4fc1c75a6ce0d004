"""What ``params/base.yml`` may set, block by block, each checked before anything runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """A block of settings in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TierShares(Strict):
    """Share of customers each tier is expected to have; shown beside the actual one."""

    high_value: Share
    potential: Share
    basic: Share
    at_risk: Share


class Rfm(Strict):
    """How customers are scored; see ``analyses.segmentation``."""

    months: Annotated[int, Field(ge=1, le=120)]
    """Window that is scored, in months up to the as-of date."""
    high_score: Annotated[float, Field(gt=1, le=5)]
    """Smallest score, 1 to 5, that counts as high."""
    usual_steps: Annotated[int, Field(ge=2, le=36)]
    """Earlier periods whose moves say what is usual, at most."""
    reference_shares: TierShares


class Forecast(Strict):
    """How the forecast is made and tried; see ``analyses.predictive``."""

    horizon_months: Annotated[int, Field(ge=1, le=24)]
    backtest_folds: Annotated[int, Field(ge=2, le=36)]
    min_history_months: Annotated[int, Field(ge=6)]


class Activity(Strict):
    """When a customer counts as quiet; nothing tells the firm that one has left."""

    dormant_months: Annotated[int, Field(ge=1, le=24)]
    """Months without an order after which a customer is dormant: somebody should call."""
    quiet_months: Annotated[int, Field(ge=1, le=36)]
    """Months without an order after which a customer counts as lost."""


class Channels(Strict):
    """How channels are scored, and the rules on them; see ``analyses.channels``."""

    months: Annotated[int, Field(ge=1, le=36)]
    """Months, up to the period's last, that a scorecard covers."""
    horizon_months: Annotated[int, Field(ge=1, le=36)]
    """Months after a customer is won whose margin counts as the return on winning them."""
    min_count: Annotated[int, Field(ge=1)]
    """Fewest leads, customers or orders a rule is tried on."""
    benchmark_margin_rates: dict[str, Share]
    """Margin rate usual in the trade, by channel."""
    margin_shortfall: Share
    """Points of margin below the benchmark at which a channel falls short."""
    dear_times: Annotated[float, Field(ge=1)]
    """Cost of a customer, as times that of all channels together, from which it is dear."""
    low_conversion: Share
    grow_conversion: Share
    shift_conversion: Share
    exit_roi: Annotated[float, Field(ge=0)]
    """Margin back for one of spend below which a channel does not pay."""
    close_collection: Share
    """Share of what falls due on account and is paid within ``collections.grace_days``."""
    tilt_margin_rate: Share


class Pipeline(Strict):
    """How sales under way are read; see ``analyses.pipeline``."""

    months: Annotated[int, Field(ge=1, le=36)]
    stages: list[str]
    """Stages in their order; empty: the order most opportunities went through them."""
    closing_stages: list[str]
    """Stages that record a decision; nobody stays in them."""
    min_count: Annotated[int, Field(ge=2)]


class Loss(Strict):
    """What may drive customers away, and from when it counts; see ``analyses.loss``."""

    looks: Annotated[int, Field(ge=1, le=12)]
    """How many times customers are looked at, one look every ``activity.dormant_months``."""
    slow_hours: Annotated[float, Field(gt=0)]
    low_score: Annotated[float, Field(ge=1, le=5)]
    late_days: Annotated[int, Field(ge=0)]
    stock_out_days: Annotated[int, Field(ge=1)]
    price_rise: Share
    discount_drop: Share
    min_exposed: Annotated[int, Field(ge=2)]


class Associations(Strict):
    """How things bought together are searched for; see ``analyses.associations``."""

    months: Annotated[int, Field(ge=1, le=60)]
    min_baskets: Annotated[int, Field(ge=2)]
    min_lift: Annotated[float, Field(ge=1)]
    min_orders: Annotated[int, Field(ge=1)]
    min_peer_share: Share


class Population(Strict):
    """Whose customers are compared; see ``analyses.concentration.population``."""

    top_share: Annotated[float, Field(gt=0, le=1)]
    """Share of customers kept, those of the largest amount first; 1: all."""
    industries: tuple[str, ...]
    """Industries kept, as the data name them; none named: all."""
    regions: tuple[str, ...]
    """Regions kept, of the customer; none named: all."""
    kinds: tuple[Literal["b2b", "b2c"], ...]
    """Kinds of customer kept; none named: both."""


class Cuts(Strict):
    """How sales are cut by time; see ``analyses.cuts``."""

    step: Literal["auto", "day", "week", "month", "quarter", "year"]


class Concentration(Strict):
    """How dependence on few is measured; see ``analyses.concentration``."""

    months: Annotated[int, Field(ge=1, le=120)]
    """Window, in months up to the as-of date; the run's period where that is longer."""
    top_share: Annotated[float, Field(gt=0, lt=1)]
    largest: Annotated[int, Field(ge=1, le=40)]
    dependency_share: Share
    """Share of revenue from which one customer is a dependency to report."""


class Assortment(Strict):
    """How products are judged; see ``analyses.assortment``."""

    months: Annotated[int, Field(ge=1, le=120)]
    price_cuts: tuple[Annotated[float, Field(gt=0)], ...]
    """Upper ends of price bands in money; none: thirds of each category's list prices."""
    high_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of a category's products, by units sold, that counts as high volume; as many as low."""
    slow_cover_months: Annotated[float, Field(gt=0)]
    new_months: Annotated[int, Field(ge=0)]
    """Products launched in the last so many months are not judged."""


class Cross(Strict):
    """One cross table: a measure of customers by two sets of what is known of them."""

    rows: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    measure: str


class Groups(Strict):
    """How groups of customers are compared; see ``analyses.groups``."""

    months: Annotated[int, Field(ge=1, le=120)]
    min_cell: Annotated[int, Field(ge=2)]
    """Fewest customers of a cell of a cross table whose value is shown."""
    doubt: Annotated[float, Field(gt=0, lt=0.5)]
    """Chance of naming a difference that is none, over all that are compared together."""
    cross: Cross
    deals: Cross


class Promotions(Strict):
    """How what promotions brought is measured; see ``analyses.promotions``."""

    history_months: Annotated[int, Field(ge=6, le=120)]
    scope_share: Annotated[float, Field(gt=0, le=1)]
    """Smallest share of a category's and kind's order lines sold under an offer for it to be on."""
    after_days: Annotated[int, Field(ge=1, le=90)]
    min_lines: Annotated[int, Field(ge=1)]
    min_placebos: Annotated[int, Field(ge=3)]


class Collections(Strict):
    """How payments are judged; see ``analyses.collections``."""

    window_days: Annotated[int, Field(ge=28, le=730)]
    grace_days: Annotated[int, Field(ge=0, le=180)]
    """Days past due within which a payment counts as in time."""
    dso_days: Annotated[int, Field(ge=28, le=366)]
    dso_rise: Annotated[float, Field(gt=0)]
    """Rise of the days of sales owed, as a share of a year earlier, from which it is news."""
    min_payments: Annotated[int, Field(ge=2)]


class Bridge(Strict):
    """How a change is split into its causes; see ``analyses.bridge``."""

    range_months: Annotated[int, Field(ge=1, le=24)]
    """Months without a sale anywhere in the firm after which a product counts as withdrawn."""


class Calendar(Strict):
    """How the worth of days is learned; see ``analyses.calendar``."""

    history_months: Annotated[int, Field(ge=12, le=120)]
    min_history_days: Annotated[int, Field(ge=180)]
    min_selling_days: Annotated[int, Field(ge=50)]
    """Fewest of those days with orders: with fewer, weekdays are not told apart."""


class Season(Strict):
    """How season and trend are told apart; see ``analyses.season``."""

    history_months: Annotated[int, Field(ge=24, le=180)]
    min_months: Annotated[int, Field(ge=24)]
    resamples: Annotated[int, Field(ge=50, le=2000)]
    """Draws behind the range of the trend."""
    rows: Annotated[int, Field(ge=2, le=20)]


class Unusual(Strict):
    """When a change counts as unusual; see ``analyses.unusual``."""

    history_months: Annotated[int, Field(ge=12, le=180)]
    min_errors: Annotated[int, Field(ge=5)]
    false_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of what is called unusual that may be chance."""
    min_orders: Annotated[float, Field(ge=1)]
    """Orders in a middling period below which a part is not judged."""


TeamPart = Literal[
    "growth", "margin_rate", "discount_rate", "order_value", "repurchase", "retention", "win_rate",
    "cycle", "satisfaction", "response", "collection", "teamwork", "skills",
]  # fmt: skip
"""Parts a scorecard of salespeople may have; teamwork and skills are in no system yet."""
Weights = Annotated[dict[TeamPart, Annotated[float, Field(gt=0, le=1)]], Field(min_length=1)]


class Team(Strict):
    """How salespeople are compared and scored; see ``analyses.team``."""

    least: Annotated[int, Field(ge=2)]
    """Fewest accounts, deals or answers of a person that anything is said about."""
    least_in_stratum: Annotated[int, Field(ge=2)]
    """Fewest accounts of peers alike in kind that an expected value is made of."""
    least_peers: Annotated[int, Field(ge=1)]
    """Fewest other people those accounts must be of."""
    doubt: Annotated[float, Field(gt=0, lt=1)]
    """Largest chance of calling anyone of a team of ordinary people unusual."""
    stretch: Annotated[float, Field(gt=0.5, lt=1)]
    """Share of people whose growth a stretch target leaves behind."""
    profile: Literal["b2b", "b2c"]
    """Which weights the scorecard takes."""
    weights: dict[Literal["b2b", "b2c"], Weights]
    least_known: Share
    """Share of weights that must be known before anyone is given a score."""
    hints: dict[TeamPart, str]
    """What may help who falls behind on a measure: a text ``team.hint.<name>``."""

    @model_validator(mode="after")
    def _weights_add_up(self) -> Team:
        for profile, weights in self.weights.items():
            total = sum(weights.values())
            if abs(total - 1) > 1e-9:
                raise ValueError(f"weights of {profile!r} must add up to 1; they are {total:g}")
        if self.profile not in self.weights:
            raise ValueError(f"profile {self.profile!r} has no weights")
        return self


class Discounts(Strict):
    """How discounts are compared; see ``analyses.discounts``."""

    months: Annotated[int, Field(ge=3, le=60)]
    min_peers: Annotated[int, Field(ge=1)]
    """Fewest lines others must have sold of alike deals for a deal to be compared."""
    min_customers: Annotated[int, Field(ge=2)]
    min_points: Share
    min_variation: Share
    """Standard deviation of a seller's discount, 0–1, below which no response is claimed."""


class Waste(Strict):
    """What counts as money that does little; see ``analyses.waste``."""

    months: Annotated[int, Field(ge=3, le=36)]
    carrying_cost: Share
    """Yearly cost of stock, as a share of its value."""
    cost_to_serve: Share
    """Share of revenue that selling and delivering take, by the firm's own reckoning."""
    halving: Annotated[float, Field(gt=0, le=1)]
    """Share of a channel's return that money moved to it is taken to earn."""
    most_growth: Annotated[float, Field(gt=0)]
    """Most money a channel can take in addition, as a share of what is spent on it now."""
    usual_unpaid: Share
    """Share of what falls due that any firm leaves unpaid; counted as waste only beyond it."""
    movable: Share
    """Share of a closed unit's money that can be moved within a year."""
    least: Annotated[float, Field(ge=0)]
    """Money a year below which nothing is closed."""


class Board(Strict):
    """When an indicator is judged; see ``analyses.board``."""

    min_n: Annotated[int, Field(ge=1)]
    """Fewer cases under a rate or a mean than this are counted, not judged."""
    rate_share: Annotated[float, Field(gt=0, le=1)]
    """Of ``notable_share``, what a rate must change by, in points, to count as changed."""


class Drivers(Strict):
    """How the parts a change came from are searched for; see ``analyses.drivers``."""

    dimensions: Annotated[tuple[str, ...], Field(min_length=1)]
    """Of the catalogue, those the firm is run by first: the r-th costs r times as much to name."""
    max_dimensions: Annotated[int, Field(ge=1, le=12)]
    """Most of them that are searched, of those the firm delivers."""
    depth: Annotated[int, Field(ge=1, le=4)]
    """Most dimensions of a part: 2 is dealers' Furniture."""
    max_scopes: Annotated[int, Field(ge=1, le=8)]
    chance: Annotated[float, Field(gt=0, lt=1)]
    """Share of searches that may name a part where none stands out, at most (a bound)."""
    min_customers: Annotated[int, Field(ge=2)]
    min_departure: Share
    """Smallest departure from the rest, as a share of the change of the whole."""


class Settings(Strict):
    """Everything ``params/base.yml`` sets and a region may set otherwise."""

    goal: str
    """What the pack is for, in a sentence; stands on its front page."""
    profile: str
    """What the firm steers by: one of ``params/profiles.yml``."""
    board: Board
    notable_share: Share
    """Smallest change worth a sentence of its own, as a share of its base."""
    trend_months: Annotated[int, Field(ge=13, le=60)]
    rank_rows: Annotated[int, Field(ge=3, le=40)]
    min_customers: Annotated[int, Field(ge=1)]
    """Smallest number of customers a segment needs before a sentence is said about it."""
    show_personal: bool
    """Whether packs show names and numbers of customers whole; masked otherwise."""
    rfm: Rfm
    forecast: Forecast
    calendar: Calendar
    season: Season
    unusual: Unusual
    bridge: Bridge
    promotions: Promotions
    collections: Collections
    discounts: Discounts
    waste: Waste
    activity: Activity
    channels: Channels
    pipeline: Pipeline
    loss: Loss
    associations: Associations
    population: Population
    cuts: Cuts
    concentration: Concentration
    assortment: Assortment
    groups: Groups
    team: Team
    drivers: Drivers


class Region(Settings):
    """The settings as they hold in one region."""

    label: str
