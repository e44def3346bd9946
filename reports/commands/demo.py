"""The demo: a month of generated clients, read over real HTTP from an API inside this program.

September is read first, as of early October, so that October shows what changed since.
"""

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from reports import atomic_files
from reports.errors import ExitCode
from reports.pipeline.run import RunOptions, plans
from reports.plan import Clock, Outcome, Plan
from reports.sandbox.data import as_of
from reports.sandbox.server import Sandbox
from reports.settings.config import Config
from reports.settings.loader import load

CLOCK = dt.datetime(2026, 11, 2, 6, 30, tzinfo=dt.UTC)
"""The demo's data end on 2026-10-31, so the demo's month is always the same. In November Lisbon keeps UTC."""

CONFIG = """\
# The demo: generated clients of an API inside this program. It is gone when the demo ends.
account:
  name: {account}
  api_key: ${{{variable}}}
  base_url: {url}
period: 2026-10
language: pt
clients: all
issuer:
  name: "Contabilidade Exemplo, Lda"
  fiscal_id: "500000001"
  address: "Rua do Exemplo 1, 1000-001 Lisboa"
output: {{folder: ., pdf: {pdf}}}
email: {{when: draft, from: contas@example.pt}}
"""
EARLIER = dt.timedelta(days=31)
"""So long before it the month before was read: what changed since then is shown."""
WELL = (ExitCode.DONE, ExitCode.WARNINGS)
VARIABLE = "INVOICE_REPORTS_DEMO_KEY"


class CarryOut(Protocol):
    """Does the month of every plan."""

    def __call__(self, planned: Sequence[Plan], *, now: Clock, is_quiet: bool) -> Outcome: ...


def play(
    folder: Path, carry_out: CarryOut, *, now: Clock, has_pdf: bool, is_quiet: bool
) -> tuple[ExitCode, str]:
    """Writes the demo into `folder`; how it ended, and the sentence that says so. Raises ReportsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise atomic_files.as_write_error(error, folder) from error
    path = folder / "demo.yaml"
    with Sandbox() as sandbox:
        account = sandbox.account_data.name
        os.environ[VARIABLE] = sandbox.api_key
        pdf = str(has_pdf).lower()
        text = CONFIG.format(account=account, variable=VARIABLE, url=sandbox.url, pdf=pdf)
        atomic_files.write_bytes(path, text.encode())
        settings = load(path)
        # First, for it may lack a browser.
        planned = plans([settings], RunOptions(), now=now(), with_keys=True)
        outcome = _read_month_before(settings, carry_out, sandbox, now)
        if outcome.exit_code in WELL:
            outcome = carry_out(planned, now=now, is_quiet=is_quiet)
    if outcome.exit_code not in WELL:
        return outcome.exit_code, outcome.message
    place = folder / account / "2026-10"
    done = outcome.message.removesuffix(f" Exit code {int(outcome.exit_code)}.")
    return (
        ExitCode.DONE,
        f"{done} Open {place / 'index.html'}, then {place / 'summary.xlsx'}. Exit code 0.",
    )


def _read_month_before(settings: Config, carry_out: CarryOut, sandbox: Sandbox, now: Clock) -> Outcome:
    """September's pages, without workbooks, which take most of a run's time."""

    def then() -> dt.datetime:
        return now() - EARLIER

    output = settings.output.model_copy(update={"excel": False, "pdf": False})
    pages_alone = settings.model_copy(update={"output": output, "email": None})
    options = RunOptions(period="2026-09", may_not_have_begun=True)
    planned = plans([pages_alone], options, now=then(), with_keys=True)
    today = sandbox.account_data
    sandbox.account_data = as_of(today, (CLOCK - EARLIER).date())
    outcome = carry_out(planned, now=then, is_quiet=True)
    sandbox.account_data = today
    return outcome
