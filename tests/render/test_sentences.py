"""A sentence with its values in it is found again by its form, and nothing else is changed."""

import errno
import os
from pathlib import Path

import pytest

from reports.atomic_files import as_write_error
from reports.figures.checks.finding import PDF_FAILED, RULES, Finding
from reports.render.content.labels import Labels
from reports.render.sentences import FEWEST_LETTERS, Rank, Sentences, make_form, rank_of
from tests.support import catalogue, sentences
from tests.support.english import find_english

PT, ES, EN = Labels("pt"), Labels("es"), Labels("en")
FORMS = [
    make_form(
        "{path}: it holds {pages} of {pages2} pages. {advice}", "{path} tem {pages}/{pages2}. {advice}"
    ),
    make_form("Read the client again", "Leia outra vez."),
    make_form("{name}: ready", "{name}: pronto"),
    make_form("interrupted", "interrompido"),
    make_form("{error}; the next send tries again", "{error}; tenta-se de novo"),
    make_form("To start it, now:", "Para iniciar, já:"),
    make_form("{place} should be {expected} and is {found}", "{place} é {found}, não {expected}"),
    make_form("nothing", "nada"),
]
SENTENCES = Sentences(FORMS, write=str)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("/a b: it holds 1 of 2 pages. Read the client again", "/a b tem 1/2. Leia outra vez"),
        ("interrupted.", "interrompido."),
        ("1 of 2; Eva: ready. Nobody knows it", "1 of 2; Eva: pronto. Nobody knows it"),
        ("  To start it, now:", "  Para iniciar, já:"),
        ("✓ interrupted", "✓ interrompido"),
        ("Ana: ready\nEva: ready", "Ana: pronto\nEva: pronto"),
        ("interrupted; the next send tries again", "interrompido; tenta-se de novo"),
        ("row 5 should be 12 and is nothing", "row 5 é nada, não 12"),
        ("12/34", "12/34"),
        ("", ""),
    ],
)
def test_a_text_is_read_as_the_form_that_leaves_least_of_it(english: str, said: str) -> None:
    assert SENTENCES.say(english) == said


@pytest.mark.parametrize("name", ["interrupted", "nothing", "Ana: ready", "nothing; interrupted"])
def test_a_name_is_never_changed_by_a_short_form(name: str) -> None:
    assert SENTENCES.say(f"{name}: ready") == f"{name}: pronto"
    assert PT.say(f"{name}: ready") == f"{name}: pronto"
    assert f"falhados: 1, {name} (7); avisos" in PT.say(f"failed: 1, {name} (7); warnings: 1, see /x")
    assert SENTENCES.say(f"/{name}: it holds 1 of 2 pages. Read the client again").startswith(f"/{name} tem")


@pytest.mark.parametrize("head", ["failed", "held back", "sent to some"])
@pytest.mark.parametrize("labels", [PT, ES], ids=lambda labels: labels.language)
def test_a_count_of_mails_reads_alike_whatever_the_reason_behind_it(labels: Labels, head: str) -> None:
    counted = labels.say(f"{head}: 3, Ana & Filhos, Lda (7), São (8)")
    server = "mail server 127.0.0.1, port 587: it answered “554 no”. No mail was sent. "
    advice = "Check the network, and host, port and security of email.smtp"
    for reason in ("“550 no”", f"{server}{advice}", "no address is known for it"):
        assert labels.say(f"{head}: 3, Ana & Filhos, Lda (7), São (8): {reason}").startswith(f"{counted}: ")


@pytest.mark.parametrize(("labels", "of"), [(PT, " de o "), (ES, " a el ")], ids=["pt", "es"])
@pytest.mark.parametrize("mail", ["", ", with the mail of Ana (7)"])
def test_what_is_waited_for_is_named_in_one_sentence(labels: Labels, of: str, mail: str) -> None:
    said = labels.say(f"waiting for the mail server 127.0.0.1{mail}: 5 seconds so far")
    assert find_english(said) == []
    assert of not in said


def test_what_somebody_else_said_stays_in_its_quotation_marks() -> None:
    said = "“interrupted; nothing. Read the client again”"
    assert SENTENCES.say(f"{said}; the next send tries again") == f"{said}; tenta-se de novo"
    assert SENTENCES.say(said) == said


def test_a_text_that_is_none_of_ours_stays_as_it_came_whatever_its_length() -> None:
    text = "one; two. three: " * 400
    assert SENTENCES.say(text) == text


@pytest.mark.parametrize("labels", [PT, ES, EN], ids=lambda labels: labels.language)
def test_every_sentence_comes_out_in_the_readers_language(labels: Labels) -> None:
    assert len(sentences.sentences()) > 400
    faults = {sentence: find_faults(sentence, labels) for sentence in sorted(sentences.sentences())}
    assert {sentence: found for sentence, found in faults.items() if found} == {}


@pytest.mark.parametrize("labels", [PT, ES], ids=lambda labels: labels.language)
def test_no_comma_joins_a_clause_to_what_would_keep_it_in_english(labels: Labels) -> None:
    """Sentences are taken apart at a semicolon, a full stop and a colon, never at a comma."""
    clause = "interrupted before this client was done. Run again"
    assert len(sentences.joints()) > 2
    assert [
        joint for joint in sorted(sentences.joints()) if find_english(say_joint(joint, clause, labels))
    ] == []
    assert find_english(say_joint("{name}: {listed}, {verdict}", clause, labels)) != []


def say_joint(joint: str, clause: str, labels: Labels) -> str:
    """What a reader is shown where `clause` stands in the places that hold one."""
    names = make_form(joint, joint).names
    return labels.say(
        joint.format(**{name: clause if rank_of(name) is Rank.CLAUSE else "11" for name in names})
    )


def test_what_is_left_in_english_or_lost_is_named() -> None:
    assert find_faults("{name}: the page is missing and nobody knows it", PT)[:2] == ["the", "page"]
    lossy = Sentences([make_form("{name}: ready", "pronto")], write=str)
    assert find_faults("{name}: ready", lossy) == ["11 is lost in 'pronto'"]


def find_faults(sentence: str, reader: Labels | Sentences) -> list[str]:
    """What a reader is shown that is not in the language, or not shown that is in the sentence."""
    form = make_form(sentence, sentence)
    values = {name: f"{number}" for number, name in enumerate(form.names, start=11)}
    # Somebody else's words may be longer than ours around them.
    values |= {name: f"{values[name]} the page that you asked for is not there" for name in form.quoted}
    filled = sentence.format(**values)
    said = reader.say(filled)
    if reader is EN:
        return [] if said == filled else [f"{said!r} is another sentence"]
    return [
        *find_english(said),
        *(f"{value} is lost in {said!r}" for value in values.values() if value not in said),
    ]


def test_long_words_of_the_service_leave_no_english_around_them() -> None:
    title = "The page you were looking for doesn't exist (404)"
    said = f"client 7, page 1: this client is not in the account (404: a web page (“{title}”))"
    shown = PT.say(f"{said}. Check the configuration")
    assert f"(404: uma página web (“{title}”))" in shown
    assert find_english(shown) == []


@pytest.mark.parametrize(
    "text",
    """
    Asking https://office.app.invoicexpress.com for its clients ...
    /a/mine.yaml is written: account office, 12 clients. Next: invoice-reports check /a/mine.yaml
    /a/mine.yaml has 12 clients more. Next: invoice-reports check /a/mine.yaml
    Add 12 clients to /a/mine.yaml, and store the key in the keyring of this user? (y, n)
    the key in the variable OFFICE_API_KEY is wrong, and no keyring takes another one: set that variable to \
the right key, and type this command again
    Waiting for the API for 10 s: asking again (the connection was refused).
    Waiting for the API for 10 s: asking again (the API answered 429: too many requests: “Devagar”).
    client 7, page 1: the API answered 403: “No”. Run again later; if it stays so, ask InvoiceXpress \
what it means
    failed: 1, Rui (102): rui@example.com: “550 no”. Correct the address in the configuration or in \
InvoiceXpress, or ask your mail provider
    Rui (102): sent to rui@example.com, but not to mae@example.com (“550 no”). Check the address, and \
forward the mail there yourself
    Rui (102): sent before, on 2026-11-02, but not to mae@example.com (“550 no”). Check the address, \
and forward the mail there yourself
    c@example.com could not be told how this run ended: c@example.com: “550 no”. Correct the address in the \
configuration or in InvoiceXpress, or ask your mail provider
    office: Waiting for the API for 9 s: nothing may be asked for 30 s more (no complete answer in time).
    """.strip().split("\n"),
)
@pytest.mark.parametrize("labels", [PT, ES], ids=lambda labels: labels.language)
def test_a_sentence_within_a_sentence_is_no_english(labels: Labels, text: str) -> None:
    assert find_english(text) != []
    assert find_english(labels.say(text)) == []


@pytest.mark.parametrize("labels", [PT, ES], ids=lambda labels: labels.language)
@pytest.mark.parametrize("code", sorted(code for code, rule in RULES.items() if rule.values != "filter"))
def test_the_sentence_of_a_finding_is_found_again_too(labels: Labels, code: str) -> None:
    finding = Finding(code, number="FT 2026/7", field="1", expected="1234.50", found="2026-10-31")
    assert labels.say(finding.message) == labels.finding(finding)
    assert find_english(labels.finding(finding)) == []


@pytest.mark.parametrize("key", ["key", "password"])
def test_who_keeps_a_secret_in_a_variable_is_told_to_correct_it(key: str) -> None:
    told = [
        one
        for one in sentences.sentences()
        if f"the {key}: store it again with invoice-reports key set" in one
    ]
    assert [one for one in told if "or correct the variable that holds it" in one] == told
    assert len(told) == 1
    assert [one for one in sentences.sentences() if f"store the {key} again" in one] == []


def test_a_finding_writes_amounts_and_dates_as_its_language_does() -> None:
    finding = Finding("LINES-NET", number="FT 2026-10-31/1.5", expected="1234.50", found="-0.5")
    assert "1\xa0234,50" in PT.finding(finding)
    assert "1.234,50" in ES.finding(finding)
    assert "-0,50" in PT.finding(finding)
    assert "1,234.50" in EN.finding(finding)
    assert "FT 2026-10-31/1.5" in PT.finding(finding)
    assert PT.write_values("até 2026-10-31, v1.2.3") == "até 31/10/2026, v1.2.3"


@pytest.mark.parametrize("labels", [PT, ES], ids=lambda labels: labels.language)
def test_a_print_that_failed_says_why_in_the_readers_language(labels: Labels) -> None:
    finding = Finding(PDF_FAILED, found="chromium ended with code 3: “the page is gone”")
    assert find_english(labels.finding(finding)) == []
    assert "“the page is gone”" in labels.finding(finding)
    assert labels.say(finding.message) == labels.finding(finding)


@pytest.mark.parametrize("number", [errno.ENOTDIR, errno.EIO, errno.EISDIR])
def test_words_of_the_system_stand_in_quotation_marks(number: int) -> None:
    error = OSError(number, os.strerror(number))
    said = PT.say(str(as_write_error(error, Path("/a/b.xlsx"))))
    assert said == f"/a/b.xlsx: não pôde ser escrito (“{os.strerror(number)}”)"


def test_a_finding_tells_what_a_filter_hides_in_words() -> None:
    assert "documentos pagos, faturas" in PT.finding(Finding("FILTER-HIDES", found="settled, Invoice"))
    found = "client 7, details: the answer is too large and was not kept"
    assert find_english(PT.finding(Finding("DETAILS-MISSING", found=found))) == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_sentence_is_translated_and_no_translation_is_left_over(language: str) -> None:
    entries = catalogue.catalogue(language, sentences.path(language))
    assert {str(entry.id) for entry in entries if entry.id and entry.string} == sentences.sentences()
    for entry in entries:
        form = make_form(str(entry.id), str(entry.string))
        translated = make_form(str(entry.string), "")
        assert sorted(form.names) == sorted(translated.names), entry.id


def test_every_text_that_is_not_shown_is_one_of_the_package() -> None:
    assert sentences.prose() >= sentences.NOT_SHOWN


def test_every_module_that_raises_for_a_person_is_looked_at() -> None:
    """But those where only mistakes of a configuration are raised."""
    speaking = {*map(sentences.module_of, sentences.modules())}
    assert {sentences.module_of(path) for path in sentences.raising()} - speaking == set()


def test_a_long_form_has_more_letters_than_a_short_label() -> None:
    assert all(form.letters < FEWEST_LETTERS for form in FORMS[2:4])
