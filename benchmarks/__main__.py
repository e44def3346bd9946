"""Runs comparisons, prints their tables, and with `--write` renews them in docs/."""

import argparse
import sys
import time
from collections.abc import Callable
from importlib import import_module

from benchmarks import table
from benchmarks.measure import ROOT, MeasureError, say
from benchmarks.table import Table

PAGES = {
    "start": "PERFORMANCE.md",
    "client": "PERFORMANCE.md",
    "stages": "PERFORMANCE.md",
    "run": "PERFORMANCE.md",
    "writers": "PERFORMANCE.md",
    "memory": "PERFORMANCE.md",
    "growth": "PERFORMANCE.md",
    "cluster": "PERFORMANCE.md",
    "scale": "SCALE.md",
}
"""Every comparison, each a room of its own, and the page in docs/ that shows its table."""
TIMES = 5


def main(arguments: list[str]) -> int:
    """Exit code 1 when a contestant did not do its work; a target that is missed changes nothing."""
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PAGES)}; all without")
    parser.add_argument(
        "--times", type=int, default=TIMES, metavar="N", help="turns; a figure is their median"
    )
    parser.add_argument("--write", action="store_true", help="renew the tables in docs/")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - PAGES.keys():
        parser.error(f"there is no comparison {', '.join(sorted(unknown))}; there are {', '.join(PAGES)}")
    if asked.times < 1:
        parser.error("--times is at least 1")
    failed = [name for name in asked.names or PAGES if not _compared(name, asked.times, is_kept=asked.write)]
    return 1 if failed else 0


def _compared(name: str, times: int, *, is_kept: bool) -> bool:
    compare: Callable[[int], Table] = import_module(f"benchmarks.{name}").compare
    began = time.monotonic()
    say(f"{name} ...")
    try:
        text = f"{compare(times).text()}\n{table.machine(times)}\n"
    except MeasureError as error:
        say(f"{name}: {error}")
        return False
    print(f"\n## {name}, {time.monotonic() - began:.0f} s\n\n{text}", flush=True)
    if is_kept:
        table.write(ROOT / "docs" / PAGES[name], name, text)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
