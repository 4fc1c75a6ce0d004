import pandas as pd
import pytest

from analysis import params
from analysis.analyses.cuts import cut, cut_by_step, regions
from analysis.findings import cuts as say
from analysis.periods import parse


@pytest.fixture(scope="module")
def run():
    return params.load("east", "2026-10", "demo")


def size(**rows: tuple[float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["revenue", "customers", "market"])
    return table.assign(sellers=1.0, seller_revenue=table["revenue"]).rename_axis("region")


BEFORE = size(east=(80.0, 10.0, 400.0), west=(200.0, 40.0, 1600.0))
NOW = size(east=(100.0, 10.0, 400.0), west=(200.0, 40.0, 1600.0))


def sold(**revenue: float) -> pd.DataFrame:
    """Sales by region and channel: ``sold(east_web=10)``."""
    rows = [(*name.split("_"), amount) for name, amount in revenue.items()]
    table = pd.DataFrame(rows, columns=["region", "channel", "revenue"])
    return table.assign(units=1.0, gross_margin=0.0, costed_revenue=0.0)


def cells(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    return cut(now, before, "region", "channel")


class TestRegions:
    def test_a_region_is_placed_size_for_size(self, run):
        finding = say.regions(regions(NOW, BEFORE), run, "year_before", is_whole=True)
        assert finding.sentence == (
            "East is number 2 of 2 regions by revenue (£100, +25.0% on a year earlier), and number "
            "1 by revenue per customer (£10.00, 67% above the firm's £6.00), number 2 per "
            "salesperson (£100, 33% below the firm's £150), number 1 by share of the market "
            "(25.0%, 67% above the firm's 15.0%)."
        )
        assert finding.notable
        assert finding.at_stake == 20
        assert finding.subject == "region:east"

    def test_of_the_whole_firm_first_and_last_are_named(self, run):
        finding = say.regions(regions(NOW, BEFORE), run.whole_firm, "year_before", is_whole=True)
        assert finding.sentence == (
            "West is the largest of 2 regions with 66.7% of revenue; by revenue per customer East "
            "leads with £10.00 and West is last with £5.00; per salesperson West leads with £200 "
            "and East is last with £100; by share of the market East leads with 25.0% and West is "
            "last with 12.5%."
        )

    def test_what_the_firm_does_not_record_is_not_said(self, run):
        bare = NOW.assign(sellers=0.0, market=float("nan"))
        sentence = say.regions(regions(bare, bare.iloc[:0]), run, None, is_whole=True).sentence
        assert sentence == (
            "East is number 2 of 2 regions by revenue (£100), and number 1 by revenue per customer "
            "(£10.00, 67% above the firm's £6.00)."
        )

    def test_from_nothing_is_in_words(self, run):
        before = BEFORE.assign(revenue=[0.0, 200.0])
        sentence = say.regions(regions(NOW, before), run, "prior", is_whole=True).sentence
        assert "(£100, from nothing on the period before)" in sentence

    def test_one_region_is_not_ranked(self, run):
        finding = say.regions(regions(NOW.iloc[:1], BEFORE.iloc[:1]), run, "prior", is_whole=True)
        assert finding.sentence == "All revenue is in one region, East."
        assert not finding.notable

    def test_days_so_far_are_no_news(self, run):
        finding = say.regions(regions(NOW, BEFORE), run, "prior", is_whole=False)
        assert not finding.notable
        assert finding.caveats


class TestCells:
    FELL = sold(east_web=50, east_store=100, west_web=100, west_store=110)
    WAS = sold(east_web=100, east_store=100, west_web=100, west_store=100)

    def test_a_channel_is_read_against_itself_elsewhere(self, run):
        finding = say.cells(cells(self.FELL, self.WAS), run, "year_before", is_whole=True)
        assert finding.sentence == (
            "In East, Web shop moved −50.0% (−£50.00) on a year earlier, while Web shop in the "
            "other regions moved 0.0%; at their pace it would be £50.00 higher."
        )
        assert finding.subject == "channel:web"

    def test_one_that_ran_ahead_would_be_lower(self, run):
        finding = say.cells(cells(self.WAS, self.FELL), run, "prior", is_whole=True)
        assert "it would be £50.00 lower." in finding.sentence

    @pytest.mark.parametrize(
        ("now", "before", "start"),
        [
            (FELL, WAS, "Of 4 pairs of region and channel, 1 fell on a year earlier; the largest "
             "fall is Web shop in East (−£50.00, −50.0%) and the largest rise Stores in West"),
            (WAS, FELL, "Of 4 pairs of region and channel, 1 fell on a year earlier; the largest "
             "fall is Stores in West (−£10.00, −9.1%)"),
            (WAS, WAS, "None of 4 pairs of region and channel fell on a year earlier"),
            (sold(east_web=1, west_store=1),
             sold(east_web=2, east_store=3, west_web=9, west_store=5),
             "All 4 pairs of region and channel fell on a year earlier; the largest fall is Web "
             "shop in West"),
        ],
    )  # fmt: skip
    def test_of_the_whole_firm_the_largest_moves_are_named(self, run, now, before, start):
        finding = say.cells(cells(now, before), run.whole_firm, "year_before", is_whole=True)
        assert finding.sentence.startswith(start)

    def test_without_a_base_the_largest_part_is_named(self, run):
        table = cells(self.FELL, self.WAS.iloc[:0])
        assert say.cells(table, run, None, is_whole=True).sentence == (
            "East sells most in Stores, 66.7% of £150; there is no earlier period to compare with."
        )
        assert say.cells(table, run.whole_firm, None, is_whole=True).sentence.startswith(
            "Whole firm"
        )

    def test_one_channel_or_one_region_is_said_to_be_one(self, run):
        web = sold(east_web=5, west_web=9)
        assert say.cells(cells(web, web), run, "prior", is_whole=True).sentence == (
            "The data tell no two channels apart, so regions cannot be cut by them."
        )
        east = sold(east_web=5, east_store=9)
        assert say.cells(cells(east, east), run, "prior", is_whole=True).sentence == (
            "Only East is in the data, so that its channels can be compared with no other region's."
        )


class TestSteps:
    def steps(self, period: str, **days: float) -> pd.DataFrame:
        table = pd.DataFrame(
            {"day": pd.to_datetime([day.replace("d", "2026-10-") for day in days]),
             "revenue": list(days.values()), "channel": "web"}
        )  # fmt: skip
        table = table.assign(units=1.0, gross_margin=0.0, costed_revenue=0.0)
        return cut_by_step(
            table, parse(period), "week" if period == "2026-10" else "month", "channel"
        )

    def test_short_weeks_are_read_by_the_day(self, run):
        """80 in the four days to the 4th is more a day than 105 in the seven to the 11th."""
        finding = say.steps(
            self.steps("2026-10", d02=80.0, d06=105.0), run, True, pd.Timestamp("2026-10-31")
        )
        assert finding.sentence == (
            "A day brought £5.97 on average; the week of 1–4 Oct was the strongest with £20.00 a "
            "day and the week of 12–18 Oct the weakest with £0."
        )
        assert not finding.notable

    def test_weeks_not_begun_yet_are_not_weak(self, run):
        finding = say.steps(
            self.steps("2026-10", d02=80.0, d06=105.0), run, False, pd.Timestamp("2026-10-07")
        )
        assert "the week of 5–7 Oct" in finding.sentence
        assert finding.n == 2
        assert finding.caveats

    def test_a_month_of_months_is_one_step(self, run):
        one = self.steps("2026-10", d02=31.0)
        finding = say.steps(
            one.loc[[one.index[0][0], "(total)"]], run, True, pd.Timestamp("2026-10-04")
        )
        assert finding.sentence == "The period is one week, with £7.75 a day."
