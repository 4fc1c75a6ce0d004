import numpy as np
import pandas as pd
import pytest

from analysis.analyses.diagnostic import contribution, with_total


class TestContribution:
    def parts(self, **rows: tuple[float, float]) -> pd.DataFrame:
        """Revenue now and a year before of each channel, as compare gives it."""
        index = pd.MultiIndex.from_product([list(rows), ["revenue"]], names=["channel", "measure"])
        return pd.DataFrame(list(rows.values()), index=index, columns=["current", "year_before"])

    def test_two_channels_worked_by_hand(self):
        table = contribution(self.parts(store=(90.0, 150.0), web=(70.0, 50.0)), "year_before")
        assert table.index.tolist() == ["web", "store"]
        assert table["change"].tolist() == [20, -60]
        assert table["growth"].tolist() == pytest.approx([0.4, -0.4])
        assert table["contribution"].tolist() == pytest.approx([0.1, -0.3])

    def test_contributions_add_up_to_the_growth_of_the_whole(self):
        table = contribution(self.parts(a=(13.0, 7.0), b=(2.0, 11.0), c=(5.0, 0.0)), "year_before")
        assert table["contribution"].sum() == pytest.approx(20 / 18 - 1)

    def test_the_total_is_the_whole_and_its_growth(self):
        table = with_total(contribution(self.parts(a=(90.0, 150.0), b=(70.0, 50.0)), "year_before"))
        assert table.iloc[-1][["before", "now", "change"]].tolist() == [200, 160, -40]
        assert table.iloc[-1]["growth"] == pytest.approx(-0.2)

    def test_no_base_is_no_table(self):
        assert contribution(self.parts(a=(13.0, 7.0)), None).empty

    def test_without_a_base_there_is_nothing_to_say(self):
        table = contribution(self.parts(a=(13.0, np.nan)), "year_before")
        assert table.empty
        assert table.index.name == "channel"
