"""Where the CPU of a run goes, stage by stage, measured in one process that does all.

`python -m benchmarks.stages CONFIG CLIENTS` does the run and says, as JSON, the milliseconds of each stage
for one client. A stage is timed around its functions, so what it costs to do so counts with it.
"""

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import office
from benchmarks.command import DONE
from benchmarks.measure import in_turn, process
from benchmarks.office import Office
from benchmarks.server import Served
from benchmarks.table import Table

CLIENTS = 30
WARM_CLIENTS = 3
"""Are done before: libraries, templates and skeletons are there, as for every client but the first."""

READING, REST = "pages: asked for, proven, kept", "all else: publishing, records, progress"
STAGES: dict[str, tuple[str, ...]] = {
    "documents, read exactly": (
        "render.job:entries",
        "render.job:parse_document",
        "render.job:archive.read_pages",
        "render.job:list_own_documents",
    ),
    "tables, figures, checks": (
        "render.job:tables.build",
        "render.job:totals.build",
        "render.job:document_checks.check",
        "render.job:client_checks.check",
    ),
    "workbook": (
        "render.job:client_report.client_report",
        "render.job:client_report.client_book",
        "render.job:workbook.write",
    ),
    "workbook, read back": ("render.job:check_report", "render.job:check_workbook"),
    "statement": ("render.job:pages.statement",),
    "statement, read back": ("render.job:check_page",),
    "summary and overview": (
        "render.job:account_report.client_grids",
        "pipeline.client_job:parts.pack",
        "pipeline.finish:sum_up",
    ),
}
"""What is called in each, by the room that calls it."""

OFFICES = {
    "100 documents, all in the period": Office(CLIENTS, 100, 100),
    "300 documents, 100 in the period": Office(CLIENTS, 300, 100),
}


def compare(times: int) -> Table:
    """Milliseconds and shares of each stage, for two kinds of clients."""
    found = in_turn({name: partial(_spent, own) for name, own in OFFICES.items()}, times)
    columns = []
    for costs in found.values():
        each = {stage: median(cost[stage] for cost in costs) for stage in costs[0]}
        whole = sum(each.values())
        columns.append([*(f"{ms:.1f} ms, {ms / whole:.0%}" for ms in each.values()), f"{whole:.0f} ms"])
    stages = (READING, *STAGES, REST, "together")
    note = f"CPU of one more client among {CLIENTS}, in a process that has done {WARM_CLIENTS} before."
    return Table(("stage", *OFFICES), tuple(zip(stages, *columns, strict=True)), (note,))


def _spent(own: Office) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, Served(own) as served:
        config = office.configure(Path(folder), url=served.url)
        clock = str(int(office.CLOCK.timestamp()))
        words = ("-m", "benchmarks.stages", str(config), str(own.clients))
        cost = process(*words, BENCH_KEY=served.key, SOURCE_DATE_EPOCH=clock)
        return {stage: float(ms) for stage, ms in json.loads(cost.output.splitlines()[-1]).items()}


class _Watch:
    """CPU of the main thread by stage; a stage within another one counts for the outer."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._is_in_stage = False

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        if self._is_in_stage:
            yield
            return
        self._is_in_stage = True
        began = time.thread_time()
        try:
            yield
        finally:
            self.seconds[stage] += time.thread_time() - began
            self._is_in_stage = False

    def around(self, place: str, stage: str) -> None:
        """Times the function that a room calls by this name; what it gives bit by bit is made within."""
        room, _, path = place.partition(":")
        owner: Any = import_module(f"reports.{room}")
        *parts, name = path.split(".")
        for part in parts:
            owner = getattr(owner, part)
        work: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **options: Any) -> Any:
            with self.timed(stage):
                found = work(*args, **options)
                return iter(list(found)) if isinstance(found, Iterator) else found

        setattr(owner, name, timed)


def _run(config: str, *words: str) -> None:
    from reports.cli import main

    sys.argv = ["invoice-reports", "run", "--quiet", "--jobs", "1", *words, config]
    with redirect_stdout(StringIO()):
        try:
            main()
        except SystemExit as end:
            if end.code not in DONE:
                raise


def _main(config: str, clients: str) -> None:
    few = [word for client in range(WARM_CLIENTS) for word in ("--client", str(office.FIRST_CLIENT + client))]
    _run(config, *few)
    watch = _Watch()
    for stage, places in STAGES.items():
        for place in places:
            watch.around(place, stage)
    began, began_here = time.process_time(), time.thread_time()
    _run(config)
    here = time.thread_time() - began_here
    elsewhere = time.process_time() - began - here
    seconds = {READING: elsewhere, **{stage: watch.seconds[stage] for stage in STAGES}}
    seconds[REST] = here - sum(watch.seconds.values())
    print(json.dumps({stage: own * 1000 / int(clients) for stage, own in seconds.items()}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
