"""Params: a file that is not as it should be is named, with the key and what was probably meant."""

import pytest
import yaml

from analysis import params
from analysis.errors import ParameterError
from analysis.periods import parse


@pytest.fixture
def folder(delivery):
    return delivery.params


def edit(path, change):
    """Change a params file as one would in an editor."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(yaml.safe_dump(values), encoding="utf-8")


def load(folder, region="east", period="2026-02", data="tiny"):
    return params.load(region, period, data, folder=folder)


class TestARun:
    def test_it_says_who_when_and_whose(self, folder):
        run = load(folder)
        assert (run.region, run.region_label, run.period) == ("east", "East", parse("2026-02"))
        assert (run.data, run.firm, run.currency) == ("tiny", "Tiny", "£")

    def test_the_whole_firm_is_the_same_run_over_every_region(self, folder):
        run = load(folder)
        assert run.whole_firm.region == "all"
        assert (run.whole_firm.period, run.whole_firm.settings) == (run.period, run.settings)

    def test_bases_are_the_period_before_and_the_year_before(self, folder):
        run = load(folder)
        assert run.base_period("prior").text == "2026-01"
        assert run.base_period("year_before").text == "2025-02"

    def test_a_region_exists_because_its_file_does(self, folder):
        (folder / "regions" / "moon.yml").write_text("label: The Moon\n", encoding="utf-8")
        assert params.names("regions", folder) == ["all", "east", "moon", "west"]
        assert load(folder, "moon").region_label == "The Moon"


class TestPersonalData:
    """Masked, unless the base, the firm or the region says otherwise; the nearest to a run wins."""

    def show(self, folder, firm: bool | None = None, region: bool | None = None) -> bool:
        for path, said in (("sources/tiny.yml", firm), ("regions/east.yml", region)):
            if said is not None:
                edit(folder / path, lambda own, said=said: own.update(show_personal=said))
        return load(folder).settings.show_personal

    def test_it_is_masked_where_nobody_says_otherwise(self, folder):
        assert self.show(folder) is False

    @pytest.mark.parametrize(
        ("firm", "region", "shown"),
        [(True, None, True), (None, True, True), (True, False, False), (False, True, True)],
    )
    def test_the_region_goes_before_the_firm_and_the_firm_before_the_base(
        self, folder, firm, region, shown
    ):
        assert self.show(folder, firm, region) is shown

    def test_a_firm_may_say_at_which_moment_its_data_are_judged(self, folder):
        assert load(folder).judged_at is None
        edit(folder / "sources/tiny.yml", lambda own: own.update(as_of="2026-03-01 08:00"))
        assert str(load(folder).judged_at) == "2026-03-01 08:00:00"


class TestARegionsFile:
    def test_it_is_laid_over_the_base_block_by_block(self, folder):
        base = load(folder, "west").settings
        edit(
            folder / "regions" / "east.yml",
            lambda own: own.update(
                notable_share=0.5, rfm={"months": 7, "reference_shares": {"basic": 0.41}}
            ),
        )
        east = load(folder).settings
        assert (east.notable_share, east.rfm.months) == (0.5, 7)
        assert east.rfm.reference_shares.basic == 0.41
        # What stands beside them in the same blocks is the base's still.
        assert east.rfm.high_score == base.rfm.high_score
        assert east.rfm.reference_shares.at_risk == base.rfm.reference_shares.at_risk
        assert load(folder, "west").settings == base

    def test_it_is_named_when_it_is_wrong(self, folder):
        edit(folder / "regions" / "east.yml", lambda own: own.update(rfm={"month": 7}))
        with pytest.raises(
            ParameterError,
            match=r"regions/east\.yml: key 'rfm\.month' is not one .*did you mean 'months'\?",
        ):
            load(folder)

    def test_it_must_have_a_label(self, folder):
        (folder / "regions" / "east.yml").write_text("notable_share: 0.1\n", encoding="utf-8")
        with pytest.raises(ParameterError, match=r"east\.yml: key 'label' is missing"):
            load(folder)


class TestWhatIsWrongWithTheBase:
    def test_a_misspelt_key(self, folder):
        edit(folder / "base.yml", lambda base: base.update(notabel_share=0.1))
        with pytest.raises(
            ParameterError,
            match=r"base\.yml: key 'notabel_share' is not .*did you mean 'notable_share'\? There a",
        ):
            load(folder)

    def test_a_misspelt_key_in_a_block_in_a_block(self, folder):
        edit(
            folder / "base.yml",
            lambda base: base["rfm"]["reference_shares"].update(high_valu=0.1),
        )
        with pytest.raises(
            ParameterError,
            match=r"'rfm\.reference_shares\.high_valu' is not .*did you mean 'high_value'\?",
        ):
            load(folder)

    def test_a_missing_key(self, folder):
        edit(folder / "base.yml", lambda base: base.pop("goal"))
        with pytest.raises(ParameterError, match=r"base\.yml: key 'goal' is missing"):
            load(folder)

    def test_every_mistake_is_said_at_once(self, folder):
        edit(folder / "base.yml", lambda base: (base.pop("goal"), base.update(gaol="x")))
        says = r"key 'goal' is missing; is it 'gaol'\?; key 'gaol' is not one"
        with pytest.raises(ParameterError, match=says):
            load(folder)

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ("little", "key 'notable_share' is 'little': input should be a valid number"),
            (2, "key 'notable_share' is 2: input should be less than or equal to 1"),
            (None, "key 'notable_share' is None: input should be a valid number"),
        ],
    )
    def test_a_value_of_the_wrong_kind(self, folder, value, said):
        edit(folder / "base.yml", lambda base: base.update(notable_share=value))
        with pytest.raises(ParameterError, match=said):
            load(folder)


class TestWhatCannotBeRead:
    def test_a_file_that_is_no_yaml_is_named_with_its_line(self, folder):
        (folder / "base.yml").write_text('goal: "x"\nrfm: {months: 3\n', encoding="utf-8")
        with pytest.raises(ParameterError, match=r"base\.yml line 3: not readable as YAML; write"):
            load(folder)

    def test_a_file_that_holds_a_list(self, folder):
        (folder / "base.yml").write_text("- goal\n", encoding="utf-8")
        with pytest.raises(ParameterError, match=r"base\.yml: holds no 'key: value' lines"):
            load(folder)

    def test_an_empty_file_is_a_block_without_keys(self, folder):
        (folder / "regions" / "east.yml").write_text("# nothing yet\n", encoding="utf-8")
        with pytest.raises(ParameterError, match="key 'label' is missing"):
            load(folder)

    def test_a_file_an_old_editor_saved(self, folder):
        (folder / "sources" / "tiny.yml").write_bytes("currency: £\n".encode("cp1252"))
        with pytest.raises(ParameterError, match=r"tiny\.yml: not UTF-8"):
            load(folder)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"region": "eats"},
            r"region 'eats' has no file in .*/regions/; did you mean 'east'\? There are all, east",
        ),
        ({"region": "moon"}, r"region 'moon' has no file in .*; there are all, east, west"),
        ({"data": "tinny"}, r"data 'tinny' has no file in .*/sources/; did you mean 'tiny'\?"),
        ({"period": "June"}, "period 'June' is not a period"),
    ],
)
def test_what_is_asked_for_and_is_not_there(folder, asked, said):
    with pytest.raises(ParameterError, match=said):
        load(folder, **asked)


@pytest.mark.parametrize("region", params.names("regions"))
@pytest.mark.parametrize("data", params.names("sources"))
def test_the_projects_own_params_can_be_run(region, data):
    run = params.load(region, "2026-10", data)
    assert run.region_label
    assert run.firm


def test_a_key_given_twice_is_an_error_and_not_lost(tmp_path):
    path = tmp_path / "base.yml"
    path.write_text("goal: one\ngoal: two\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"base\.yml line 1: key 'goal' is given twice"):
        params.read_yaml(path)


def test_a_key_that_is_missing_for_a_slip_names_the_slip(params_folder, tmp_path):
    values = {"firm": "A", "curency": "£"}
    with pytest.raises(ParameterError, match=r"key 'currency' is missing; is it 'curency'\?"):
        params.checked(params.Firm, values, tmp_path / "a.yml")


def test_a_region_is_called_as_its_file_says(params_folder):
    run = params.load("east", "2026-02", "tiny", folder=params_folder)
    assert run.part("region", "west") == "West"
    assert run.part("region", "unknown") == "unknown"
    assert run.part("channel", "web") == "Web shop"
