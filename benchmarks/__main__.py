"""Runs benchmarks and prints their tables, each with its targets and whether they are reached."""

import argparse
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks.measure import ROOT, MeasureError, Plan, say
from benchmarks.table import Table, describe_machine, write_table

NAMES = ("limit", "writers", "client", "offline", "start", "growth", "cluster")
"""Every benchmark: a module of its own, and a table in the page."""
PAGE = ROOT / "docs" / "PERFORMANCE.md"
TURNS = 5


def main(arguments: list[str]) -> int:
    """Returns 1 where a contestant did not do its work; a target that is missed changes nothing."""
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all without")
    parser.add_argument(
        "--times", type=int, default=TURNS, metavar="N", help="turns; a figure is their median"
    )
    parser.add_argument("--small", action="store_true", help="sizes of a smoke test; targets mean nothing")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="client: another checkout to compare")
    parser.add_argument("--write", action="store_true", help=f"renew the tables in docs/{PAGE.name}")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if options.times < 1:
        parser.error("--times is at least 1")
    if options.small and options.write:
        parser.error("figures of --small are for no page")
    if options.against and not (options.against / "reports" / "__main__.py").is_file():
        parser.error(f"{options.against} is no checkout")
    plan = Plan(options.times, options.small, options.against and options.against.resolve())
    done = [_run_benchmark(name, plan, is_written=options.write) for name in options.names or NAMES]
    return int(not all(done))


def _run_benchmark(name: str, plan: Plan, *, is_written: bool) -> bool:
    compare: Callable[[Plan], Table] = import_module(f"benchmarks.{name}").compare
    start = time.monotonic()
    say(f"{name} ...")
    try:
        text = f"{compare(plan).format_markdown()}\n{describe_machine(plan.turns)}\n"
    except MeasureError as error:
        say(f"{name}: {error}")
        return False
    print(f"\n## {name}, {time.monotonic() - start:.0f} s\n\n{text}", flush=True)
    if is_written:
        write_table(PAGE, name, text)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
