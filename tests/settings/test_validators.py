"""What a single value of the configuration may be, and how it comes out."""

import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.settings import validators
from reports.settings.config import resolve_period
from reports.settings.loader import load
from tests.support.configurations import SHORTEST, read_refusal, write_config

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://API.Example.com/", "https://api.example.com"),
        ("https://api.example.com:8443/", "https://api.example.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_base_url_is_https_or_loopback(tmp_path: Path, address: str, origin: str) -> None:
    config = load(
        write_config(tmp_path, f"account: {{name: my-company, base_url: '{address}'}}\nclients: all")
    )
    assert config.account.origin == origin


@pytest.mark.parametrize(
    "address",
    [
        "http://127.1",
        "http://0.0.0.0",
        "http://[::2]",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "https://",
        "https:///clients",
        "https://api.example.com?",
        "https://api.example.com#",
        "https://ana@api.example.com",
        "https://:@api.example.com",
        "https://api.example.com\\@localhost",
        "https://[::1",
        "https://api.example.com:0x50",
        "https://exämple.com",
        "https://api example.com",
        " https://api.example.com",
        "https://api.exa\tmple.com",
        "https://-api.example.com",
        "ftp://127.0.0.1",
        "//127.0.0.1",
    ],
)
def test_base_url_that_could_show_the_key_is_refused(tmp_path: Path, address: str) -> None:
    said = read_refusal(
        write_config(tmp_path, f"account: {{name: my-company, base_url: '{address}'}}\nclients: all")
    )
    assert [line.split(" ")[:2] for line in said] == [["config.yaml:1:39:", "account.base_url:"]]


def test_key_may_live_in_an_environment_variable(tmp_path: Path) -> None:
    text = "account: {name: my-company, api_key: '${INVOICEXPRESS_API_KEY}'}\nclients: all\n"
    assert load(write_config(tmp_path, text)).account.api_key == "${INVOICEXPRESS_API_KEY}"


def test_output_folder_is_relative_to_the_file_not_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings").mkdir()
    write_config(tmp_path / "settings", SHORTEST + "output: {folder: ../reports/./monthly}\n")
    monkeypatch.chdir(tmp_path)
    config = load(Path("settings/config.yaml"))
    assert config.output.folder == tmp_path.resolve() / "reports" / "monthly"
    assert config.path == tmp_path / "settings" / "config.yaml"
    absolute = write_config(tmp_path, SHORTEST + f"output: {{folder: '{tmp_path / 'elsewhere'}'}}\n")
    assert load(absolute).output.folder == tmp_path.resolve() / "elsewhere"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_output_folder_that_links_in_a_circle_is_refused_or_kept(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    config = write_config(tmp_path, SHORTEST + "output: {folder: one}\n")
    if sys.version_info < (3, 13):
        assert read_refusal(config) == [
            "config.yaml:3:18: output.folder: links lead this folder in a circle: write another"
        ]
    else:
        assert load(config).output.folder == tmp_path / "one"


@pytest.mark.parametrize(
    ("written_as", "label"),
    [
        ("last-month", "2026-10"),
        ("this-quarter", "2026-Q4"),
        ("2026-10", "2026-10"),
        ("'2026-10'", "2026-10"),
        ("2026-Q3", "2026-Q3"),
        ("2025", "2025"),
        ("'2025'", "2025"),
        ("2026-10-01_2026-10-20", "2026-10-01_2026-10-20"),
        ("{from: 2026-10-01, to: 2026-10-20}", "2026-10-01_2026-10-20"),
        ("{from: '2026-10-01', to: '2026-10-31'}", "2026-10"),
        ("{to: 2026-10-01, from: 2026-10-01}", "2026-10-01_2026-10-01"),
    ],
)
def test_period_takes_every_documented_form(tmp_path: Path, written_as: str, label: str) -> None:
    config = load(write_config(tmp_path, SHORTEST + f"period: {written_as}\n"))
    assert resolve_period(config, TODAY).label == label


@pytest.mark.parametrize(
    ("written", "travels"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana.Lopes+iva@Example.COM", "Ana.Lopes+iva@example.com"),
        ("o'neill@example.co.uk", "o'neill@example.co.uk"),
        ("a@xn--padaria-po-n5a.example", "a@xn--padaria-po-n5a.example"),
        ("a@padaria-pão.example", "a@xn--padaria-po-n5a.example"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_one_plain_address_is_taken_as_it_travels(written: str, travels: str) -> None:
    assert validators.address(written) == travels


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ana",
        "@example.com",
        "ana@",
        "ana@example",
        "ana@example.com.",
        "ana@.example.com",
        "ana@example..com",
        "ana@-example.com",
        "ana@[192.0.2.1]",
        "ana@192.0.2.1",
        "ana@@example.com",
        ".ana@example.com",
        "ana..b@example.com",
        "ana lopes@example.com",
        "ana@example.com\r\nBcc: eva@example.com",
        "Ana <ana@example.com>",
        "<ana@example.com>",
        '"ana"@example.com',
        "ana(x)@example.com",
        "ana\0@example.com",
        "añä@example.com",
        "ana@exa\u202emple.com",
        "ana@straße.example",
        "ana@example。com",
        "ana@\ud800.example",
        "a" * 65 + "@example.com",
        "ana@" + "a" * 64 + ".com",
        "ana@" + "a.b" * 90 + ".com",
        "mailto:ana@example.com?bcc=eva@example.com",
    ],
)
def test_what_is_not_one_plain_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write|as long"):
        validators.address(written)
    assert validators.parse_known_addresses(written) == ()
    is_one_more = bool(written)
    assert (
        validators.parse_known_addresses(f"eva@example.com; {written}") == ("eva@example.com",)[is_one_more:]
    )


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ana@example.com, Eva@Example.com", ("ana@example.com", "Eva@example.com")),
        ("ana@example.com;eva@example.com", ("ana@example.com", "eva@example.com")),
        ("ana@example.com; ana@EXAMPLE.com;", ("ana@example.com",)),
        (" ana@example.com", ("ana@example.com",)),
        ("ana@example.com ", ("ana@example.com",)),
        ("ana@example.com\n", ("ana@example.com",)),
    ],
)
def test_what_is_not_one_plain_address_may_be_read_where_somebody_else_wrote_it(
    written: str, found: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="write"):
        validators.address(written)
    assert validators.parse_known_addresses(written) == found


@pytest.mark.parametrize("written", [None, "", " ", ";", " , ;"])
def test_a_field_without_an_address_has_none(written: str | None) -> None:
    assert validators.parse_known_addresses(written) == ()


@given(st.text())
@example("ana@example.com")
@example("ana@example.com; eva@example.com")
def test_what_is_taken_for_an_address_can_stand_in_a_header(text: str) -> None:
    for found in validators.parse_known_addresses(text):
        assert found.isascii()
        assert found.isprintable()
        assert not set(found) & set(' ,;:<>()[]\\"')
        assert validators.address(found) == found
