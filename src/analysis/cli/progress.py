"""How a run gets on, for who waits: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps:
    """Shows which step of how many is done, the time so far and what is next.

    Use as a context manager around the run; ``begin`` and ``done`` are what a build calls.
    """

    def __init__(self, title: str, console: Console) -> None:
        self.title = title
        self.console = console
        self.total = 0
        self.finished = 0
        self.live: Progress | None = None

    def __enter__(self) -> Steps:
        if self.console.is_terminal:
            self.live = Progress(
                TextColumn("[bold]{task.description}"),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[next]}", style="dim"),
                console=self.console,
                transient=True,
            )
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.live.stop()

    def begin(self, steps: list[str]) -> None:
        """The steps to come."""
        self.total = len(steps)
        if self.live:
            self.live.add_task(self.title, total=self.total, next=_next(steps))
        else:
            self.console.print(f"{self.title}: {self.total} steps; {_next(steps)}", highlight=False)

    def done(self, step: str, seconds: float, waiting: list[str]) -> None:
        """A step is done; ``waiting`` are those still to come."""
        self.finished += 1
        if self.live:
            self.live.update(self.live.task_ids[0], completed=self.finished, next=_next(waiting))
        else:
            self.console.print(
                f"  {self.finished} of {self.total}  {step}  {seconds:.1f} s; {_next(waiting)}",
                highlight=False,
            )


def _next(waiting: list[str]) -> str:
    return f"next: {waiting[0]}" if waiting else "done"
