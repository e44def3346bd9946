"""The commands. What a user says is read here, and time enters here; everything else is told both.

Heavy rooms are imported inside the commands that need them, so that `--help` and a refused configuration
answer at once.
"""

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reports import __version__
from reports.errors import ConfigError, ExitCode, most_severe
from reports.terminal import Group, Terminal, clock, pinned, redact, say, voice

if TYPE_CHECKING:
    from reports.run import Options
    from reports.settings.config import Config

DEMO_CLOCK = dt.datetime(2026, 11, 2, 6, 30, tzinfo=dt.UTC)
"""The demo's data end on 2026-10-31, so the demo's month is always the same. In November Lisbon keeps UTC."""

DEMO_CONFIG = """\
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
output: {{folder: .}}
"""
DEMO_VARIABLE = "INVOICE_REPORTS_DEMO_KEY"
CONFIGS = click.argument(
    "config", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=True, exists=False)
)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="invoice-reports")
@voice
def main() -> None:
    """Monthly statements from InvoiceXpress: one Excel workbook and one HTML page per client."""


@main.command()
@CONFIGS
@click.option("--period", metavar="P", help="last-month, 2026-10, 2026-Q3, 2026, 2026-10-01_2026-10-20, …")
@click.option(
    "--client", "clients", multiple=True, type=int, metavar="ID", help="Only this client; repeatable."
)
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="In place of output.folder.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and written; ask and write nothing.")
@click.option("--offline", is_flag=True, help="Render again from the stored pages; needs no key.")
@click.option("--resume", is_flag=True, help="Do not read again what was read completely today.")
@voice
@click.pass_obj
def run(
    quiet: bool,
    *,
    config: tuple[Path, ...],
    period: str | None,
    clients: tuple[int, ...],
    output: Path | None,
    dry_run: bool,
    offline: bool,
    resume: bool,
) -> int:
    """The month, for one or more configurations (one per InvoiceXpress account)."""
    if offline and resume:
        raise click.UsageError("--offline reads nothing at all, so there is nothing to --resume: choose one")
    configs = _load(config)
    from reports.run import Options

    options = Options(
        period=period,
        clients=clients,
        output=output.absolute() if output else None,
        is_offline=offline,
        is_resumed=resume,
    )
    return _run(configs, options, now=clock(), is_quiet=quiet, is_dry=dry_run)


@main.command()
@CONFIGS
@voice
@click.pass_obj
def check(quiet: bool, *, config: tuple[Path, ...]) -> int:
    """Everything that would make a run fail, found before it. Writes nothing."""
    configs = _load(config)
    from reports.check import check as examine

    codes = []
    for settings in configs:
        for item in examine(settings, now=clock(), redact=redact):
            codes.append(item.exit_code)
            if not quiet or item.exit_code:
                say(f"{settings.account.name}: {'ok' if item.exit_code == 0 else 'NOT OK'}: {item.message}")
    code = most_severe(codes)
    said = "A run would go through." if code == 0 else "Mend what is NOT OK; a run would fail."
    say(f"{said} Exit code {int(code)}.")
    return code


@main.group()
def key() -> None:
    """The API key of an account, in the system's keyring."""


@key.command("set")
@click.argument("account")
def key_set(account: str) -> None:
    """Store the key of ACCOUNT; it is typed without echo."""
    from reports.settings import keys, rules

    try:
        rules.account_name(account)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    secret = click.prompt(f"API key of {account} (not shown)", hide_input=True, err=True)
    redact.add(secret)
    keys.store(account, secret)
    say(f"The key of {account} is in the keyring of this user. Exit code 0.")


@key.command("delete")
@click.argument("account")
def key_delete(account: str) -> None:
    """Take the key of ACCOUNT out of the keyring."""
    from reports.settings import keys

    keys.delete(account)
    say(f"The key of {account} is no longer in the keyring of this user. Exit code 0.")


@main.command()
@click.argument("folder", metavar="[DIR]", default="output", type=click.Path(path_type=Path))
@voice
@click.pass_obj
def demo(quiet: bool, *, folder: Path) -> int:
    """The whole job on generated data, over real HTTP, against an API inside this program."""
    from reports import files
    from reports.source.sandbox import Sandbox

    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise files.as_write_error(error, folder) from error
    with Sandbox() as sandbox:
        os.environ[DEMO_VARIABLE] = sandbox.api_key
        text = DEMO_CONFIG.format(account=sandbox.account, variable=DEMO_VARIABLE, url=sandbox.url)
        files.write_bytes(folder / "demo.yaml", text.encode())
        from reports.run import Options

        now = pinned() or (lambda: DEMO_CLOCK)
        code = _run(_load([folder / "demo.yaml"]), Options(), now=now, is_quiet=quiet)
    if code not in (ExitCode.DONE, ExitCode.WARNINGS):
        return code
    place = folder / sandbox.account / "2026-10"
    say(f"Open {place / 'index.html'}, then {place / 'summary.xlsx'}. Exit code 0.")
    return ExitCode.DONE


@main.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--latency", default=0.0, type=click.FloatRange(0, 60), metavar="S", help="Seconds an answer takes."
)
@click.option("--per-minute", type=click.IntRange(1), metavar="N", help="Answer 429 above this rate.")
def sandbox(*, port: int, latency: float, per_minute: int | None) -> None:
    """The generated API alone, until interrupted. Its first line is JSON: url, account, api_key."""
    from reports.source.sandbox import Sandbox

    try:
        server = Sandbox(port=port, latency_seconds=latency, per_minute=per_minute)
    except OSError as error:
        raise ConfigError(f"port {port} cannot be used ({error.strerror}): choose another") from None
    with server:
        # The one place that shows a key: it opens nothing but this process.
        click.echo(json.dumps({"url": server.url, "account": server.account, "api_key": server.api_key}))
        sys.stdout.flush()
        server.serve_forever()


@main.command()
def schema() -> None:
    """The JSON Schema of the configuration, for editors."""
    from reports.settings.config import json_schema

    say(json.dumps(json_schema(), indent=2, ensure_ascii=True))


def _load(paths: Sequence[Path]) -> "tuple[Config, ...]":
    from reports.settings.config import load_all

    return load_all(paths)


def _run(
    configs: "Sequence[Config]",
    options: "Options",
    *,
    now: Callable[[], dt.datetime],
    is_quiet: bool,
    is_dry: bool = False,
) -> ExitCode:
    from reports.run import plans
    from reports.run import run as run_plans

    planned = plans(configs, options, now=now(), with_keys=not (options.is_offline or is_dry))
    if is_dry:
        from reports.dry_run import describe

        for plan in planned:
            say(describe(plan, screen=Terminal()))
        say("Nothing was asked and nothing written. Exit code 0.")
        return ExitCode.DONE
    with Terminal(is_quiet=is_quiet) as screen:
        outcome = run_plans(planned, now=now, screen=screen, redact=redact)
    say(outcome.message)
    return outcome.exit_code
