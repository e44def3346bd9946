"""The journal of mail: what it says of a client after any death, and that nothing is sent on a guess."""

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest

from reports.deliver.record import Entry
from reports.errors import WriteError
from reports.mail.journal import FILE_NAME, Event, Letter, Outbox, digest_figures
from tests.support.papers import paper
from tests.support.records import build_ready

ANA = 101
MONTH = "2026-10"
LETTER = Letter(
    client=ANA,
    period=MONTH,
    message_id="<1@example.com>",
    recipients=("ana@example.com",),
    sha256="0" * 64,
    at=dt.datetime(2026, 11, 2, 6, 30, tzinfo=dt.UTC),
)
SENT = replace(LETTER, event=Event.SENT)
LIKE_LINES = [
    '{"at":"yesterday","event":"sent","client":1,"period":"p","message_id":"m","recipients":[],"sha256":""}',
    '{"at":"2026-11-02T06:30Z","event":"eaten","client":1,"period":"p","message_id":"m","recipients":[],"sha256":""}',
    '{"at":"2026-11-02T06:30Z","event":"sent","client":"1","period":"p","message_id":"m","recipients":[],"sha256":""}',
    '{"at":"2026-11-02T06:30Z","event":"sent","client":1,"period":"p","recipients":[],"sha256":""}',
    '{"at":"2026-11-02T06:30Z","event":"sent","client":1,"period":"p","message_id":5,"recipients":[],"sha256":""}',
    '{"at":"2026-11-02T06:30Z","event":"sent","client":1,"period":"p","message_id":"m","recipients":"a","sha256":""}',
    '{"at":"2026-11-02T06:30Z","event":"sent","client":1,"period":"","message_id":"","recipients":[],"sha256":"","refused":[1]}',
    '{"at":"2026-11-02T06:30Z","event":"sent","client":1,"period":"p","message_id":"m","recipients":[],"sha256":"","figures":1}',
]


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    noted = replace(SENT, figures="1" * 64, refused={"bea@example.com": "550 não existe"}, reason="só parte")
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    outbox.note(noted)
    assert outbox.last(ANA, MONTH) == Outbox(tmp_path).last(ANA, MONTH) == noted


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_a_pipe_in_place_of_the_journal_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE_NAME)
    with pytest.raises(WriteError, match="no regular file"):
        Outbox(tmp_path)


def test_an_announcement_without_a_note_is_unclear(tmp_path: Path) -> None:
    Outbox(tmp_path).announce(LETTER)
    last = Outbox(tmp_path).last(ANA, MONTH)
    assert last == LETTER
    assert last.is_unclear
    assert last.event is Event.INTENT


@pytest.mark.parametrize("event", [Event.FAILED, Event.REFUSED])
def test_what_did_not_arrive_leaves_what_was_known_before(tmp_path: Path, event: Event) -> None:
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    outbox.note(replace(LETTER, event=event))
    assert outbox.last(ANA, MONTH) is None
    outbox.announce(LETTER)
    outbox.note(SENT)
    outbox.announce(LETTER)
    outbox.note(replace(LETTER, event=event))
    assert Outbox(tmp_path).last(ANA, MONTH) == SENT


def test_clients_and_periods_are_kept_apart(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    outbox.note(SENT)
    assert outbox.last(102, MONTH) is None
    assert outbox.last(ANA, "2026-11") is None


def test_cut_anywhere_a_line_counts_whole_or_not_at_all_and_the_next_one_is_sound(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    first = path.read_bytes()
    outbox.note(SENT)
    whole = path.read_bytes()
    edges = {at + near for at in (0, len(first), len(whole)) for near in (-2, -1, 0, 1)}
    for size in sorted({*edges, *range(0, len(whole), 29)} & {*range(len(whole) + 1)}):
        path.write_bytes(whole[:size])
        cut = Outbox(tmp_path)
        last = cut.last(ANA, MONTH)
        # A line without its line break is whole.
        expected = None if size < len(first) - 1 else LETTER if size < len(whole) - 1 else SENT
        assert last == expected, size
        cut.announce(replace(LETTER, client=102))
        assert Outbox(tmp_path).last(102, MONTH), size
        assert Outbox(tmp_path).last(ANA, MONTH) == expected, size


TAILS = [
    ('{"at":"2026-11-02T06:30:00Z","event":"sent","client":101}', "an event without its fields"),
    ('{"at":"2026-11-02T06:30:00Z","event":"sent","client":101}  ', "blanks behind it"),
    ('\ufeff {"event":"eaten","kind":"a newer version"}', "a mark before it"),
    ("{}", "an empty one"),
]


@pytest.mark.parametrize("tail", [tail for tail, _ in TAILS], ids=[name for _, name in TAILS])
def test_a_tail_that_holds_a_whole_object_stops_everything_and_stays(tmp_path: Path, tail: str) -> None:
    Outbox(tmp_path).announce(LETTER)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes() + tail.encode())
    before = path.read_bytes()
    with pytest.raises(WriteError, match="its last line has no end, and holds more than the rest of a line"):
        Outbox(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("end", [b"\r", b" ", b""])
def test_a_journal_whose_line_ends_are_gone_is_no_torn_line(tmp_path: Path, end: bytes) -> None:
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    outbox.note(SENT)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b"\n", end))
    with pytest.raises(WriteError, match=r"Look at the end of it.*or bring the file back from a backup"):
        Outbox(tmp_path)


def test_a_journal_that_an_editor_saved_as_utf_16_stops_everything(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes().decode().rstrip().encode("utf-16"))
    with pytest.raises(WriteError):
        Outbox(tmp_path)


def test_a_line_cut_within_an_object_of_its_own_is_torn(tmp_path: Path) -> None:
    Outbox(tmp_path).announce(LETTER)
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(b'{"at":"2026-11-02T06:30:00Z","event":"sent","refused":{"bea@example.com":"550"},"rea')
    assert Outbox(tmp_path).last(ANA, MONTH) == LETTER


def test_a_tail_of_zeros_as_a_power_cut_leaves_it_announced_nothing(tmp_path: Path) -> None:
    Outbox(tmp_path).announce(LETTER)
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(bytes(200))
    outbox = Outbox(tmp_path)
    outbox.note(SENT)
    assert b"\0" not in (tmp_path / FILE_NAME).read_bytes()
    assert Outbox(tmp_path).last(ANA, MONTH) == SENT


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"event":"sent"}',
        *(line.encode() for line in LIKE_LINES),
        b"[" * 100_000,
    ],
)
def test_a_whole_line_that_cannot_be_read_stops_everything(tmp_path: Path, line: bytes) -> None:
    Outbox(tmp_path).announce(LETTER)
    path = tmp_path / FILE_NAME
    path.write_bytes(line + b"\n" + path.read_bytes())
    with pytest.raises(WriteError, match="line 1 cannot be read, so nobody knows what was mailed"):
        Outbox(tmp_path)


def test_what_an_editor_makes_of_the_file_is_read_alike(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    outbox.note(SENT)
    path = tmp_path / FILE_NAME
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert Outbox(tmp_path).last(ANA, MONTH) == SENT


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert Outbox(tmp_path).last(ANA, MONTH) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no file")
def test_a_disk_that_is_full_is_said_and_what_it_left_is_gone_with_the_next_line(tmp_path: Path) -> None:
    import resource

    outbox = Outbox(tmp_path)
    outbox.announce(LETTER)
    path = tmp_path / FILE_NAME
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, usual[1]))
    try:
        with pytest.raises(WriteError, match=FILE_NAME):
            outbox.note(SENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert Outbox(tmp_path).last(ANA, MONTH) == LETTER
    outbox.note(SENT)
    assert Outbox(tmp_path).last(ANA, MONTH) == SENT


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
@pytest.mark.parametrize("text", [None, "a letter", "{}"])
def test_a_journal_that_is_a_link_is_said_to_be_one_and_nothing_is_written_through_it(
    tmp_path: Path, text: str | None
) -> None:
    other = tmp_path / "other.txt"
    if text is not None:
        other.write_text(text, "utf-8")
    (tmp_path / FILE_NAME).symlink_to(other)
    with pytest.raises(WriteError, match="it is a link, through which nothing is written"):
        Outbox(tmp_path)
    assert (other.read_text("utf-8") if text is not None else other.exists()) == (text or False)


def test_figures_are_known_again_whatever_else_an_entry_says(tmp_path: Path) -> None:
    entry = build_ready(tmp_path, paper())
    same = entry | {"name": "Rui", "read_at": None, "pages": 9, "unmailed": "no-address", "files": []}
    more = [total | {"later": "1.00"} for total in entry["totals"]]
    assert digest_figures(entry) == digest_figures(same) == digest_figures(entry | {"totals": more})
    others: list[Entry] = [
        {"documents_counted": 2},
        {"totals": []},
        {"totals": [total | {"open": "1.00"} for total in entry["totals"]]},
        {"vat": [row | {"tax": "1.00"} for row in entry["vat"]]},
        {"vat_rounding": []},
        {"ageing": entry["ageing"][1:]},
    ]
    assert digest_figures(entry) not in {digest_figures(entry | other) for other in others}
