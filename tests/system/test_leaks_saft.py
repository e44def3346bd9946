"""The key in no byte of a run or a comparison, whatever the service gives for the account's SAF-T file."""

from functools import partial

import pytest

from reports.sandbox.routes import Request, answer
from reports.source.http import api
from tests.conftest import ANA
from tests.support.office import Office
from tests.support.scripted_api import ScriptedApi, Seen, TurnedClock, reply
from tests.system.test_leaks_runs import FAULTS, KEYS, SAFT, at, leaks, told

FILE_PATH = "/saft.xml"
AT_ONCE = ("error page", "redirect")
"""Faults that are tried at once; the others when there is time."""


@pytest.mark.parametrize(
    "fault", [pytest.param(one, marks=[] if one in AT_ONCE else pytest.mark.soak) for one in FAULTS]
)
def test_the_key_is_nowhere_whatever_comes_for_the_saft_file(
    fault: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For its address, and then for the file."""
    monkeypatch.setattr(api, "Clock", TurnedClock)
    key = KEYS["awkward"]

    def script(seen: Seen, *, has_address: bool) -> bytes:
        if seen.path == FILE_PATH or ("saft" in seen.path and not has_address):
            return FAULTS[fault](key, seen)
        if "saft" in seen.path:
            return reply({"Url": f"{server.url}{FILE_PATH}"})
        request = Request(seen.method, seen.path, seen.query, seen.body.decode(), seen.arrays)
        made = answer(request, office.sandbox.account_data)
        return reply(made.text, status=made.status, content_type=made.content_type)

    for has_address in (False, True):
        with ScriptedApi(partial(script, has_address=has_address)) as server:
            at(office, server.url, ANA)
            ran = told(office, key, "run", str(office.config), "-v")
            reconciled = told(office, key, "reconcile", str(office.config), "-v")
        assert (FILE_PATH in {seen.path for seen in server.seen}) is has_address
        assert (ran.code, reconciled.code) == (0, 6)
        assert office.record["account_month"]["saft"]["state"] == "not-compared"
        assert not (office.month / "source" / SAFT).exists()
        assert leaks(office, key, ran, reconciled) == []
