"""What it takes before there is anything to do: the help, and a configuration that is refused."""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measure import cpu_seconds, in_turn, process
from benchmarks.table import Table, reached

HELP_SECONDS, REFUSED_SECONDS = 0.15, 0.4
REFUSED = """\
account: {name: office, api_key: keyring}
clients: all
langauge: pt
"""
_REFUSED_CODE = 2


def compare(times: int) -> Table:
    """CPU of two commands that ask nothing and write nothing."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(REFUSED, "utf-8")
        commands = {
            "`--help`": partial(process, "-m", "reports", "--help"),
            "a refused configuration": partial(
                process, "-m", "reports", "check", str(config), codes=[_REFUSED_CODE]
            ),
        }
        for command in commands.values():
            command()
        found = in_turn(commands, times)
    rows = []
    for (name, costs), target in zip(found.items(), (HELP_SECONDS, REFUSED_SECONDS), strict=True):
        seconds = median(cpu_seconds(costs))
        rows.append((name, f"{seconds:.3f} s", f"<= {target} s", reached(seconds <= target)))
    return Table(("command", "CPU", "target", "reached"), tuple(rows))
