import io

from rich.console import Console

from analysis.cli.progress import Steps


def shown(terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=100)
    with Steps("East", console) as steps:
        steps.begin(["10-descriptive", "pack.pdf"])
        steps.done("10-descriptive", 8.04, ["pack.pdf"])
        steps.done("pack.pdf", 1.0, [])
    return stream.getvalue()


def test_without_a_terminal_every_step_is_a_plain_line():
    assert shown(terminal=False).splitlines() == [
        "East: 2 steps; next: 10-descriptive",
        "  1 of 2  10-descriptive  8.0 s; next: pack.pdf",
        "  2 of 2  pack.pdf  1.0 s; done",
    ]


def test_on_a_terminal_the_line_is_live():
    assert "\x1b[" in shown(terminal=True)
