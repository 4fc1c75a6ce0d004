"""Execute the notebooks, each in a kernel of its own, several at a time."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import nbformat
import papermill
import psutil
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from analysis.errors import ParameterError, PublishError

KERNEL_QUIET = ["--log-level=50"]  # what a kernel has to say stands in its notebook


@dataclass(frozen=True)
class Executed:
    """One executed notebook: what it was, where it is, how long it took."""

    name: str
    path: Path
    seconds: float


def execute(
    notebooks: list[Path],
    folder: Path,
    parameters: dict[str, str],
    finished: Callable[[Executed, list[str]], None] | None = None,
) -> list[Executed]:
    """Execute notebooks with the same parameters and save them, outputs included.

    Parameters
    ----------
    notebooks : list of Path
        In reading order.
    folder : Path
        Where the executed ones go, under their own names.
    parameters : dict
        Who and when, as the ``parameters`` cell of every notebook declares them.
    finished : callable, optional
        Told of each notebook when it is done, with the names of those still to come.

    Returns
    -------
    list of Executed
        In reading order.

    Raises
    ------
    ParameterError
        If a notebook does not declare a parameter; papermill alone would only warn, and run with
        the default.
    PublishError
        If a cell raises: which notebook and cell, and the end of the traceback. The notebook as
        far as it got is in ``folder``.
    """
    for notebook in notebooks:
        _check_declared(notebook, parameters)
    folder.mkdir(parents=True, exist_ok=True)
    done: dict[str, Executed] = {}
    with _threads(len(notebooks)) as pool:
        waiting: dict[Future[float], Path] = {
            pool.submit(_execute_one, path, folder / path.name, parameters): path
            for path in notebooks
        }
        for future in as_completed(waiting):
            path = waiting[future]
            error = future.exception()
            if error is not None:
                raise error
            result = Executed(path.stem, folder / path.name, future.result())
            done[path.name] = result
            if finished:
                finished(result, [p.stem for p in notebooks if p.name not in done])
    return [done[path.name] for path in notebooks]


def _execute_one(notebook: Path, output: Path, parameters: dict[str, str]) -> float:
    """Execute one notebook; the time it took in seconds."""
    started = perf_counter()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        papermill.execute_notebook(
            notebook,
            output,
            parameters,
            kernel_name="python3",
            progress_bar=False,
            extra_arguments=KERNEL_QUIET,
        )
    except PapermillExecutionError as error:
        raise PublishError(_what_failed(notebook, output, error)) from None
    except DeadKernelError:
        raise PublishError(
            f"{notebook.name}: its kernel died, as it does when the machine runs out of memory"
        ) from None
    return perf_counter() - started


def _what_failed(notebook: Path, output: Path, error: PapermillExecutionError) -> str:
    cells = nbformat.read(output, as_version=4).cells if output.exists() else []
    raised = [
        (place, cell)
        for place, cell in enumerate(cells)
        if any(out.get("output_type") == "error" for out in cell.get("outputs", []))
    ]
    source = raised[0][1].source.strip().splitlines() if raised else []
    code = "\n".join(f"    | {line}" for line in source[:6])
    return (
        f"{notebook.name} stopped in cell {error.exec_count}: {error.ename}: {error.evalue}\n{code}"
    )


def _check_declared(notebook: Path, parameters: dict[str, str]) -> None:
    declared = papermill.inspect_notebook(notebook)
    if unknown := sorted(parameters.keys() - declared.keys()):
        raise ParameterError(
            f"{notebook.name} does not declare {', '.join(unknown)} in its parameters cell; "
            f"it declares {', '.join(sorted(declared)) or 'nothing'}"
        )


@contextmanager
def _threads(most: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that wait for kernels; interrupted, they and their kernels end at once.

    Threads are enough: the work is done in the kernels, which are processes of their own.
    """
    pool = ThreadPoolExecutor(min(most, os.cpu_count() or 1))
    before = set(psutil.Process().children(recursive=True))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for kernel in set(psutil.Process().children(recursive=True)) - before:
            with suppress(psutil.NoSuchProcess):
                kernel.kill()
        raise
    finally:
        pool.shutdown()
