"""The command line behind make: ``analysis report --region east --period 2026-10 --data demo``."""

from __future__ import annotations

import errno
import signal
import sys
from types import FrameType

import duckdb

from analysis.errors import AnalysisError

STOPPED = "stopped; packs made earlier are as they were"
USER_ERROR, SYSTEM_ERROR, INTERRUPTED = 2, 1, 130


def main() -> None:
    """Run the command line: a user's mistake ends in one plain message, never in a traceback."""
    for name in ("SIGTERM", "SIGHUP"):  # no SIGHUP on Windows
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores it on purpose
            signal.signal(number, _as_interrupt)
    from analysis.cli.app import app  # here, so that a broken setting is reported as below

    try:
        app()
    except AnalysisError as error:
        _stop(f"{error}", USER_ERROR)
    except KeyboardInterrupt:
        _stop(STOPPED, INTERRUPTED)
    except SystemExit as ending:
        if ending.code != INTERRUPTED:  # as typer ends a command on Ctrl-C
            raise
        _stop(STOPPED, INTERRUPTED)
    except OSError as error:
        _stop(_what_failed(error, full=error.errno == errno.ENOSPC), SYSTEM_ERROR)
    except duckdb.IOException as error:
        _stop(_what_failed(error, full="No space left" in str(error)), SYSTEM_ERROR)


def _what_failed(error: Exception, full: bool) -> str:
    why = "the disk is full; free some space and run again" if full else str(error).split("\n")[0]
    return f"{why}; packs made earlier are as they were"


def _as_interrupt(_signum: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(message: str, code: int) -> None:
    print(f"error: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(code)
