"""What a connection that failed means: the cause in a sentence, and whether to try again.

The texts of the HTTP libraries hold the address of the request, and so the API key: none is quoted.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import TypeVar

import requests
import urllib3

from reports.redaction import Redactor, quote_text
from reports.source.http.response import FEW_TRIES, NO_MORE_TRY, ONE_MORE_TRY, Trouble

TIMEOUT_COST = 5
"""A time-out costs that many retries of the run's budget: waiting for a silent API is what takes long."""

_NETWORK_OR_LATER = "Check the network, or run again later"
_ADDRESS_OR_LATER = "Check the network and account.base_url, or run again later"

_TUNNEL_FAILED = "Tunnel connection failed: "

_NO_PROXY = (
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,
    urllib3.exceptions.LocationParseError,
    urllib3.exceptions.ProxySchemeUnknown,
)
"""The address of the server was judged with the configuration, so it is the proxy's that cannot be read."""

_Error = TypeVar("_Error", bound=BaseException)


def trouble_of(error: BaseException, redact: Redactor) -> Trouble:
    """The trouble behind an exception of `requests`, judged by the errors of Python that led to it."""
    if certificate := _find_cause(error, ssl.SSLCertVerificationError):
        cause = quote_text(getattr(certificate, "verify_message", None) or str(certificate), redact)
        return Trouble(
            f"the server's certificate is not trusted: “{cause}”. Nothing was sent",
            "Check the date of this computer, account.base_url, and whether a proxy needs a certificate of "
            "your company",
            tries=NO_MORE_TRY,
        )
    if trouble := _judge_proxy(error, redact):
        return trouble
    if _find_cause(error, socket.gaierror):
        return Trouble("the name of the server was not found", "Check the network and account.name")
    if _find_cause(error, TimeoutError):
        late = "no complete answer in time"
        return Trouble(late, _NETWORK_OR_LATER, tries=FEW_TRIES, cost=TIMEOUT_COST)
    if _find_cause(error, ConnectionRefusedError):
        return Trouble("the connection was refused", "Check the network and account.base_url")
    if _find_cause(error, ConnectionError, http.client.IncompleteRead, ssl.SSLEOFError):
        return Trouble("the connection broke before the answer was complete", _NETWORK_OR_LATER)
    if tls := _find_cause(error, ssl.SSLError):
        cause = quote_text(tls.reason or "unknown reason", redact)
        insecure = f"no secure connection could be made (“{cause}”)"
        return Trouble(insecure, _ADDRESS_OR_LATER, tries=ONE_MORE_TRY)
    innermost = list(_chain(error))[-1]
    return Trouble(f"what came is not readable as HTTP ({type(innermost).__name__})", _ADDRESS_OR_LATER)


def _judge_proxy(error: BaseException, redact: Redactor) -> Trouble | None:
    """The trouble with a proxy; None where it is none of a proxy's."""
    texts = (str(cause) for cause in _chain(error) if type(cause) is OSError)
    refused = next((text for text in texts if text.startswith(_TUNNEL_FAILED)), "")
    if refusal := refused.removeprefix(_TUNNEL_FAILED):
        said = f"the proxy did not connect: “{quote_text(refusal, redact)}”"
        if refusal.startswith("407"):
            advice = "Write its user and password into the proxy of this computer (HTTPS_PROXY)"
        else:
            advice = (
                "Check whether the proxy of this computer (HTTPS_PROXY) lets it reach InvoiceXpress, or run "
                "again later"
            )
        return Trouble(said, advice, tries=ONE_MORE_TRY)
    if _find_cause(error, *_NO_PROXY):
        return Trouble(
            "the proxy of this computer (HTTPS_PROXY) is no address of an http or https proxy. Nothing was "
            "sent",
            "Correct it, or take it away",
            tries=NO_MORE_TRY,
        )
    if _find_cause(error, urllib3.exceptions.ProxyError):
        return Trouble(
            "the proxy could not be reached",
            "Check the proxy of this computer (HTTPS_PROXY) and the network",
            tries=FEW_TRIES,
        )
    return None


def _find_cause(error: BaseException, *kinds: type[_Error]) -> _Error | None:
    return next((cause for cause in _chain(error) if isinstance(cause, kinds)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and every exception that it holds or that led to it, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        held = (getattr(cause, "reason", None), *cause.args, cause.__context__, cause.__cause__)
        waiting.extend(other for other in held if isinstance(other, BaseException))
