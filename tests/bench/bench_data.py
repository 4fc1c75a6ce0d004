"""What size costs: a firm of 1, 10 and 50 million order lines, its snapshot, and one month more.

Run with ``make bench``, or with sizes of your own: ``python tests/bench/bench_data.py 1000000``.
Prints what ``analysis evaluate data --only scale`` measures, and keeps the other figures of
``reports/evaluation/data.json``; 50 million lines take their time. What matters are the ratios
within one run, as machines are noisy: the cost of a new month as a share of building anew, and
how cost grows with the lines.
"""

from __future__ import annotations

import subprocess
import sys

SIZES = ("1000000", "10000000", "50000000")


def main(sizes: list[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "analysis", "evaluate", "data", "--only", "scale", "--keep",
         "--lines", ",".join(sizes or SIZES)],
        check=True,
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
