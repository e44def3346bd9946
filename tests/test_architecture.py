"""Imports point left: the rule of docs/ARCHITECTURE.md as data, checked on every import of the package."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "reports"

LEAVES = [
    "errors",
    "exact_json",
    "remembered",
    "money",
    "period",
    "names",
    "fiscal_id",
    "redaction",
    "files",
    "interruption",
    "garbage",
    "uncaught",
]
STAGES = {
    "data": ["tables"],
    "settings": [
        "yaml_file",
        "mistakes",
        "rules",
        "wording",
        "section",
        "mail",
        "config",
        "config_text",
        "keys",
    ],
    "source": [
        "sandbox_documents",
        "sandbox_book",
        "sandbox_data",
        "sandbox_answers",
        "sandbox",
        "archive",
        "earlier",
        "taxes",
        "pacer",
        "page_size",
        "patience",
        "reply",
        "breakage",
        "client",
        "paging",
        "crew",
        "details",
        "fetch",
        "client_list",
        "resumed",
    ],
    "figures": [
        "countries",
        "currencies",
        "exemptions",
        "vat_rates",
        "taxes",
        "vocabulary",
        "document",
        "model",
        "identity",
        "vendor_balance",
        "amounts",
        "regions",
        "vat_groups",
        "line_items",
        "tables",
        "totals",
        "changes",
        "checks",
        "account_checks",
        "client_checks",
        "filing",
    ],
    "render": [
        "labels",
        "brand",
        "palette",
        "picture",
        "layout",
        "values",
        "rows",
        "measure",
        "looks",
        "sizes",
        "styles",
        "parts",
        "columns",
        "sheets",
        "sums",
        "account",
        "client_pages",
        "change_pages",
        "account_pages",
        "outline",
        "places",
        "charts",
        "skeleton",
        "paper",
        "workbook",
        "pieces",
        "cells",
        "plot",
        "templates",
        "page",
        "pages",
        "mail_body",
        "browser",
        "written_rows",
        "written",
        "expected",
        "ledger",
        "data_sheet",
        "readback",
        "job",
    ],
    "deliver": ["publish", "entry", "record", "message", "outbox", "smtp_line", "post", "schedule"],
}
TOP = [
    "plan",
    "result",
    "client_files",
    "apart",
    "team",
    "forecast",
    "foreman",
    "workers",
    "brief",
    "month",
    "ending",
    "dry_run",
    "letters",
    "run_log",
    "send",
    "notice",
    "side_by_side",
    "run",
    "cluster",
    "check",
    "questions",
    "init",
    "terminal",
    "cli",
    "__main__",
]

ROOMS_OF_LIBRARY = {
    "requests": {"source.client", "source.breakage"},
    "urllib3": {"source.client", "source.breakage", "source.patience"},
    "truststore": {"source.client", "deliver.smtp_line"},
    "tenacity": {"source.client"},
    "yaml": {"settings.yaml_file"},
    "pydantic": {"settings.section", "settings.mail", "settings.config", "settings.mistakes"},
    "pydantic_core": {"settings.config", "settings.mistakes"},
    "keyring": {"settings.keys"},
    "pandas": {"figures.tables", "figures.totals", "render.sheets"},
    "openpyxl": {
        "render.workbook",
        "render.paper",
        "render.styles",
        "render.skeleton",
        "render.looks",
        "render.charts",
    },
    "jinja2": {"render.templates", "settings.wording"},
    "markupsafe": {"render.cells", "render.page", "render.pages"},
    "babel": {"render.labels"},
    "filelock": {"deliver.publish"},
    "stdnum": {"fiscal_id"},
    "distributed": {"cluster"},
    "click": {"cli", "terminal"},
}
"""Each library is used in its rooms alone, so that what it does can be read, and replaced, in one place."""


def order() -> list[str]:
    """Every room of the package, the ones that may be imported first."""
    stages = [f"{stage}.{room}" for stage, rooms in STAGES.items() for room in rooms]
    return [*LEAVES, *stages, *TOP]


@cache
def rooms() -> dict[str, Path]:
    paths = (path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in paths}


@cache
def imports(path: Path) -> list[str]:
    """Every module that is imported anywhere in the file, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_room = whole.removeprefix("reports.") in rooms()
                found.append(whole if is_room else str(node.module))
    return found


def test_every_room_has_its_place() -> None:
    assert sorted(rooms()) == sorted(order())


@pytest.mark.parametrize("room", order())
def test_imports_point_left(room: str) -> None:
    place = order()
    stage = room.split(".", maxsplit=1)[0] if "." in room else None
    for name in imports(rooms()[room]):
        if not name.startswith("reports."):
            continue
        other = name.removeprefix("reports.")
        assert place.index(other) < place.index(room), f"{room} imports {other}, which comes after it"
        if room in LEAVES:
            assert other in LEAVES
        if other.startswith("source.sandbox"):
            assert room == "cli" or room.startswith("source.sandbox"), f"{room} knows the sandbox"
        if stage == "figures":
            assert not other.startswith(("source.", "settings.")), f"{room} imports {other}"


@pytest.mark.parametrize("room", order())
def test_libraries_stay_in_their_rooms(room: str) -> None:
    for name in imports(rooms()[room]):
        library = name.split(".")[0]
        assert room in ROOMS_OF_LIBRARY.get(library, {room}), f"{room} imports {library}"


def test_every_dependency_is_used() -> None:
    used = {name.split(".")[0] for path in rooms().values() for name in imports(path)}
    # tzdata is data for zoneinfo, which Windows lacks.
    assert {*ROOMS_OF_LIBRARY} <= used | {"tzdata"}
