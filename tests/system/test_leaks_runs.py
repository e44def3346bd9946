"""The key in no byte that a run leaves or shows, whatever goes wrong, also when every request is logged."""

import html
import json
import secrets
import socket
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest

from reports.sandbox.routes import Request, answer
from reports.source.http import api
from tests.conftest import ANA
from tests.render.test_pdf import printing, script
from tests.support.crash.scene import FIRST, at_reading
from tests.support.leaks import places_of
from tests.support.office import KEY_VARIABLE, Office, Said, configure_whole
from tests.support.scripted_api import HangUpError, ScriptedApi, Seen, TurnedClock, document, listing, reply
from tests.support.waiting import PATIENCE_SECONDS
from tests.system.test_leaks import AWKWARD, FORMS
from tests.system.test_leaks_redaction import SHOWN

KEYS = {"plain": "d" + secrets.token_hex(20)[1:], "awkward": AWKWARD}
EITHER = {
    first: [first, *(pytest.param(other, marks=pytest.mark.soak) for other in KEYS if other != first)]
    for first in KEYS
}
"""Every key: the harder one at once, the other when there is time."""

CLIENT = 7
SAFT = "saft-2026-10.xml.gz"
Told = Callable[[str, Seen], bytes]


def _address(key: str, seen: Seen) -> str:
    return f"https://office.example{seen.path}?api_key={quote_plus(key)}&page=1"


def _error_page(key: str, seen: Seen) -> bytes:
    """The page of a framework in development: it shows the request in every way."""
    address = _address(key, seen)
    text = (
        f"<title>Error at {html.escape(address)}</title><pre>{html.escape(repr(address))}\n{quote(address)}"
    )
    return reply(text, status=500, content_type="text/html")


def _in_documents(key: str, seen: Seen) -> bytes:
    """Data that repeat the key in every form, each in a document of its own."""
    texts = [FORMS[form](key) for form in FORMS if form in ("plain", "percent", "form", "JSON", "entities")]
    texts += [told(key) for told in SHOWN.values()] + [_address(key, seen)]
    fields = ("observations", "reference", "permalink", "inverted_sequence_number", "tax_exemption", "type")
    papers = [
        document(1000 + number, CLIENT, **dict.fromkeys(fields, text)) | {"items": [], "date": "05/10/2026"}
        for number, text in enumerate(texts)
    ]
    return reply(listing(papers, size=100))


def _hang_up(_: str, __: Seen) -> bytes:
    raise HangUpError


FAULTS: Mapping[str, Told] = {
    "refused": lambda key, _: reply({"errors": [{"error": f"Invalid API key {key}"}]}, status=401),
    "refused, a page": lambda key, seen: reply(f"<title>No: {_address(key, seen)}</title>", status=401),
    "forbidden": lambda key, seen: reply({"error": _address(key, seen)}, status=403),
    "not found": lambda key, seen: reply(f"<title>{html.escape(_address(key, seen))}</title>", status=404),
    "cut where it is quoted": lambda key, _: reply(f"{'x ' * 90}{key}", status=422),
    "cut where it is read": lambda key, _: reply(f"{' ' * 19_990}{key}", status=422),
    "not JSON": lambda key, _: reply('{"errors": ["' + json.dumps(key)[1:-1] + '"', status=422),
    "in a later reply": lambda key, _: reply({"errors": {key: [key], "a": {"b": key}}}, status=400),
    "error page": _error_page,
    "asked to wait": lambda key, _: reply(key, status=429, retry_after=key),
    "redirect": lambda key, seen: reply(status=302, location=_address(key, seen)),
    "sign-in page": lambda key, _: reply(f"<html><title>Sign in {key}</title>"),
    "text": lambda key, _: reply(f"what is {key}?"),
    "UTF-16": lambda key, _: reply(f"what is {key}?".encode("utf-16-le")),
    "Latin-1": lambda key, _: reply(f"{{'{key}".encode("latin-1", "replace"), status=422),
    "error with 200": lambda key, _: reply({"errors": [{"error": key}]}),
    "headers": lambda key, _: reply(status=503, x_request=quote(key), server=quote(key)),
    "reason": lambda key, _: f"HTTP/1.1 499 {quote(key)}\r\nContent-Length: 0\r\n\r\n".encode(),
    "not HTTP": lambda key, _: f"{quote(key)}\r\n\r\n".encode(),
    "hung up": _hang_up,
    "in the data": _in_documents,
}


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest) -> str:
    """The account's key."""
    return KEYS[request.param]


@pytest.fixture
def unknown(key: str) -> str:
    """A key that no redaction of this process has heard of, as long as one is.

    It begins with a letter: so it could be the name of a variable too.
    """
    return "d" + secrets.token_hex(20)[1:] if key.isalnum() else key + secrets.token_hex(12)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between tries."""
    monkeypatch.setattr(api, "Clock", TurnedClock)


def at(office: Office, url: str, *clients: int) -> None:
    """The office's configuration is for these clients of the API at `url`: all that a run can write."""
    configure_whole(office, clients or [CLIENT], url=url)


def told(office: Office, key: str, *words: str) -> Said:
    return office.type(*(words or ("run", office.config, "--verbose")), **{KEY_VARIABLE: key})


def leaks(office: Office, key: str, *said: Said) -> list[str]:
    """Where the key lies in what was shown, and in everything in the office's folder."""
    return places_of(key, office.folder, *(text for one in said for text in (one.out, one.err) if text))


@pytest.mark.parametrize("fault", FAULTS)
def test_the_key_is_nowhere_whatever_the_api_answers(
    fault: str, office: Office, key: str, quick: None
) -> None:
    with ScriptedApi(lambda seen: FAULTS[fault](seen.query["api_key"], seen)) as server:
        at(office, server.url)
        ran = told(office, key)
    assert {seen.query["api_key"] for seen in server.seen} == {key}
    assert (office.month / "run.log").stat().st_size > 0
    assert "Traceback" not in ran.err
    assert ran.code in (4, 5, 6)
    assert leaks(office, key, ran) == []


@pytest.mark.parametrize("key", EITHER["awkward"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_key_is_nowhere_whatever_comes_for_the_accounts_list_of_documents(
    fault: str, office: Office, key: str, quick: None
) -> None:
    def script(seen: Seen) -> bytes:
        if seen.path == "/invoices.json":
            return FAULTS[fault](seen.query["api_key"], seen)
        request = Request(seen.method, seen.path, seen.query, seen.body.decode(), seen.arrays)
        made = answer(request, office.sandbox.account_data)
        return reply(made.text, status=made.status, content_type=made.content_type)

    with ScriptedApi(script) as server:
        at(office, server.url, ANA)
        ran = told(office, key)
    assert ran.code == 0
    assert "the account's own list of documents" in (office.month / "run.log").read_text("utf-8")
    assert (office.month / "source" / "documents.jsonl.gz").exists() == (fault == "in the data")
    assert leaks(office, key, ran) == []


def test_the_key_is_nowhere_however_an_error_repeats_it(office: Office, key: str) -> None:
    forms = dict(enumerate(SHOWN.values(), start=CLIENT))

    def repeat(seen: Seen) -> bytes:
        form = forms[seen.client] if seen.path.endswith("/invoices.json") else str
        return reply(form(key), status=422)

    with ScriptedApi(repeat) as server:
        at(office, server.url, *forms)
        ran, checked = told(office, key), told(office, key, "check", str(office.config), "-v")
    assert (ran.code, checked.code) == (4, 4)
    assert len(office.entries) == len(forms)
    assert leaks(office, key, ran, checked) == []


def test_data_that_repeat_the_key_are_published_without_it(office: Office, key: str) -> None:
    with ScriptedApi(lambda seen: _in_documents(seen.query["api_key"], seen)) as server:
        at(office, server.url)
        assert told(office, key).code == 6
    assert "[key]" in next(office.month.glob("*/*.html")).read_text("utf-8") + office.overview
    assert {path.suffix for path in office.month.rglob("*.*")} >= {".xlsx", ".html", ".json", ".log", ".gz"}
    assert b"[key]" in (office.month / "data" / "documents.csv").read_bytes()
    assert b"[key]" in (office.month / "data" / "period.sqlite").read_bytes()


def test_a_run_in_order_leaves_no_key(office: Office, key: str) -> None:
    office.sandbox.api_key = key
    office.sandbox.account_data = at_reading(FIRST)
    configure_whole(office)
    words = [("run",), ("run", "--resume"), ("run", "--offline"), ("reconcile",), ("reconcile", "--offline")]
    said = [told(office, key, *one, str(office.config), "-v") for one in words]
    assert [one.code for one in said] == [0] * len(words)
    assert {path.name for path in (office.month / "source").iterdir()} >= {"documents.jsonl.gz", SAFT}
    assert (office.month / "data" / "period.sqlite").exists()
    assert leaks(office, key, *said) == []


def _answer_in_plain(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


UNREACHABLE: Mapping[str, Callable[[], str]] = {
    "no server": lambda: f"https://127.0.0.1:{_closed_port()}",
    "no name": lambda: "https://office.invalid",
}


@pytest.mark.parametrize("kind", UNREACHABLE)
def test_the_key_is_nowhere_when_the_api_cannot_be_reached(
    kind: str, office: Office, key: str, quick: None
) -> None:
    at(office, UNREACHABLE[kind]())
    ran = told(office, key)
    assert ran.code == 4
    assert leaks(office, key, ran) == []


def test_the_key_is_nowhere_when_there_is_no_secure_connection(office: Office, key: str, quick: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=_answer_in_plain, args=(listener,), daemon=True)
        answering.start()
        at(office, f"https://127.0.0.1:{listener.getsockname()[1]}")
        ran = told(office, key)
        # Closing alone would not wake it in accept.
        listener.shutdown(socket.SHUT_RDWR)
        answering.join()
    assert ran.code == 4
    assert "no secure connection" in ran.out
    assert leaks(office, key, ran) == []


def test_a_proxy_that_refuses_shows_neither_key_nor_its_own_password(
    office: Office, key: str, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = secrets.token_hex(16)
    with ScriptedApi(lambda _: f"HTTP/1.1 407 {password}\r\n\r\n".encode()) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.replace("//", f"//user:{password}@"))
        monkeypatch.setenv("no_proxy", "")
        at(office, "https://office.example")
        ran = told(office, key)
    assert ran.code == 4
    assert {seen.method for seen in proxy.seen} == {"CONNECT"}
    assert key not in repr(proxy.seen)
    assert leaks(office, key, ran) == []


SPOILT: Mapping[str, str] = {
    "as the key": "account: {{name: office, api_key: {yaml}}}\nclients: all\n",
    "plain": "account:\n  name: office\n  api_key: {key}\nclients: all\n",
    "as the name": "account: {{name: {yaml}}}\nclients: all\n",
    "as name and key": "account: {{name: {yaml}, api_key: {yaml}}}\nclients: all\n",
    "as an option": "account: {{name: office, {yaml}: true}}\nclients: all\n",
    "as a section": "account: {{name: office}}\nclients: all\n{yaml}: {yaml}\n",
    "twice": "account: {{name: office, {yaml}: 1, {yaml}: 2}}\nclients: all\n",
    "in the address": "account: {{name: office, base_url: 'https://a.example/?k={url}'}}\nclients: all\n",
    "as a password": "account: {{name: office, base_url: 'https://u:{url}@office.example'}}\nclients: all\n",
    "as the host": "account: {{name: office, base_url: 'https://{url}'}}\nclients: all\n",
    "as a variable": "account: {{name: office, api_key: '${{{url}}}'}}\nclients: all\n",
    "as a default": "account: {{name: office, api_key: '${{KEY:-{url}}}'}}\nclients: all\n",
    "as a period": "account: {{name: office}}\nclients: all\nperiod: {yaml}\n",
    "as a language": "account: {{name: office}}\nclients: all\nlanguage: {yaml}\n",
    "as a time zone": "account: {{name: office}}\nclients: all\ntime_zone: {yaml}\n",
    "as clients": "account: {{name: office}}\nclients: {yaml}\n",
    "as a client": "account: {{name: office}}\nclients: [{{id: {yaml}}}]\n",
    "as a number": "account: {{name: office}}\nclients: all\nrequests: {{per_page: {yaml}}}\n",
    "as a filter": "account: {{name: office}}\nclients: all\nfilters: {{status: [{yaml}]}}\n",
    "as a colour": "account: {{name: office}}\nclients: all\nstatement: {{colours: [{yaml}]}}\n",
    "in broken YAML": "account: {{name: office, api_key: [{yaml}\nclients: all\n",
    "in a tag": "account: {{name: office, api_key: !{url} x}}\nclients: all\n",
    "in an alias": "account: {{name: office, api_key: *k{url}}}\nclients: all\n",
    "in an anchor": "account: {{name: office, api_key: &k{url} x}}\nclients: all\n",
    "under a tab": "account:\n\tapi_key: {yaml}\nclients: all\n",
    "as the whole file": "{yaml}",
}


@pytest.mark.parametrize("key", EITHER["plain"], indirect=True)
@pytest.mark.parametrize("place", SPOILT)
def test_a_key_in_the_configuration_is_refused_and_not_shown(
    place: str, office: Office, unknown: str
) -> None:
    text = SPOILT[place].format(key=unknown, yaml=json.dumps(unknown), url=quote(unknown, safe=""))
    office.config.write_text(text, "utf-8")
    ran = told(office, "")
    assert ran.code == 2
    assert not office.output.exists()
    assert places_of(unknown, ran.out, ran.err) == []


@pytest.mark.parametrize("spoilt", ["\x07{}", "{}\ninvoice", "{}" * 30])
def test_a_key_that_is_none_is_not_shown(spoilt: str, office: Office, unknown: str) -> None:
    ran = told(office, spoilt.format(*[unknown] * 30))
    assert ran.code == 2
    assert leaks(office, unknown, ran) == []


BUG = """
import sys
from reports.pipeline import client_job
from reports.cli import main

def render(job, folder):
    try:
        raise OSError({key!r})
    except OSError as error:
        raise ValueError(f"https://office.example/?api_key={{quoted}}", {key!r}) from error

from urllib.parse import quote
quoted = quote({key!r}, safe="")
client_job.render = render
main()
"""


@pytest.mark.parametrize("key", EITHER["awkward"], indirect=True)
def test_a_bug_shows_its_traceback_without_the_key(office: Office, key: str) -> None:
    office.sandbox.api_key = key
    program = BUG.format(key=key)
    with office.start(
        "run", "config.yaml", "-v", program=("-c", program), env={KEY_VARIABLE: key}
    ) as process:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 4
    log = (office.month / "run.log").read_text("utf-8")
    assert "Traceback" in log
    assert "ValueError: ('https://office.example/?api_key=[key]', '[key]')" in log
    assert places_of(key, office.folder, out, err) == []


@pytest.mark.parametrize("key", EITHER["awkward"], indirect=True)
@pytest.mark.skipif(sys.platform != "linux", reason="only /proc shows the command lines of all processes")
def test_the_key_is_on_no_command_line_and_a_browser_is_not_given_it(
    office: Office, key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seen = tmp_path_factory.mktemp("seen")
    look = textwrap.dedent(f"""
        import glob
        with open({str(seen / "environment")!r}, "a") as file:
            file.write(repr(dict(os.environ)) + "\\n")
        with open({str(seen / "lines")!r}, "ab") as file:
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    file.write(open(path, "rb").read() + b"\\n")
                except OSError:
                    pass
    """)
    browser = script(seen / "browser", *look.splitlines(), printing(b"%PDF-1.4 %%EOF"))
    office.sandbox.api_key = key
    configure_whole(office, pdf=True)
    said = office.spawn(
        "run", "config.yaml", "-v", INVOICE_REPORTS_BROWSER=str(browser), **{KEY_VARIABLE: key}
    )
    assert said.code == 0, said.err
    lines = (seen / "lines").read_bytes()
    assert b"config.yaml" in lines
    assert b"--print-to-pdf" in lines
    assert KEY_VARIABLE not in (seen / "environment").read_text("utf-8")
    assert places_of(key, lines, seen / "environment", office.folder, said.out, said.err) == []


def test_a_leak_would_be_noticed(office: Office, key: str, quick: None) -> None:
    with ScriptedApi(lambda _: reply(status=400)) as server:
        at(office, server.url)
        ran = told(office, key)
    assert leaks(office, key, ran) == []
    with (office.month / "run.log").open("a", encoding="utf-8") as log:
        log.write(f"GET /clients.json?api_key={quote(key)}\n")
    assert leaks(office, key, ran)[0].startswith("output/office/2026-10/run.log: ")
