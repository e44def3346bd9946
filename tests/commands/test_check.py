"""check as the doctor: everything is looked at, each with what was found, or what to do."""

import itertools
import os
import re
import secrets
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from reports.commands.check import check
from reports.redaction import Redactor
from reports.sandbox.documents import Raw
from reports.sandbox.server import Sandbox
from reports.settings.loader import load
from reports.source.page_size import DOCUMENTED
from tests.support.leaks import places_of
from tests.support.mail_server import USER, Authority, MailServer
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, NOW, Office, Said, account, tree
from tests.support.scripted_api import ScriptedApi, Seen, document, listing, reply
from tests.system.test_crash_disk import disk

__all__ = ["disk"]

ANA, RUI, EVA, NOBODY = 101, 102, 103, 404


def look(office: Office, **variables: str) -> Said:
    return office.type("check", office.config, **variables)


def item(said: Said, name: str) -> str:
    """The one line on `name`."""
    (found,) = (line for line in said.out.splitlines() if f" {name}: " in line)
    return found


def test_every_item_is_told_with_its_sign_and_nothing_is_written(office: Office) -> None:
    office.configure([ANA, {"id": RUI, "name": "R :e"}])
    before = tree(office.folder)
    said = look(office)
    assert (said.code, said.err) == (0, "")
    *lines, last = said.out.splitlines()
    assert last == "A run would go through. Exit code 0."
    assert [line for line in lines if not line.startswith("office: ✓ ")] == []
    assert [line.removeprefix("office: ✓ ").partition(": ")[0].partition(" /")[0] for line in lines] == [
        "configuration",
        "output",
        "space",
        "last run",
        "key",
        "connection",
        "API",
        "client 101",
        "client 102 R :e",
    ]
    assert tree(office.folder) == before


def test_a_screen_without_the_sign_is_told_in_words(office: Office) -> None:
    office.configure([ANA])
    said = office.spawn("check", office.config, PYTHONIOENCODING="cp1252")
    assert (said.code, said.err) == (0, "")
    assert "office: ok: last run: there is none yet" in said.out
    assert "?" not in said.out


@pytest.mark.skipif(os.name == "nt", reason="needs id")
def test_the_user_whose_keyring_it_is_is_named_by_the_system(office: Office) -> None:
    user = subprocess.run(["id", "-un"], capture_output=True, encoding="utf-8", check=True).stdout.strip()
    said = look(office, USER="somebody", LOGNAME="somebody", USERNAME="somebody")
    assert f"of the user {user}; a scheduled task needs it too" in said.out


def test_the_last_run_is_told_with_its_end_and_meaning(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.run().code == 0
    said = look(office)
    assert item(said, "last run") == (
        "office: ✓ last run: 2026-10, ended 2026-11-02 06:30 with 0 (every client done): "
        "1 of 1 clients ready. Exit code 0."
    )
    office.configure([ANA, NOBODY], output=HTML_ONLY)
    assert office.run("--period", "2026-09").code == 3
    later = {"SOURCE_DATE_EPOCH": f"{(NOW + timedelta(days=1)).timestamp():.0f}"}
    assert office.run("--period", "2026-09", **later).code == 3
    said = look(office, **later)
    assert "last run: 2026-09, ended 2026-11-03 06:30 with 3 (some clients failed): " in said.out
    assert "still scheduled" not in said.out


def test_a_run_that_is_long_ago_makes_one_ask(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY, time_zone="Pacific/Auckland")
    assert office.run().code == 0
    for days, is_doubted in ((35, False), (36, True)):
        later = look(office, SOURCE_DATE_EPOCH=f"{(NOW + timedelta(days=days)).timestamp():.0f}")
        assert "ended 2026-11-02 19:30" in item(later, "last run")
        assert (f"That is {days} days ago: is it still scheduled?" in later.out) == is_doubted
        assert later.code == 0


def test_a_disk_with_little_room_is_told_before_a_run_fills_it(tmp_path: Path, disk: Path) -> None:
    with Sandbox(account_data=account({ANA: "Ana"})) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure([ANA], output={"folder": str(disk / "output")})
        said = look(office)
    assert said.code == 8
    assert "NOT OK: space: only 6" in said.out
    assert f"MB are free in {disk / 'output'}, and a run may take 100 MB; free some" in said.out


def test_a_run_may_take_twice_what_the_last_one_took(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.run().code == 0
    # "1,234 MB" would be another number in Portuguese.
    assert re.fullmatch(r".*[^\d,][0-9]+ MB are free; a run may take 100 MB", item(look(office), "space"))
    with (office.month / "source" / "big").open("wb") as file:
        file.truncate(90_000_000)
    assert item(look(office), "space").endswith("a run may take 180 MB")


def look_at(office: Office, server: ScriptedApi, clients: list[int | Raw] | str) -> Said:
    """`check` of an account behind another server."""
    account = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": server.url}
    office.configure(clients, account=account)
    return look(office)


def test_a_service_that_refuses_large_pages_is_no_trouble(office: Office) -> None:
    def script(seen: Seen) -> bytes:
        if seen.path == "/clients.json":
            return reply(listing([{"id": ANA}], name="clients"))
        if int(seen.query["per_page"]) > DOCUMENTED:
            return reply({"errors": [{"error": "per_page is too large"}]}, status=422)
        return reply(listing([document(1, ANA)]))

    with ScriptedApi(script) as server:
        said = look_at(office, server, [ANA])
    assert (said.code, said.out.splitlines()[-2]) == (0, f"office: ✓ client {ANA}: 1 documents")


def test_a_list_of_clients_without_an_end_is_not_followed(office: Office) -> None:
    def script(seen: Seen) -> bytes:
        return reply(listing([{"id": seen.count}], name="clients", total_pages=900_000_000))

    with ScriptedApi(script) as server:
        said = look_at(office, server, "all")
        assert (said.code, len(server.seen)) == (4, 1)
    assert "900,000,000 pages are announced" in said.out


def test_the_proxy_is_named_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = secrets.token_hex(12)
    path = tmp_path / "config.yaml"
    path.write_text("account: {name: office, api_key: '${SOME_KEY}'}\nclients: all\n", "utf-8")
    monkeypatch.setenv("SOME_KEY", secrets.token_hex(20))
    for name in ("HTTPS_PROXY", "https_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    ways = []
    for proxy in ("", f"http://ana:{password}@proxy.example:3128", "proxy.example:3128/"):
        monkeypatch.setenv("https_proxy", proxy)
        # What comes after this item is asked only of those who wait for it.
        items = check(load(path), now=lambda: NOW, redact=Redactor())
        found = next(itertools.dropwhile(lambda one: "connection" not in one.message, items))
        ways.append(
            found.message.removeprefix("connection: TLS, verified with the certificates of this system, ")
        )
    assert ways == ["without a proxy", *["through the proxy proxy.example:3128"] * 2]


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.skipif(sys.platform != "linux", reason="only here SSL_CERT_FILE says what the system trusts")
def test_the_mail_server_is_spoken_to_and_nothing_is_sent(office: Office, authority: Authority) -> None:
    trust = {"SSL_CERT_FILE": str(authority.bundle)}
    with MailServer(authority.server()) as server:
        email = {"from": "contas@example.com", "when": "send", "smtp": server.settings()}
        office.configure([ANA, {"id": RUI, "email": {"to": ["rui@example.com"]}}], email=email)
        said = look(office, SMTP_PASSWORD=server.password, **trust)
        server.wait()
        assert (said.code, said.err) == (0, "")
        assert "✓ mail: send, from contas@example.com" in said.out
        assert f"✓ mail: no address in to, and so none for {ANA}\n" in said.out
        assert f"port {server.port}, answers over TLS and lets {USER} in; nothing was sent" in said.out
        assert [step for step, _ in server.steps if step in ("AUTH", "MAIL")] == ["AUTH"]
        assert places_of(server.password, said.out) == []

        wrong = secrets.token_urlsafe(24)
        said = look(office, SMTP_PASSWORD=wrong, **trust)
        server.wait()
        assert said.code == 4
        assert f"office: NOT OK: mail server {server.settings()['host']}, port {server.port}: " in said.out
        assert places_of(wrong, said.out) == []

        said = look(office, **trust)
        assert said.code == 2
        assert "NOT OK: the environment variable SMTP_PASSWORD is not set" in said.out

        said = look(office, SMTP_PASSWORD=server.password)
        assert said.code == 4
        assert f"NOT OK: mail server {server.settings()['host']}, port {server.port}: " in said.out
        assert server.received == []


@pytest.mark.parametrize(
    ("options", "variables", "code"),
    [
        ({}, {"SMTP_PASSWORD": "secret"}, 0),
        ({}, {}, 0),
        ({"operator": "eva@example.com"}, {"SMTP_PASSWORD": "secret"}, 0),
        ({"operator": "eva@example.com"}, {}, 2),
        ({"when": "send"}, {"SMTP_PASSWORD": "secret"}, 4),
        ({"when": "send"}, {}, 2),
    ],
)
def test_a_mail_server_that_a_run_does_not_need_is_a_note(
    office: Office, options: Raw, variables: dict[str, str], code: int
) -> None:
    smtp = {"host": "127.0.0.1", "port": 9, "user": "contas", "password": "${SMTP_PASSWORD}"}
    office.configure([ANA], email={"from": "contas@example.com", "smtp": smtp} | options, output=HTML_ONLY)
    said = look(office, **variables)
    assert said.code == code
    wanted = "office: NOT OK: " if code else "office: note: "
    (line,) = (line for line in said.out.splitlines() if line.startswith(wanted))
    assert ("A run makes its drafts without it; send needs it" in line) == (code == 0)
    assert ("A run would go through. Exit code 0." in said.out) == (code == 0)


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
@pytest.mark.parametrize("kind", ["folder", "file", "loop", "nowhere"])
@pytest.mark.parametrize(
    "name",
    [
        *("run.json", "run.log", "index.html", "summary.xlsx", "../.lock", "source/101.jsonl.gz"),
        *("../../RESULT.html", "source", "ana-101", "../2026-10", "../../office"),
    ],
)
def test_what_makes_a_run_end_with_8_is_told_before_it_and_nothing_else_is(
    office: Office, name: str, kind: str
) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.run().code == 0
    place = office.month / name
    place = place.parent.resolve() / place.name
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    if kind == "folder":
        place.mkdir()
    elif kind == "file":
        place.write_text("", "utf-8")
    else:
        place.symlink_to(place.name if kind == "loop" else "nowhere")
    said = office.type("check", office.config)
    assert (said.code == 8) == (office.run().code == 8), said.out
    assert (said.code == 8) == (place.name in said.out.partition("NOT OK")[2]), said.out
