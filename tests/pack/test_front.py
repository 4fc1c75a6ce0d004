"""What a director reads first."""

from analysis.findings.record import Finding
from analysis.pack.front import most_notable

CHAPTERS = {"fig-a": "10-what", "fig-b": "20-why", "fig-c": "40-next", "fig-d": "25-team"}


def finding(name, stake=1.0, exhibit="fig-b", **more):
    more = {"notable": True, "n": 1} | more
    return Finding(name, "S.", {}, {}, exhibit, at_stake=stake, **more)


def chosen(*findings):
    return [one.id for one in most_notable(findings, CHAPTERS)]


HEADLINE = finding("descriptive.headline", stake=0, exhibit="fig-a")


def test_the_headline_comes_first_and_then_what_weighs_most():
    found = chosen(finding("drivers.x", 5), finding("team.y", 9, "fig-d"), HEADLINE)
    assert found == ["descriptive.headline", "team.y", "drivers.x"]


def test_the_headline_of_a_quiet_month_is_there_all_the_same():
    quiet = finding("descriptive.headline", exhibit="fig-a", notable=False)
    assert chosen(quiet) == ["descriptive.headline"]


def test_a_chapter_gets_two_places_and_the_page_five():
    many = [finding(f"drivers.{i}", stake=100 + i) for i in range(4)]
    others = [finding(f"{at}.{i}", i, at) for at in ("fig-a", "fig-c") for i in range(3)]
    found = chosen(HEADLINE, *many, *others)
    assert found == ["descriptive.headline", "drivers.3", "drivers.2", "fig-a.2", "fig-c.2"]


def test_of_one_subject_one_thing_is_said_and_rather_why():
    furniture = {"subject": "category:Furniture"}
    found = chosen(
        finding("bridge.x", 50, **furniture), finding("verdicts.x", 20, **furniture),
        finding("drivers.x", 40, **furniture), finding("waste.x", 10, "fig-c"),
    )  # fmt: skip
    assert found == ["verdicts.x", "waste.x"]
    assert chosen(finding("bridge.x", 50, **furniture), finding("drivers.x", 60, **furniture)) == [
        "drivers.x"
    ]


def test_doubt_and_what_is_usual_weigh_less():
    """100 counted, usual by half: 75. 100, sure by half and unheard of: 50. 60, unheard of: 60."""
    found = chosen(
        finding("c.doubted", 100, "fig-c", certainty=0.5, surprise=1.0),
        finding("a.counted", 100, "fig-a"),
        finding("d.unheard", 60, "fig-d", surprise=1.0),
    )
    assert found == ["a.counted", "d.unheard", "c.doubted"]


def test_a_named_exception_comes_before_what_only_describes():
    """Descriptions are of all revenue, so money alone would fill the page with them."""
    found = chosen(
        HEADLINE, finding("season.trend", 900, "fig-a"), finding("bridge.revenue", 800),
        finding("segmentation.moved", 700, "fig-c"), finding("predictive.forecast", 600, "fig-c"),
        finding("team.unusual", 5, "fig-d"), finding("waste.largest", 4, "fig-d"),
    )  # fmt: skip
    assert found == [
        "descriptive.headline", "team.unusual", "waste.largest", "season.trend",
        "predictive.forecast",
    ]  # fmt: skip


def test_what_is_not_notable_or_has_no_exhibit_is_left_out():
    assert chosen(finding("a.b", notable=False), finding("a.c", exhibit="fig-gone")) == []
