"""Killed at any instant of sending: no client gets two, and each gets one or is said to be unclear."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import Press, interrupted, killed, stopped
from tests.support.crash.remains import State
from tests.support.crash.scene import put
from tests.support.mailroom import EVERYBODY, Mailroom, mailroom
from tests.support.office import tree

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="needs fork"),
    pytest.mark.skipif(sys.platform != "linux", reason="only here can a test say what the system trusts"),
]

CHOSEN = 15
TIMES, STEP_SECONDS = 60, 0.004


@dataclass(frozen=True)
class Scene:
    """A month that is done, to be sent and killed from `before` again and again."""

    room: Mailroom
    press: Press
    before: State
    places: Sequence[str]

    def send(self, **end: object) -> tuple[int, str]:
        """Exit code and words of a `send`; everything that it handed over has arrived."""
        ended = self.press.run("send", self.room.office.config, end=end)
        self.room.server.wait()
        return ended.code, ended.out

    def begin(self) -> None:
        put(self.room.office.output, self.before)
        self.room.server.received.clear()

    def faults(self, said: str) -> list[str]:
        """Clients with two mails, and clients without one of whom that was not `said`."""
        count = Counter(arrived.recipients for arrived in self.room.server.received)
        return [
            f"{client}: {count[recipients]}"
            for client, group in EVERYBODY.items()
            if count[recipients := tuple(group)] != 1
            and (
                count[recipients] > 1 or f"({client}): on 2026-11-02 a mail may have left, or not" not in said
            )
        ]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("mailroom")
    temporary = folder / "temporary"
    temporary.mkdir()
    with mailroom(folder) as room:
        environment = room.office.environment() | room.environment
        with Press(room.office.output, environment, temporary) as press:
            press.run("run", room.office.config)
            before = tree(room.office.output)
            assert press.run("send", room.office.config).code == 0
            put(room.office.output, before)
            places = press.run("send", room.office.config).changes
            yield Scene(room, press, before, places)


def kill(scene: Scene, places: Sequence[str]) -> int:
    """Kills a `send` at each place; how many of them left an unclear mail behind."""
    unclear = 0
    for place in places:
        scene.begin()
        assert scene.send(**killed(place))[0] == -signal.SIGKILL, place
        code, said = scene.send()
        assert scene.faults(said) == [], place
        assert code == (6 if "may have left, or not" in said else 0), place
        unclear += code == 6
    return unclear


def test_killed_anywhere_a_mail_leaves_once_or_is_unclear(scene: Scene, figure: Figure) -> None:
    step = len(scene.places) / CHOSEN
    chosen = [scene.places[int(number * step)] for number in range(CHOSEN)]
    unclear = kill(scene, chosen)
    assert 0 < unclear < CHOSEN
    figure("kill -9 points, sending", len(chosen))


def test_a_journal_that_forgot_would_be_found_out(scene: Scene) -> None:
    scene.begin()
    last = [place for place in scene.places if place.startswith("tls received")][-2]
    scene.send(**killed(last))
    scene.room.journal.unlink()
    code, said = scene.send()
    assert (code, len(scene.faults(said))) == (0, 3)


def test_interrupted_a_mail_under_way_is_ended_first_and_none_is_unclear(scene: Scene) -> None:
    sends = [place for place in scene.places if place.startswith("tls send #")]
    for place in (sends[1], sends[len(sends) // 2], sends[-3]):
        scene.begin()
        code, said = scene.send(**interrupted(place))
        sent = len(scene.room.server.received)
        assert code == 130, said
        assert said.splitlines()[-1].startswith(f"mails sent: {sent}"), place
        code, said = scene.send()
        assert (code, scene.faults(said)) == (0, []), place
        assert said.splitlines()[-1].startswith(f"mails sent: {3 - sent}"), place


@pytest.mark.soak
def test_killed_at_every_place_a_mail_leaves_once_or_is_unclear(scene: Scene, figure: Figure) -> None:
    unclear = kill(scene, scene.places)
    figure("kill -9 points, sending, all", len(scene.places))
    figure("of them with a mail that is unclear", unclear)


@pytest.mark.soak
def test_killed_at_any_time_a_mail_leaves_once_or_is_unclear(scene: Scene, figure: Figure) -> None:
    died = 0
    for number in range(TIMES):
        scene.begin()
        died += scene.send(**stopped((number + 1) * STEP_SECONDS))[0] == -signal.SIGALRM
        assert scene.faults(scene.send()[1]) == [], number
    figure("kills at any time, sending", died)
