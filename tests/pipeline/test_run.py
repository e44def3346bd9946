"""The month, end to end: what a run writes, what it keeps, and how it ends, seen in its folder."""

import gzip
import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from reports.sandbox.routes import json_text
from reports.sandbox.server import Sandbox
from tests.support.english import find_english
from tests.support.months import ANA, EVA, LATER, NAMES, NOBODY, READ_AT, RUI, add_invoice, read_lasting
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, Office, account, invoice, tree
from tests.support.scripted_api import ScriptedApi, Seen, TurnedClock, listing, reply
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

WITHOUT_ADDRESS = {3100006, 3100010}
"""Clients of the demo to whom no mail is made."""

LOCK = {"demo/.lock"} if os.name != "nt" else set[str]()
"""What stays of a lock. On Windows it goes with its run: nobody can remove there what another one holds."""

on_posix = pytest.mark.skipif(os.name == "nt", reason="needs signals or permissions of POSIX")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The demo's folder; its API is gone."""
    with Sandbox() as unused:
        office = Office(tmp_path_factory.mktemp("demo"), unused)
    said = office.type("demo", office.output)
    assert said.code == 0, said
    assert said.last.startswith("19 of 19 clients ready; ")
    assert f" Open {office.output / 'demo' / '2026-10' / 'index.html'}, then " in said.last
    assert said.last.endswith("summary.xlsx. Exit code 0.")
    assert said.out.count("Exit code") == 1
    assert said.out.startswith("Account demo: period 2026-10, ")
    assert said.out.count("Account demo") == 1
    office.month = office.output / "demo" / "2026-10"
    office.config = office.output / "demo.yaml"
    return office


# What a run writes


def test_demo_writes_what_the_product_promises_and_nothing_else(demo: Office) -> None:
    folders = {
        identity: f"{slug}-{identity}"
        for identity, slug in {
            3100001: "pastelaria-sao-joao-irmaos-lda",
            3100002: "grossista-atlantico-ficticio-s-a",
            3100003: "gabinete-tres-pinheiros-lda",
            3100004: "cantina-do-funchal-inventado-lda",
            3100005: "mercearia-ilha-do-meio",
            3100006: "vendas-a-distancia-uniao-europeia",
            3100007: "harbour-quay-sample-ltd",
            3100008: "cliente-novo-sem-papeis-lda",
            3100009: "comercial-ria-de-muestra-s-l",
            3100010: "consumidor-final",
            3100011: "obras-silveira-norte-sul",
            3100012: "1-1-aspas-script-alert-1-script",
            3100013: "azulejos-de-ejemplo-s-l",
            3100014: "musterfliesen-beispiel-gmbh",
            3100015: "paradeigma-keramik-a-e",
            3100016: "antrim-sample-linen-ltd",
            3100017: "muster-uhren-ag",
            3100018: "voorbeeld-kaas-b-v",
            3100019: "erika-beispiel",
        }.items()
    }
    expected = {"RESULT.html", "demo.yaml", *LOCK}
    for month in ("2026-09", "2026-10"):
        expected |= {f"demo/{month}/{name}" for name in ("index.html", "summary.xlsx", "run.json", "run.log")}
        expected |= {f"demo/{month}/source/{name}.jsonl.gz" for name in ("clients", "documents", *folders)}
    for folder in folders.values():
        expected |= {f"demo/2026-10/{folder}/{folder}-2026-10.{ending}" for ending in ("xlsx", "html")}
        expected.add(f"demo/2026-09/{folder}/{folder}-2026-09.html")
    for identity in {*folders} - WITHOUT_ADDRESS:
        expected.add(f"demo/2026-10/{folders[identity]}/{folders[identity]}-2026-10.eml")
    written = tree(demo.output)
    assert {path for path, data in written.items() if data != b"/"} == expected
    assert [path for path in expected if not written[path]] == [*LOCK]


def test_demo_record_names_every_file_with_its_size_and_sum(demo: Office) -> None:
    assert len(demo.entries) == 19
    for entry in demo.entries.values():
        assert entry["state"] == "ready"
        mail = [] if entry["id"] in WITHOUT_ADDRESS else [".eml"]
        assert [Path(file["path"]).suffix for file in entry["files"]] == [*mail, ".html", ".xlsx"]
        for file in entry["files"]:
            data = (demo.month / file["path"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_offline_gives_the_same_bytes_when_the_api_is_gone_whatever_the_process_is_like(demo: Office) -> None:
    before = read_lasting(demo.month)
    elsewhere = {
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "SOURCE_DATE_EPOCH": "1900000000",
    }
    said = demo.spawn("run", demo.config, "--offline", **elsewhere)
    assert (said.code, read_lasting(demo.month)) == (6, before)


def test_demo_shows_what_changed_since_the_month_before(demo: Office) -> None:
    changes = [entry["changes"] for entry in demo.entries.values()]
    assert {entry["since"] for entry in changes} == {"2026-09"}
    counts = {kind: sum(entry[kind] for entry in changes) for kind in ("added", "cancelled", "settled")}
    assert counts == {"added": 1, "cancelled": 1, "settled": 17}
    assert demo.record["exit_code"] == 6
    assert "VAT of 2026-09: 2" in demo.record["message"]


def test_demo_twice_is_the_same_demo_in_whatever_language_it_is_watched(demo: Office) -> None:
    before = read_lasting(demo.output)
    said = demo.type("demo", demo.output, LC_ALL="pt_PT.UTF-8")
    assert (said.code, said.out.startswith("Conta demo: período 2026-10, ")) == (0, True)
    assert said.last.endswith("summary.xlsx. Código de saída 0.")
    assert find_english(said.out) == []
    after = read_lasting(demo.output)
    assert sorted(after) == sorted(before)
    # The port of its API is another one, and RESULT.html says when its last run, of whatever kind, was.
    changed = {path for path in before if before[path] != after[path] and "/source/" not in path}
    assert changed - {"RESULT.html"} == {"demo.yaml"}


def test_second_run_of_unchanged_data_gives_the_same_bytes(office: Office) -> None:
    assert office.run().code == 0
    before, record = read_lasting(office.output), office.record
    assert office.run().code == 0
    assert read_lasting(office.output) == before
    assert office.record == record


def test_changed_documents_keep_the_earlier_archive_beside_the_new_one(office: Office) -> None:
    office.run()
    before = (office.month / "source" / f"{RUI}.jsonl.gz").read_bytes()
    add_invoice(office, RUI)
    assert office.run(**LATER).code == 0
    assert (office.month / "source" / f"{RUI}.20261102T063000Z.jsonl.gz").read_bytes() == before
    assert office.entries[RUI]["documents_counted"] == 3
    assert office.type("run", office.config, "--offline").code == 0
    assert office.entries[RUI]["documents_counted"] == 3


def test_all_clients_are_those_of_the_account_in_its_order(office: Office) -> None:
    office.sandbox.account_data.clients.reverse()
    office.configure("all", language="en")
    assert office.run().code == 0
    assert list(office.entries) == [EVA, RUI, ANA]
    assert "Clients covered: 3 of the account's 3." in unescape(office.overview)


# Clients that fail


def test_document_of_another_client_keeps_everything_of_this_one_back(office: Office) -> None:
    stray = invoice(EVA, "Eva", date(2026, 10, 9), number=9)
    office.sandbox.account_data.documents[RUI].append(stray)
    said = office.run()
    assert said.code == 3
    assert said.last.startswith(
        f"2 of 3 clients ready; failed: 1, Rui ({RUI}); client {RUI}: entry 3 of page 1"
    )
    assert "belongs to ANOTHER CLIENT" in said.last
    assert not (office.month / "source" / f"{RUI}.jsonl.gz").exists()
    assert sorted(path.parent.name for path in office.month.glob("*/*.xlsx")) == [f"ana-{ANA}", f"eva-{EVA}"]


def test_client_mended_in_the_configuration_leaves_no_failure_behind(office: Office) -> None:
    office.configure([ANA, NOBODY], output=HTML_ONLY)
    assert office.run().code == 3
    office.configure([ANA, RUI], output=HTML_ONLY)
    assert office.run().code == 0
    assert list(office.entries) == [ANA, RUI]


@pytest.mark.parametrize("clients", [[ANA, RUI], "all"])
def test_wrong_key_costs_one_request_and_publishes_nothing(office: Office, clients: Any) -> None:
    office.configure(clients)
    said = office.run(**{KEY_VARIABLE: "0123456789abcdef"})
    assert said.code == 5
    assert len(office.sandbox.requests) == 1
    assert "the API refused the request (401)" in said.last
    assert said.last.endswith("Exit code 5.")
    assert (office.record["exit_code"], office.record["message"]) == (5, said.last)
    assert {entry["state"] for entry in office.entries.values()} <= {"failed"}
    assert list(office.month.glob("*/*.xlsx")) == []
    assert list((office.month / "source").iterdir()) == []


def test_key_refused_since_the_last_run_leaves_folders_and_archives_as_they_were(office: Office) -> None:
    office.run()
    before = {path: data for path, data in read_lasting(office.month).items() if "/" in path}
    said = office.run(**{KEY_VARIABLE: "0123456789abcdef"})
    assert said.code == 5
    assert {path: data for path, data in read_lasting(office.month).items() if "/" in path} == before
    assert {entry["kept_from"] for entry in office.entries.values()} == {READ_AT}


def test_key_refused_midway_ends_the_account_there(office: Office) -> None:
    def script(seen: Seen) -> bytes:
        if seen.client != ANA:
            wait_until((office.month / f"ana-{ANA}").exists)
            return reply({"errors": [{"error": "Invalid API key"}]}, status=401)
        return reply(json_text(listing([invoice(ANA, "Ana", date(2026, 10, 5), number=1)], per_page=30)))

    with ScriptedApi(script, aside={"/taxes.json": reply({"taxes": []})}) as api:
        section = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": api.url}
        office.configure([ANA, *range(1, 50)], account=section, requests={"parallel": 1, "per_minute": 6000})
        said = office.run()
    assert said.code == 5
    assert (len(api.seen), api.seen_aside) == (2, ["/taxes.json"])
    states = [entry["state"] for entry in office.entries.values()]
    assert (states[0], states.count("failed")) == ("ready", 49)


@pytest.mark.parametrize("clients", [[ANA], "all"])
def test_dead_api_is_none_done_with_its_reason(
    office: Office, clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.source.http.api.Clock", TurnedClock)
    with socket.create_server(("127.0.0.1", 0)) as closed_at_once:
        dead = f"http://127.0.0.1:{closed_at_once.getsockname()[1]}"
    section = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": dead}
    office.configure(clients, account=section)
    said = office.run()
    assert (said.code, office.record["exit_code"]) == (4, 4)
    assert "the connection was refused" in said.last
    assert office.record["message"] == said.last


# Nothing can be written


@contextmanager
def ordinary_user() -> Iterator[None]:
    """To root no folder is closed: for this long the process is an ordinary user."""
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if is_root:
            os.setresuid(0, 0, 0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and look at; pytest's own are for one user alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@on_posix
@pytest.mark.parametrize(
    "folders",
    [
        {"output": 0o555},
        {"output": 0o555, f"output/{ACCOUNT}": 0o777},
        {"output": 0o777, f"output/{ACCOUNT}": 0o555},
        {"output": 0o777, f"output/{ACCOUNT}": 0o777, f"output/{ACCOUNT}/2026-10": 0o555},
    ],
)
def test_output_that_cannot_be_written_is_noticed_before_any_request(
    open_folder: Path, folders: dict[str, int]
) -> None:
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(open_folder, sandbox)
        for name in folders:
            (open_folder / name).mkdir()
        for name, mode in folders.items():
            (open_folder / name).chmod(mode)
        before = tree(office.output)
        with ordinary_user():
            said = office.run()
            assert sandbox.requests == []
            looked = office.type("check", office.config)
    assert said.code == 8
    assert "no permission to write here" in said.last
    assert said.last.endswith("Exit code 8.")
    assert tree(office.output).items() - before.items() <= {(f"{ACCOUNT}/.lock", b"")}
    assert (looked.code, "cannot be written" in looked.out) == (8, True)


def test_file_where_the_folder_should_be_is_noticed_before_any_request(office: Office) -> None:
    office.output.write_bytes(b"mine")
    said = office.run()
    assert said.code == 8
    assert said.last.endswith("Exit code 8.")
    assert office.output.read_bytes() == b"mine"
    assert office.sandbox.requests == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, *, leaving: int) -> None:
    """Leaves that many bytes free on `disk`."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    free = shutil.disk_usage(disk).free
    ballast.write_bytes(bytes(max(free - leaving, 0)))


@pytest.mark.parametrize("leaving", [0, 16, 32])
def test_full_disk_leaves_whole_files_and_client_folders_as_they_were(
    office: Office, small_disk: Path, leaving: int
) -> None:
    office.configure([ANA, RUI], output={"folder": str(small_disk)})
    office.month = small_disk / ACCOUNT / "2026-10"
    assert office.run().code == 0
    before = read_lasting(office.month)
    for identity in (ANA, RUI):
        add_invoice(office, identity)
    fill(small_disk, leaving=leaving * 1024)
    said = office.run(**LATER)
    after = read_lasting(office.month)
    assert said.code == 8
    assert "the disk is full" in said.last
    assert said.last.endswith("Exit code 8.")
    for name in (f"ana-{ANA}", f"rui-{RUI}"):
        files = {f"{name}/{name}-2026-10.{ending}" for ending in ("html", "xlsx")}
        assert {path for path in after if path.startswith(f"{name}/")} == files
        is_new = {after[path] != before[path] for path in files}
        assert len(is_new) == 1, "files of two runs are mixed"
    assert [path for path in after if "tmp" in path or ".old" in path] == []
    (small_disk / "ballast").unlink()
    assert office.run(**LATER).code == 0
    assert [entry["documents_counted"] for entry in office.entries.values()] == [3, 3]


# Interrupted, at the same time, and bugs


class Held(dict[int, Any]):
    """Documents of which one client's do not come before they are released."""

    def __init__(self, documents: dict[int, Any], held: int) -> None:
        super().__init__(documents)
        self._held = held
        self.released = threading.Event()

    def get(self, key: int, default: Any = None) -> Any:
        if key == self._held:
            self.released.wait(LASTING_SECONDS)
        return super().get(key, default)


@contextmanager
def holding_back(office: Office, identity: int) -> Iterator[None]:
    """For this long the API has no answer about one client."""
    data = office.sandbox.account_data
    held = Held(data.documents, identity)
    office.sandbox.account_data = replace(data, documents=held)
    try:
        yield
    finally:
        held.released.set()
        office.sandbox.account_data = data


@on_posix
def test_interrupted_run_says_how_far_it_came(office: Office) -> None:
    office.configure([ANA, RUI])
    office.run()
    before = tree(office.month / f"rui-{RUI}")
    add_invoice(office, ANA)
    ana = office.month / f"ana-{ANA}" / f"ana-{ANA}-2026-10.xlsx"
    old = ana.read_bytes()
    with holding_back(office, RUI), office.start("run", office.config, env=LATER) as process:
        wait_until(lambda: ana.exists() and ana.read_bytes() != old)
        process.send_signal(signal.SIGINT)
        # Rui's documents do not come for longer than that.
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (130, b"")
    assert out.decode().splitlines()[-1].endswith("Exit code 130.")
    assert office.record["exit_code"] == 130
    assert {identity: entry["state"] for identity, entry in office.entries.items()} == {
        ANA: "ready",
        RUI: "failed",
    }
    assert "interrupted" in office.entries[RUI]["reason"]
    assert tree(office.month / f"rui-{RUI}") == before
    assert "interrompido" in office.overview


def without_log(office: Office) -> dict[str, bytes]:
    return {path: data for path, data in tree(office.output).items() if not path.endswith("run.log")}


@on_posix
def test_second_run_of_a_folder_ends_at_once_and_writes_nothing(office: Office) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    with holding_back(office, RUI), office.start("run", office.config) as process:
        log = office.month / "run.log"
        wait_until(lambda: log.exists() and "client 101 Ana: " in log.read_text("utf-8"))
        before, asked = without_log(office), len(office.sandbox.requests)
        said = office.run()
        assert process.poll() is None
        assert said.code == 7
        assert "another run is active in this folder" in said.last
        assert said.last.endswith("Exit code 7.")
        assert without_log(office) == before
        assert log.read_text("utf-8").count("period 2026-10") == 1
        # Where that took long, the first run has lost its patience with the API, and asks for Rui again.
        assert {request.path for request in office.sandbox.requests[asked:]} <= {
            f"/clients/{RUI}/invoices.json"
        }
        process.kill()
        process.wait()
    assert office.run().code == 0
    assert [path for path in tree(office.output) if "tmp" in path] == []


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("pipeline.finish.pages.overview", ()),
        ("pipeline.finish.pages.overview", ("--client", f"{RUI}")),
        ("pipeline.jobs.Brief.task", ()),
    ],
)
def test_bug_beside_the_clients_is_one_line_on_the_screen_and_a_traceback_in_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch, where: str, words: tuple[str, ...]
) -> None:
    office.run()
    before = tree(office.month / f"ana-{ANA}")

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError("this is the bug")

    monkeypatch.setattr(f"reports.{where}", broken)
    said = office.run(*words)
    assert said.code == 1
    assert said.last.endswith("Exit code 1.")
    assert "Traceback" not in said.out + said.err
    assert "ZeroDivisionError" in said.last
    log = (office.month / "run.log").read_text("utf-8")
    assert "Traceback" in log
    assert "ZeroDivisionError: this is the bug" in log
    assert (office.record["exit_code"], office.record["message"]) == (1, said.last)
    assert list(office.entries) == [ANA, RUI, EVA]
    assert tree(office.month / f"ana-{ANA}") == before


# The key


SECRET = "k3y/+&=\"<%>~s3cret'7"


def everything(folder: Path) -> Iterator[bytes]:
    """Every byte under `folder`, archives and workbooks unpacked as well."""
    for path, data in tree(folder).items():
        yield path.encode()
        yield data
        if path.endswith(".gz"):
            yield gzip.decompress(data)
        if path.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                yield from (book.read(name) for name in book.namelist())


def forms(secret: str) -> set[bytes]:
    texts = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret)}
    texts |= {escape(secret, quote=False), secret.replace('"', '\\"'), secret.replace("/", "\\/")}
    return {text.encode() for text in texts} | {b64encode(secret.encode()).rstrip(b"=")}


def script_that_echoes(seen: Seen) -> bytes:
    """An API that repeats the key in everything it says: a good client, a refused one, and a web page."""
    key = seen.query["api_key"]
    if key != SECRET:
        return reply({"errors": [{"error": f"wrong key {key}"}]}, status=401)
    if seen.path == "/clients.json":
        return reply(listing([{"id": ANA, "name": f"Ana {key}"}], per_page=30, name="clients"))
    if seen.path == "/taxes.json":
        return reply({"taxes": [{"id": 1, "name": f"IVA {key}", "value": 23, "region": key}]})
    if seen.path == "/invoices.json" or seen.client == ANA:
        texts = {"observations": f"{key} {quote(key, safe='')}", "reference": key}
        documents = [invoice(ANA, f"Ana {key}", date(2026, 10, 5), number=1, **texts)]
        return reply(json_text(listing(documents, per_page=30)))
    if seen.client == RUI:
        return reply({"errors": [{"error": f"api_key={key} {quote(key)}"}]}, status=422)
    return reply(f"<title>api_key={quote(key, safe='')}</title>", content_type="text/html")


@pytest.mark.parametrize("given", [SECRET, f"{SECRET}x"])
def test_key_is_in_no_byte_that_is_written_or_shown(office: Office, given: str) -> None:
    with ScriptedApi(script_that_echoes) as api:
        section = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": api.url}
        office.configure([ANA, RUI, EVA], account=section)
        said = [
            office.type("--verbose", command, office.config, **{KEY_VARIABLE: given})
            for command in ("check", "run")
        ]
    assert [one.code for one in said] == ([3, 3] if given == SECRET else [5, 5])
    assert "DEBUG" in said[1].err
    shown = [text.encode() for one in said for text in (one.out, one.err)]
    found = [*shown, *everything(office.output)]
    assert (office.month / "run.log").stat().st_size > 0
    assert [form for form in forms(given) for data in found if form in data] == []


@pytest.mark.parametrize("words", [("--period", "2026-05"), ("--output", "elsewhere")], ids=" ".join)
@pytest.mark.parametrize("has_run", [True, False])
def test_offline_of_a_period_never_read_says_so_and_leaves_nothing(
    office: Office, words: tuple[str, ...], has_run: bool
) -> None:
    office.configure([ANA], output=HTML_ONLY)
    if has_run:
        assert office.run().code == 0
    before = tree(office.folder)
    said = office.type("run", office.config, "--offline", *words)
    assert (said.code, "was never read into" in said.out, tree(office.folder)) == (4, True, before), said
