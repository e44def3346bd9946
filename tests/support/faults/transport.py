"""Faults of the connection: the answer breaks, crawls, never ends, or comes in an unusual form."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from tests.support.faults.kinds import FAIL, RECOVER, TOLERATE, Answer, Exchange, Kind, raw, said
from tests.support.scripted_api import HangUpError, ResetError, reply

DRIP_SECONDS = 4.0
SLOW_SECONDS = 6.0
TOO_LARGE_BYTES = 34 * 1024**2
PIECE = b" " * 65_536
BREAKS_OFF = "the connection broke before the answer was complete"
NOT_HTTP = "what came is not readable as HTTP"
TOO_LATE = "no complete answer in time"
TOO_LARGE = "a page of more than 32 MB"
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _broken(name: str, answer: Answer, says: str = BREAKS_OFF, *, misses: int = 2) -> Kind:
    return Kind("transport", name, FAIL, RECOVER, answer, says, misses)


def _fine(name: str, answer: Answer) -> Kind:
    return Kind("transport", name, TOLERATE, TOLERATE, answer)


def _with_length(exchange: Exchange) -> bytes:
    return JSON_HEAD + b"Content-Length: %d\r\n\r\n" % len(exchange.body) + exchange.body


def _chunked(exchange: Exchange, size: int = 1000) -> bytes:
    body = exchange.body
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + framed


def _half_length(exchange: Exchange) -> bytes:
    return JSON_HEAD + b"Content-Length: %d\r\n\r\n" % (len(exchange.body) // 2) + exchange.body


def _pieces(make: Callable[[Exchange], bytes]) -> Callable[[Exchange], Iterator[bytes]]:
    return lambda exchange: iter([make(exchange)])


def _cut(make: Callable[[Exchange], bytes], bytes_short: int, end: type[Exception] = HangUpError) -> Answer:
    return raw(lambda exchange: [make(exchange)[:-bytes_short]], end)


def _silence(*, after: int) -> Answer:
    def answer(exchange: Exchange) -> Iterator[bytes]:
        yield _with_length(exchange)[:after]
        exchange.outlast()
        raise HangUpError

    return answer


def _drip(*, after: int) -> Answer:
    def answer(exchange: Exchange) -> Iterator[bytes]:
        whole = _with_length(exchange)
        yield whole[:after]
        for place in range(after, len(whole)):
            exchange.wait(DRIP_SECONDS)
            yield whole[place : place + 1]

    return answer


def _slow(exchange: Exchange) -> Iterator[bytes]:
    whole = _with_length(exchange)
    for piece in (whole[:20], whole[20:200], whole[200:]):
        exchange.wait(SLOW_SECONDS)
        yield piece


def _endless(exchange: Exchange) -> Iterator[bytes]:
    yield JSON_HEAD + b"\r\n"
    for _ in range(TOO_LARGE_BYTES // len(PIECE)):
        yield PIECE


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * TOO_LARGE_BYTES)


def _packed(pack: Callable[[bytes], bytes], coding: str) -> Answer:
    return lambda exchange: reply(pack(exchange.body), content_encoding=coding)


def _in_front(head: bytes) -> Answer:
    return lambda exchange: head + _with_length(exchange)


def _headed(lines: bytes) -> Answer:
    return lambda exchange: _with_length(exchange).replace(b"\r\n", b"\r\n" + lines + b"\r\n", 1)


def _leads_elsewhere(exchange: Exchange) -> bytes:
    away = f"{exchange.elsewhere}/?api_key={exchange.key}"
    lines = (
        f"Refresh: 0; url={away}\r\nLink: <{away}>; rel=next\r\nContent-Location: {away}\r\nLocation: {away}"
    )
    return _headed(f'{lines}\r\nAlt-Svc: h2="{exchange.elsewhere}"'.encode())(exchange)  # type: ignore[return-value]


def _bad_checksum(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[:-8] + bytes(byte ^ 255 for byte in packed[-8:-4]) + packed[-4:]


TRANSPORT = (
    _broken("closed without an answer", raw(lambda _: [])),
    _broken("reset", raw(lambda _: [], ResetError)),
    _broken("reset in the headers", raw(lambda _: [JSON_HEAD[:25]], ResetError)),
    _broken("reset in the body", _cut(_with_length, 99, ResetError)),
    _broken("closed in the status line", raw(lambda _: [b"HTTP/1."]), NOT_HTTP),
    _broken("cut by length", _cut(_with_length, 5)),
    _broken("cut in the headers", raw(lambda _: [JSON_HEAD[:30]]), "got nothing", misses=1),
    _broken(
        "cut without a length", raw(lambda x: [JSON_HEAD + b"\r\n" + x.body[:-9]]), "JSON that is cut short"
    ),
    _broken("cut in a chunk", _cut(_chunked, 40)),
    _broken("cut between chunks", _cut(_chunked, 5), ""),
    _broken(
        "a chunk of no size", raw(lambda x: [_chunked(x).replace(b"\r\n\r\n", b"\r\n\r\nxyz\r\n", 1)]), ""
    ),
    _broken(
        "a chunk of negative size",
        raw(lambda x: [_chunked(x).replace(b"\r\n\r\n", b"\r\n\r\n-5\r\n", 1)]),
        "",
    ),
    _broken(
        "a chunk of enormous size",
        raw(lambda x: [_chunked(x).replace(b"\r\n\r\n", b"\r\n\r\n" + b"f" * 30 + b"\r\n", 1)]),
        "",
    ),
    _broken(
        "an enormous length",
        raw(lambda x: [_with_length(x).replace(b"Length: ", b"Length: 9" + b"0" * 30)]),
        "",
    ),
    _broken("not HTTP", raw(lambda _: [b"SSH-2.0-OpenSSH_9.9\r\n\r\n"]), NOT_HTTP),
    _broken("a mail server", raw(lambda _: [b"220 mail.example ESMTP\r\n"]), NOT_HTTP),
    _broken("bytes of TLS", raw(lambda _: [b"\x15\x03\x01\x00\x02\x02\x46"]), ""),
    _broken("a status that is no number", raw(lambda _: [b"HTTP/1.1 abc\r\n\r\n"]), NOT_HTTP),
    _broken("an endless header", raw(lambda _: [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000]), ""),
    _broken(
        "too many headers", raw(lambda _: [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"]), NOT_HTTP
    ),
    _broken("two lengths", raw(lambda x: [_with_length(x).replace(b"Length: ", b"Length: 5, ")]), NOT_HTTP),
    _broken("a length of half the body", _half_length, "", misses=1),
    _broken("gzip that is none", said(b"not gzip", content_encoding="gzip"), ""),
    _broken("gzip cut short", _packed(lambda body: gzip.compress(body)[:-20], "gzip"), ""),
    _broken("gzip with a wrong checksum", _packed(_bad_checksum, "gzip"), ""),
    _broken("deflate that is none", said(b"not deflate", content_encoding="deflate"), ""),
    _broken("an encoding nobody asked for", _packed(zlib.compress, "br"), "not UTF-8", misses=1),
    _broken("silence", _silence(after=0), TOO_LATE, misses=1),
    _broken("silence in the headers", _silence(after=30), TOO_LATE, misses=1),
    _broken("silence in the body", _silence(after=300), TOO_LATE, misses=1),
    _broken("a drip of headers", _drip(after=0), TOO_LATE, misses=1),
    _broken("a drip of the body", _drip(after=200), TOO_LATE, misses=1),
    _broken("an endless body", raw(_endless), TOO_LARGE, misses=1),
    _broken("a gzip bomb", lambda _: reply(_bomb(), content_encoding="gzip"), TOO_LARGE, misses=1),
    _fine("slow, but in time", _slow),
    _fine("closed after the answer", raw(_pieces(_with_length))),
    _fine("closed after the answer, and said so", raw(_pieces(lambda x: reply(x.body, connection="close")))),
    _fine("HTTP/1.0 without a length", raw(lambda x: [b"HTTP/1.0 200 OK\r\n\r\n" + x.body])),
    _fine("chunks of one byte", lambda x: _chunked(x, 1)),
    _fine("chunks with a trailer", lambda x: _chunked(x)[:-2] + b"X-After: all\r\n\r\n"),
    _fine("gzip", _packed(gzip.compress, "gzip")),
    _fine("deflate", _packed(zlib.compress, "deflate")),
    _fine("100 before the answer", _in_front(b"HTTP/1.1 100 Continue\r\n\r\n")),
    _fine("an answer too many", lambda x: _with_length(x) * 2),
    _fine("cookies", _headed(b"Set-Cookie: a=b; Domain=127.0.0.1\r\nSet-Cookie: c=d")),
    _fine("headers that lead elsewhere", _leads_elsewhere),
    _fine(
        "no content type", lambda x: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(x.body) + x.body
    ),
    _fine("called a web page", lambda x: reply(x.body, content_type="text/html; charset=latin-1")),
)
