"""The package as a library: typed, cheap to import, and with one public function."""

import subprocess
import sys
from pathlib import Path

import pytest

import reports

ROOT = Path(__file__).parents[2]
PROGRAM = """\
from decimal import Decimal
from pathlib import Path

import reports

october = reports.open_period(Path("output/my-company/2026-10"))
documents = october.documents
counted = documents[documents["is_counted"] & documents["is_in_period"]]
nets: list[Decimal] = counted["net"].tolist()
print(october.account, october.period.label, sum(nets, Decimal(0)), len(october.findings))
"""


def test_open_period_is_the_one_public_function_and_says_what_it_gives() -> None:
    assert reports.__all__ == ["open_period"]
    assert (ROOT / "reports" / "py.typed").is_file()
    assert "pandas data frames" in (reports.open_period.__doc__ or "")


@pytest.mark.slow
def test_a_program_that_uses_it_passes_the_strict_checks_of_mypy(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    checked = run("-m", "mypy", "--strict", program)
    assert checked.returncode == 0, checked.stdout
    program.write_text(PROGRAM.replace("october.account", "october.acount"), encoding="utf-8")
    checked = run("-m", "mypy", "--strict", program)
    assert '"PeriodData" has no attribute "acount"' in checked.stdout


@pytest.mark.slow
def test_to_import_the_package_loads_nothing_heavy() -> None:
    said = run("-c", "import sys, reports; print(*sorted(name for name in sys.modules if '.' not in name))")
    loaded = said.stdout.split()
    assert "reports" in loaded
    assert not {"pandas", "numpy", "openpyxl", "pydantic", "requests", "sqlite3", "babel"} & {*loaded}


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, encoding="utf-8")
