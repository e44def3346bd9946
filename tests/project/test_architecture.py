"""Imports point left: the rule of docs/ARCHITECTURE.md as data, checked on every import of the package."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "reports"

LEAVES = """
    errors exact_json money period slugs fiscal_id redaction atomic_files cancellation
    uncaught
""".split()
STAGES = {
    "data": "tables",
    "sandbox": "documents taxes books clients_at_home clients_abroad saft data saft_export routes server",
    "settings": """
        yaml_file messages validators mail_texts section mail config loader config_writer credentials
    """,
    "source": """
        archive previous http.rate_limit page_size http.waiting http.response http.transport_errors
        http.transport http.download http.api completeness threads details client_reading fetch list_reading
        client_list document_list resume saft_file
    """,
    "figures": """
        vat.countries currencies vat.exemptions vat.vat_rates vat.taxes codes document parse identity
        vendor_balance amounts vat.regions vat.vat_groups vat.line_items tables vat.vat_rows filters totals
        changes saft.saft_document saft.saft_places saft.parse_saft saft.book saft.compare
        account.buyers account.vat_return account.field_40 account.recapitulative account.oss
        account.series account.collections account.last_year account.client_month account.coverage
        account.account_month
        checks.finding checks.document_checks checks.account_checks checks.client_checks checks.filing_checks
        checks.month_checks
    """,
    "export": "columns rows joined_rows staged_rows csv_tables sqlite_tables frames",
    "render": """
        client_archive sentences content.labels content.brand content.colours content.picture content.blocks
        content.columns content.document_sheets content.summary_sheets content.account content.client_report
        content.filing.words content.filing.filing_tab content.filing.return_sheet
        content.filing.field_40_sheet content.filing.filing_sheets content.filing.saft_sheet
        content.filing.collection_sheets content.filing.year_sheets
        content.filing.month_tabs content.filing.return_page content.filing.support_lines
        content.filing.overview_grids content.filing.operator_lines
        content.changes_report content.account_report content.summary_book
        text_xml xlsx.shared_strings
        xlsx.cell_xml xlsx.sheet_xml xlsx.extents xlsx.cell_styles xlsx.outline xlsx.column_widths
        xlsx.cell_fields xlsx.placeholders xlsx.charts xlsx.package xlsx.summary_page xlsx.workbook
        html.pieces html.tables html.drawings html.environment html.context html.month_section
        html.pages
        mail_body pdf
        verify.refusals verify.cross_footing verify.grid_check verify.sheet_reader verify.workbook_check
        verify.statement_check
        job
    """,
    "": "plan",
    "deliver": "publish record account_record period_data client_names result_page run_log schedule",
    "mail": "eml journal smtp mailer selection send operator",
    "pipeline": """
        client_job executor cluster jobs account_run data_files saft_comparison finish accounts readings
        reconcile run
    """,
    "commands": "system_language console schedule reconcile serve key dry_run check prompts init demo menu",
}
"""Stages, and the modules of each in the order of imports. A name with a dot is in a folder of its stage."""
TOP = ["cli", "__main__"]

ROOMS_OF_LIBRARY = {
    "requests": {
        *("source.http.api", "source.http.download"),
        *("source.http.transport", "source.http.transport_errors"),
    },
    "urllib3": {
        *("source.http.api", "source.http.download"),
        *("source.http.transport", "source.http.transport_errors"),
    },
    "truststore": {"source.http.transport", "mail.smtp"},
    "yaml": {"settings.yaml_file"},
    "pydantic": {
        *("settings.section", "settings.mail", "settings.config", "settings.loader", "settings.messages")
    },
    "pydantic_core": {"settings.loader", "settings.messages"},
    "keyring": {"settings.credentials"},
    "pandas": {
        *("figures.tables", "figures.totals", "figures.vat.vat_rows", "render.content.document_sheets"),
        *("export.rows", "export.frames", "deliver.period_data"),
    },
    "openpyxl": {
        "render.xlsx.workbook",
        "render.xlsx.summary_page",
        "render.xlsx.cell_fields",
        "render.xlsx.package",
        "render.xlsx.cell_styles",
        "render.xlsx.charts",
    },
    "jinja2": {"render.html.environment", "settings.mail_texts"},
    "markupsafe": {
        *("render.html.tables", "render.html.context", "render.html.month_section", "render.html.pages")
    },
    "babel": {"render.content.labels", "render.sentences"},
    "filelock": {"deliver.publish"},
    "stdnum": {"fiscal_id", "figures.account.buyers"},
    "distributed": {"pipeline.cluster"},
    "click": {"cli", "commands.console", "commands.serve"},
}
"""Each library is used in its rooms alone, so that what it does can be read, and replaced, in one place."""


def order() -> list[str]:
    """Every room of the package, the ones that may be imported first."""
    stages = [f"{stage}.{room}".lstrip(".") for stage, rooms in STAGES.items() for room in rooms.split()]
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


def test_imports_point_left() -> None:
    assert [f"{room} {fault}" for room in order() for fault in find_strays(room)] == []


def find_strays(room: str) -> Iterator[str]:
    """What is wrong with a module that this one imports."""
    place = order()
    stage = room.split(".", maxsplit=1)[0] if "." in room else None
    for name in imports(rooms()[room]):
        if not name.startswith("reports."):
            continue
        other = name.removeprefix("reports.")
        if place.index(other) >= place.index(room):
            yield f"imports {other}, which comes after it"
        if room in LEAVES and other not in LEAVES:
            yield f"is a leaf and imports {other}"
        knows_sandbox = room in ("commands.serve", "commands.demo") or room.startswith("sandbox.")
        if other.startswith("sandbox.") and not knows_sandbox:
            yield "knows the sandbox"
        if stage == "figures" and other.startswith(("source.", "settings.")):
            yield f"imports {other}"


def test_libraries_stay_in_their_rooms() -> None:
    used = [(room, name.split(".")[0]) for room in order() for name in imports(rooms()[room])]
    assert [
        f"{room} imports {library}"
        for room, library in used
        if room not in ROOMS_OF_LIBRARY.get(library, {room})
    ] == []


def test_every_dependency_is_used() -> None:
    used = {name.split(".")[0] for path in rooms().values() for name in imports(path)}
    # tzdata is data for zoneinfo, which Windows lacks.
    assert {*ROOMS_OF_LIBRARY} <= used | {"tzdata"}
