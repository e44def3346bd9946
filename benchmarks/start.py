"""Measures what it takes before there is anything to do: the help, and a configuration that is refused."""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measure import Plan, list_cpu_seconds, run_python, take_turns
from benchmarks.table import Table, format_reached

HELP_SECONDS, REFUSED_SECONDS = 0.15, 0.4
REFUSED = """\
account: {name: office, api_key: keyring}
clients: all
langauge: pt
"""
_REFUSED_CODE = 2


def compare(plan: Plan) -> Table:
    """Compares the CPU of two commands that ask nothing and write nothing with their targets."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(REFUSED, "utf-8")
        check = partial(run_python, "-m", "reports", "check", str(config), codes=[_REFUSED_CODE])
        commands = {
            "`--help`": partial(run_python, "-m", "reports", "--help"),
            "a refused configuration": check,
        }
        for command in commands.values():
            command()
        found = take_turns(commands, plan.turns)
    rows = []
    for (name, costs), target in zip(found.items(), (HELP_SECONDS, REFUSED_SECONDS), strict=True):
        seconds = median(list_cpu_seconds(costs))
        rows.append((name, f"{seconds:.3f} s", f"<= {target} s", format_reached(seconds <= target)))
    return Table(("command", "CPU", "target", "reached"), tuple(rows))
