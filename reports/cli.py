"""The commands. What a user says is read here, and time enters here; everything else is told both.

Heavy rooms are imported inside the commands that need them, so that `--help` and a refused configuration
answer at once.
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reports import __version__
from reports.commands.console import CommandGroup, Dialogue, Terminal, clock, redact, say, speak, tick, voice
from reports.commands.system_language import find_language
from reports.data.tables import read_table
from reports.errors import ConfigError, ExitCode, ReadingError, most_severe

if TYPE_CHECKING:
    from reports.plan import Outcome, Plan
    from reports.settings.config import Config

SANDBOX_KEY = "sandbox-key"
"""Known to everybody, for it opens nothing but generated data: what is tried today works tomorrow."""
PATH = click.Path(path_type=Path)
CONFIGS = click.argument("config", nargs=-1, required=True, type=PATH)
FOR_MAIL = click.option(
    "--smtp", "is_for_mail", is_flag=True, help="The password of its mail server instead."
)
LANGUAGES = click.Choice([row["language"] for row in read_table("languages")])
LANGUAGE = click.option(
    "--language",
    type=LANGUAGES,
    help="Of the screen, and of a run's line in RESULT.html. Without it: that of the (first) configuration.",
)


def _client_option(text: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    return click.option("--client", "clients", multiple=True, metavar="CLIENT", help=text)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="invoice-reports")
@voice
def main() -> None:
    """Monthly statements from InvoiceXpress: one Excel workbook and one HTML page per client."""


@main.command()
@CONFIGS
@click.option("--period", metavar="P", help="last-month, 2026-10, 2026-Q3, 2026, 2026-10-01_2026-10-20, …")
@_client_option("Only this client, by its id, its name or a part of the name; repeatable.")
@click.option("--output", type=PATH, metavar="DIR", help="In place of output.folder.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and written; ask and write nothing.")
@click.option("--offline", is_flag=True, help="Render again from the stored pages; needs no key.")
@click.option("--resume", is_flag=True, help="Do not read again what was read completely today.")
@click.option("--even-if-not-begun", is_flag=True, help="Run a --period that begins after today.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Processes that make files. Without it: from 20 clients on as many as there are cores, else one.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Have a Dask cluster make them: tcp://host:8786.")
@LANGUAGE
@voice
@click.pass_obj
def run(
    quiet: bool,
    *,
    config: tuple[Path, ...],
    period: str | None,
    clients: tuple[str, ...],
    output: Path | None,
    dry_run: bool,
    offline: bool,
    resume: bool,
    even_if_not_begun: bool,
    jobs: int | None,
    scheduler: str | None,
    language: str | None,
) -> int:
    """The month, for one or more configurations (one per InvoiceXpress account)."""
    if offline and resume:
        raise click.UsageError("--offline reads nothing at all, so there is nothing to --resume: choose one")
    if jobs and scheduler:
        raise click.UsageError("--scheduler leaves the work to a cluster, so --jobs says nothing: choose one")
    configs = _load(config, language)
    from reports.pipeline.run import RunOptions, plans

    options = RunOptions(
        period=period,
        clients=clients,
        output=output.absolute() if output else None,
        is_offline=offline,
        is_resumed=resume,
        may_not_have_begun=even_if_not_begun,
        language=language,
    )
    now = clock()
    planned = plans(configs, options, now=now(), with_keys=not (offline or dry_run))
    if dry_run:
        from reports.commands.dry_run import describe

        for plan in planned:
            say(describe(plan))
        say("Nothing was asked and nothing written. Exit code 0.")
        return ExitCode.DONE
    outcome = _carry_out(planned, now=now, is_quiet=quiet, jobs=jobs, scheduler=scheduler)
    say(outcome.message)
    return outcome.exit_code


@main.command()
@CONFIGS
@LANGUAGE
@voice
@click.pass_obj
def check(quiet: bool, *, config: tuple[Path, ...], language: str | None) -> int:
    """Everything that would make a run fail, found before it. Writes nothing."""
    configs = _load(config, language)
    from reports.commands.check import check as examine

    codes = []
    screen = Terminal(is_quiet=quiet)
    for settings in configs:
        for item in examine(settings, now=clock(), redact=redact, say=screen.say):
            codes.append(item.exit_code)
            if not quiet or item.exit_code:
                name, message = settings.account.name, item.message
                said = f"{name}: note: {message}" if item.is_note else f"{name}: {tick()} {message}"
                said = f"{name}: NOT OK: {message}" if item.exit_code else said
                say(said, is_english=item.exit_code is ExitCode.USAGE)
    code = most_severe(codes)
    verdicts = {
        ExitCode.DONE: "A run would go through.",
        ExitCode.WARNINGS: "A run would go through, with warnings: look at what is NOT OK.",
    }
    said = verdicts.get(code, "Mend what is NOT OK; a run would fail.")
    say(f"{said} Exit code {int(code)}.")
    return code


@main.command()
@click.argument("config", default="config.yaml", type=PATH)
@click.option("--account", metavar="NAME", help="First part of the account's address.")
@click.option("--all-clients", is_flag=True, help="Every client of the account; asks for none.")
@click.option("--base-url", metavar="URL", help="Another address of the API, as a sandbox account has.")
@click.option("--yes", is_flag=True, help="Ask nothing; the key is in keyring or environment already.")
@click.option("--language", type=LANGUAGES, help="Of the questions. Without it: that of the system.")
def init(
    config: Path,
    *,
    account: str | None,
    all_clients: bool,
    base_url: str | None,
    yes: bool,
    language: str | None,
) -> int:
    """Write the configuration of an account, or add its new clients to the one that is there."""
    speak(language or find_language())
    if yes and not all_clients:
        raise click.UsageError("--yes asks for no clients: say --all-clients too")
    person = None if yes else Dialogue()
    from reports.commands.init import InitOptions
    from reports.commands.init import init as write

    options = InitOptions(account=account, base_url=base_url, is_about_all=all_clients)
    try:
        said = write(config, options, person, now=clock(), redact=redact)
    except ReadingError as error:
        code = ExitCode.NONE_DONE
        say(f"{error}.\nNothing was written. Exit code {int(code)}.", is_error=True)
        return code
    say(f"{said}. Exit code 0.")
    return ExitCode.DONE


@main.group()
def key() -> None:
    """The API key of an account, in the system's keyring."""
    speak(find_language())


@key.command("set")
@click.argument("account")
@FOR_MAIL
def key_set(account: str, *, is_for_mail: bool) -> None:
    """Store the key of ACCOUNT; it is typed without echo."""
    from reports.commands.key import store_secret

    store_secret(account, is_for_mail=is_for_mail)


@key.command("delete")
@click.argument("account")
@FOR_MAIL
def key_delete(account: str, *, is_for_mail: bool) -> None:
    """Take the key of ACCOUNT out of the keyring."""
    from reports.commands.key import delete_secret

    delete_secret(account, is_for_mail=is_for_mail)


@main.command()
@click.argument("config", type=PATH)
@click.option("--period", metavar="P", help="The period of the run, if not that of the configuration.")
@_client_option(
    "Only this client, by id or name, whatever the run saw to be off: naming it says that you looked. "
    "Repeatable."
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent to whom; connect to nothing.")
@click.option(
    "--again",
    is_flag=True,
    help="Also what was sent before. What may have arrived, or not, needs --client ID too.",
)
@LANGUAGE
@voice
@click.pass_obj
def send(
    quiet: bool,
    *,
    config: Path,
    period: str | None,
    clients: tuple[str, ...],
    dry_run: bool,
    again: bool,
    language: str | None,
) -> int:
    """Mail what a finished run wrote, each client once, but those who are to get none (email.only, never).

    Held back are clients with warnings, without an address, of a period that was not over, whose reported
    documents are all gone, and those whose mail may have arrived already.
    """
    (settings,) = _load([config], language)
    from reports.deliver.client_names import find_clients
    from reports.mail import send as post
    from reports.mail.selection import Choice

    now = clock()
    chosen = tuple(client.id for client in find_clients(clients, [settings]))
    choice = Choice(clients=chosen, released=chosen, is_again=again)
    planned = post.plan(settings, period, now=now(), with_password=not dry_run)
    if dry_run:
        for line in post.describe(planned, choice):
            say(line)
        say("Nobody was asked and nothing sent. Exit code 0.")
        return ExitCode.DONE
    redact.add(planned.mail_password or "")
    with closing(Terminal(is_quiet=quiet)) as screen:
        outcome = post.run(planned, choice, now=now, screen=screen, redact=redact)
    say(outcome.message)
    return outcome.exit_code


@main.command()
@click.argument("folder", metavar="[DIR]", default="output", type=PATH)
@click.option("--pdf", is_flag=True, help="Statements as PDF too, printed by Edge or Chromium.")
@voice
@click.pass_obj
def demo(quiet: bool, *, folder: Path, pdf: bool) -> int:
    """The whole job on generated data, over real HTTP, against an API inside this program."""
    speak(find_language())
    from reports.commands import demo as example_month

    now = clock(lambda: example_month.CLOCK)
    code, said = example_month.play(folder.absolute(), _carry_out, now=now, has_pdf=pdf, is_quiet=quiet)
    say(said)
    return code


@main.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--latency", default=0.0, type=click.FloatRange(0, 60), metavar="S", help="Seconds an answer takes."
)
@click.option("--per-minute", type=click.IntRange(1), metavar="N", help="Answer 429 above this rate.")
@click.option("--api-key", default=SANDBOX_KEY, show_default=True, metavar="KEY", help="The key it takes.")
def sandbox(*, port: int, latency: float, per_minute: int | None, api_key: str) -> None:
    """The generated API alone, until interrupted. Its first line is JSON: url, account, api_key."""
    from reports.sandbox.server import Sandbox

    try:
        server = Sandbox(port=port, latency_seconds=latency, per_minute=per_minute, api_key=api_key)
    except OSError as error:
        raise ConfigError(f"port {port} cannot be used ({error.strerror}): choose another") from None
    with server:
        # The one place that shows a key: it opens nothing but this process.
        told = {"url": server.url, "account": server.account_data.name, "api_key": server.api_key}
        click.echo(json.dumps(told))
        server.serve_forever()


@main.command()
@CONFIGS
@click.option("--day", default="2", metavar="D", help="Of every month: 1 to 28, or last. Without it: 2.")
@click.option(
    "--at",
    default="06:30",
    type=click.DateTime(["%H:%M"]),
    metavar="HH:MM",
    help="By this computer's clock. Without it: 06:30.",
)
@click.option("--out", type=PATH, metavar="FILE", help="In place of a file beside CONFIG.")
@click.option("--register", "is_registering", is_flag=True, help="Hand the task to Windows at once.")
@LANGUAGE
@voice
@click.pass_obj
def schedule(
    quiet: bool,
    *,
    config: tuple[Path, ...],
    day: str,
    at: dt.datetime,
    out: Path | None,
    is_registering: bool,
    language: str | None,
) -> int:
    """The month by itself: a task for Windows, and the command that registers it."""
    from reports import atomic_files
    from reports.deliver import schedule as scheduling

    if is_registering:
        scheduling.refuse_to_register()
    configs = _load(config, language)
    task = scheduling.task(configs, day=scheduling.day_of(day), at=at.time(), now=clock()())
    file = scheduling.task_file(configs, out)
    atomic_files.write_bytes(file, scheduling.xml(task))
    lines = scheduling.explanation(task, configs)
    lines += [] if is_registering else scheduling.instructions(task, file)
    for line in [] if quiet else lines:
        say(line)
    if not is_registering:
        say(f"{file} is written; nothing runs by itself before it is registered. Exit code 0.")
        return ExitCode.DONE
    answer = scheduling.register(scheduling.registration(task, file))
    code = ExitCode.NOT_WRITTEN if answer else ExitCode.DONE
    said = f"Windows refused the task (schtasks ended with {answer})" if answer else "Windows has the task"
    say(f"{said}: {task.name}. Exit code {int(code)}.")
    return code


@main.command()
def example() -> None:
    """The example configuration: every option, with a comment."""
    from reports.settings.config_writer import read_example

    say(read_example().rstrip("\n"))


@main.command()
def schema() -> None:
    """The JSON Schema of the configuration, for editors."""
    from reports.settings.config import json_schema

    say(json.dumps(json_schema(), indent=2, ensure_ascii=True))


def _load(paths: Sequence[Path], language: str | None) -> "tuple[Config, ...]":
    """The configurations; from here on the screen speaks `language`, or that of the first of them."""
    from reports.settings.loader import load_all

    configs = load_all(paths)
    speak(language or configs[0].language)
    return configs


def _carry_out(
    planned: "Sequence[Plan]",
    *,
    now: Callable[[], dt.datetime],
    is_quiet: bool,
    jobs: int | None = None,
    scheduler: str | None = None,
) -> "Outcome":
    from reports.pipeline.cluster import join_cluster
    from reports.pipeline.executor import JobExecutor
    from reports.pipeline.run import run as run_plans

    screen = Terminal(is_quiet=is_quiet)
    for plan in planned:
        what = f"period {plan.period.label}, {plan.period.first} to {plan.period.last}"
        screen.begin(f"Account {plan.config.account.name}: {what}")
    executor = JobExecutor(jobs, join_cluster(scheduler, planned) if scheduler else None)
    with closing(screen):
        return run_plans(planned, now=now, screen=screen, redact=redact, executor=executor)
