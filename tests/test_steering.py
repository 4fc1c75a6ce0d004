"""Profiles and targets: what a firm steers by, and mistakes in the files that say it."""

import shutil
from functools import partial

import pytest
import yaml

from analysis import params, paths
from analysis.analyses import board
from analysis.cli import app
from analysis.errors import ParameterError


@pytest.fixture
def folder(delivery):
    return delivery.params


def profiles(folder, **dimensions):
    text = yaml.safe_dump({"balanced": {"most": 4, "dimensions": dimensions}})
    (folder / "profiles.yml").write_text(text, encoding="utf-8")


def held(folder, *entries):
    (folder / "targets").mkdir(exist_ok=True)
    text = yaml.safe_dump({"held": list(entries)})
    (folder / "targets" / "tiny.yml").write_text(text, encoding="utf-8")


def load(folder, region="east"):
    return params.load(region, "2026-02", "tiny", folder)


def of(weight, *indicators):
    return {"weight": weight, "indicators": list(indicators)}


THREE = {"growth": of(0.25, "revenue"), "profit": of(0.25, "gross_margin_rate"),
         "customers": of(0.5, "customers", "active_customers")}  # fmt: skip


def test_the_weightiest_dimension_comes_first_and_shares_its_weight_out(folder):
    profiles(folder, **THREE)
    profile = load(folder).profile
    assert profile.indicators == ("customers", "active_customers", "revenue", "gross_margin_rate")
    assert profile.weights == {"revenue": 0.25, "gross_margin_rate": 0.25, "customers": 0.25,
                               "active_customers": 0.25}  # fmt: skip


@pytest.mark.parametrize("name", ["balanced", "b2b", "b2c"])
def test_the_profiles_that_come_with_it_are_sound(name, params_folder):
    every = params.read_yaml(params_folder / "profiles.yml")
    profile = params.checked(params.Profile, every[name], params_folder / "profiles.yml")
    assert set(profile.indicators) <= set(board.MEASURES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"profit": None}, "there must be 3 to 5 dimensions; found 2"),
        ({"profit": of(0.3, "units")}, r"weights must add up to 1; they add up to 1\.05"),
        ({"profit": of(0.25, "units", "orders")}, "there are 5 indicators; at most 4"),
        ({"profit": of(0.25, "revenue")}, r"repeated: \['revenue'\]"),
    ],
)
def test_a_profile_beyond_its_limits_is_refused(folder, change, said):
    changed = {name: one for name, one in (THREE | change).items() if one}
    profiles(folder, **changed)
    with pytest.raises(ParameterError, match=rf"profiles\.yml: balanced: .*{said}") as told:
        load(folder)
    assert "{" not in str(told.value), "a dump of the file's values helps no one"


def test_a_profile_that_is_not_there_is_told_the_nearest(folder):
    path = folder / "regions" / "east.yml"
    path.write_text('label: "East"\nprofile: b2d\n', encoding="utf-8")
    with pytest.raises(ParameterError, match=r"east\.yml: profile 'b2d' is not in .*'b2[bc]'"):
        load(folder)


def test_a_target_is_of_its_region_or_of_all(folder):
    entry = {"indicator": "revenue", "kind": "target", "value": 500, "source": "Plan"}
    held(folder, entry, entry | {"region": "west", "value": 90})
    assert [one.value for one in load(folder).held_against] == [500]
    assert [one.value for one in load(folder, "west").held_against] == [500, 90]


def test_a_target_without_its_source_is_refused(folder):
    held(folder, {"indicator": "revenue", "kind": "target", "value": 500})
    with pytest.raises(ParameterError, match=r"tiny\.yml: key 'held\.0\.source' is missing"):
        load(folder)


def test_an_indicator_there_is_not_is_told_the_nearest(folder):
    held(folder, {"indicator": "revenu", "kind": "target", "value": 5, "source": "Plan"})
    said = r"targets/tiny\.yml: no indicator is 'revenu'; did you mean 'revenue'"
    with pytest.raises(ParameterError, match=said):
        board.check(load(folder))


def test_a_profile_misspelt_in_the_base_is_looked_for_there(folder):
    base = folder / "base.yml"
    good = base.read_text(encoding="utf-8")
    base.write_text(good.replace("profile: balanced", "profile: balancd"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"base\.yml: profile 'balancd' .*'balanced'"):
        load(folder)


def test_a_key_of_a_profile_is_named_with_its_profile(folder):
    profiles(folder, **THREE | {"profit": of(1.5, "units")})
    said = r"profiles\.yml: balanced: key 'dimensions\.profit\.weight' is 1\.5: "
    with pytest.raises(ParameterError, match=said):
        load(folder)


def test_a_target_of_a_region_there_is_not_is_not_dropped(folder):
    held(folder, {"indicator": "revenue", "kind": "target", "value": 5, "source": "Plan",
                  "region": "eats"})  # fmt: skip
    said = r"targets/tiny\.yml: entry 1 \(revenue\) is of region 'eats', .*did you mean 'east'"
    with pytest.raises(ParameterError, match=said):
        load(folder, "west")


TARGET = {"indicator": "on_time_rate", "kind": "target", "value": 0.95, "source": "Plan"}


class TestBeforeAnyWork:
    """What ``analysis check`` and ``analysis report`` ask of every file before they begin."""

    def test_the_files_that_come_with_it_are_sound(self):
        board.check_params("demo")
        board.check_params("superstore")

    def test_an_indicator_of_another_region_s_target_is_checked_too(self, folder):
        held(folder, TARGET | {"indicator": "revenu", "region": "west"})
        said = r"targets/tiny\.yml: no indicator is 'revenu'; did you mean 'revenue'"
        with pytest.raises(ParameterError, match=said):
            board.check_params("tiny")

    def test_an_indicator_of_any_profile_is_checked(self, folder):
        profiles(folder, **THREE | {"growth": of(0.25, "revenu")})
        said = r"profiles\.yml: balanced: no indicator is 'revenu'; did you mean 'revenue'"
        with pytest.raises(ParameterError, match=said):
            board.check_params("tiny")

    @pytest.mark.parametrize("value", [95, -0.1])
    def test_a_rate_is_between_nothing_and_all(self, folder, value):
        held(folder, TARGET, TARGET | {"value": value})
        said = rf"tiny\.yml: entry 2 \(on_time_rate\) is {value}; .* 95% is 0\.95"
        with pytest.raises(ParameterError, match=said):
            board.check_params("tiny")

    def test_a_plan_may_be_beaten_on_purpose_and_hours_are_no_rate(self, folder):
        held(folder, TARGET | {"indicator": "plan_attainment", "value": 1.05},
             TARGET | {"indicator": "response_hours", "value": 24})  # fmt: skip
        board.check_params("tiny")

    @pytest.mark.parametrize("command", ["check", "report"])
    @pytest.mark.parametrize("spoilt", ["profile", "target", "questions"])
    def test_both_commands_stop_at_a_mistake_before_they_read_data(
        self, folder, monkeypatch, command, spoilt
    ):
        shutil.copy(paths.ROOT / "params" / "questions.yml", folder)
        if spoilt == "profile":
            profiles(folder, **THREE | {"growth": of(0.25, "revenu")})
        elif spoilt == "target":
            held(folder, TARGET | {"value": 95})
        else:
            text = (folder / "questions.yml").read_text(encoding="utf-8")
            (folder / "questions.yml").write_text(text.replace("cells:", "cell:"))
        monkeypatch.setattr(app, "_snapshot", lambda *_, **__: pytest.fail("data were read"))
        run = {"check": partial(app.check, "tiny"),
               "report": partial(app.report, "east", "2026-02", "tiny")}[command]  # fmt: skip
        file = {"profile": "profiles", "target": "targets/tiny", "questions": "questions"}[spoilt]
        with pytest.raises(ParameterError, match=rf"{file}\.yml: "):
            run()
