"""HTTP that asks nobody but who it is told to ask: certificates, proxies, no cookies and no .netrc."""

import random
import ssl
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reports.errors import ConfigError, UnreachableError
from reports.source.http import transport
from reports.source.http.api import Api
from tests.support.asking import (
    GOOD,
    PAGE,
    always,
    api_of,
    ask,
    drip,
    drip_of_body,
    failure_of,
    raw,
    show_everything,
)
from tests.support.scripted_api import KEY, ScriptedApi, TurnedClock, reply


@pytest.mark.parametrize("origin", ["http://my-company.example", "http://192.0.2.1", "ftp://127.0.0.2x"])
def test_the_key_is_sent_to_no_plain_address_but_loopback(origin: str) -> None:
    with pytest.raises(ConfigError, match="https://"):
        Api(origin, KEY)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"])
def test_loopback_is_never_asked_through_a_proxy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedApi(lambda _: reply(status=500)) as proxy, ScriptedApi(lambda _: GOOD) as server:
        monkeypatch.setenv(name, proxy.url)
        ask(server)
    assert proxy.seen == []


@pytest.mark.parametrize("refusal", ["407 Who are you", "403 Not there"])
def test_https_goes_through_the_proxy_of_the_environment_and_tells_it_nothing(
    monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    with ScriptedApi(always(raw(f"HTTP/1.1 {refusal}\r\n\r\n".encode()))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with (
            closing(Api("https://my-company.example", KEY, clock=TurnedClock())) as api,
            pytest.raises(UnreachableError, match=f"the proxy did not connect: “{refusal}”") as caught,
        ):
            api.documents_page(7, 1, {})
    assert [seen.method for seen in proxy.seen] == ["CONNECT", "CONNECT"]
    assert KEY not in repr(proxy.seen)
    assert KEY not in show_everything(caught.value)
    # Of refusals, this one has a remedy at this computer.
    assert ("user and password" in str(caught.value)) is refusal.startswith("407")


def test_a_proxy_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = TurnedClock()
    with ScriptedApi(drip(clock, b"HTTP/1.1 200 OK\r\nX: ", b"y")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with (
            closing(Api("https://my-company.example", KEY, clock=clock)) as api,
            pytest.raises(UnreachableError, match="in time"),
        ):
            api.documents_page(7, 1, {})


def test_a_host_that_needs_no_proxy_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "my-company.example")
    assert transport.find_proxies("https://my-company.example") == {}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> "Authority":
    if sys.platform != "linux":
        pytest.skip("only here can a test say what the system trusts, by SSL_CERT_FILE")
    pytest.importorskip("cryptography")
    return Authority(tmp_path_factory.mktemp("certificates"))


class Authority:
    """Signs certificates for one test run."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._certificate("authority", self.key.public_key(), is_authority=True))

    def server(self, name: str, *, days: int = 30) -> ssl.SSLContext:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        key = ec.generate_private_key(ec.SECP256R1())
        chain = self.folder / f"{random.getrandbits(64):x}.pem"
        chain.write_bytes(
            self._certificate(name, key.public_key(), days=days)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _certificate(self, name: str, key: object, *, days: int = 30, is_authority: bool = False) -> bytes:
        import ipaddress

        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.x509.oid import NameOID

        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("authority"))
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=90))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if not is_authority:
            address = x509.IPAddress(ipaddress.ip_address(name))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_certificate_the_system_trusts_is_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    with ScriptedApi(lambda _: GOOD, tls=authority.server("127.0.0.1")) as server:
        ask(server)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("name", "days", "is_known", "words"),
    [
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("127.0.0.2", 30, True, "IP address mismatch"),
        ("127.0.0.1", 30, False, "unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_is_not_trusted_ends_it_with_the_cause(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: int,
    is_known: bool,
    words: str,
) -> None:
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    counted = []
    with (
        ScriptedApi(lambda _: GOOD, tls=authority.server(name, days=days)) as server,
        closing(api_of(server)) as api,
        pytest.raises(UnreachableError, match="certificate is not trusted") as caught,
    ):
        api.documents_page(7, 1, {}, on_request=lambda: counted.append(1))
    assert words in str(caught.value)
    assert len(counted) == 1
    assert server.seen == []
    assert KEY not in show_everything(caught.value)


def test_a_request_over_tls_has_its_time_too(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    clock = TurnedClock()
    with ScriptedApi(drip_of_body(clock), tls=authority.server("127.0.0.1")) as server:
        assert "in time" in str(failure_of(server, clock))


def test_neither_netrc_nor_cookies_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("default login somebody password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    answer = reply(PAGE, set_cookie="session=1; Path=/")
    with ScriptedApi(lambda _: answer) as server, closing(api_of(server)) as api:
        api.documents_page(7, 1, {})
        api.documents_page(7, 2, {})
    assert all("authorization" not in seen.headers and "cookie" not in seen.headers for seen in server.seen)
