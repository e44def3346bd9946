"""The elements that are read: each leaf belongs to the record around it."""

from collections.abc import Iterator

from reports.figures.saft.saft_places import NAMESPACE, Place, RecordName, build_places


def walk(place: Place) -> Iterator[Place]:
    yield place
    for inner in place.inside.values():
        yield from walk(inner)


def test_every_record_is_there_once_with_leaves_of_its_own() -> None:
    places = [*walk(build_places())]
    records = [place for place in places if place.record]
    assert {place.record for place in records} == {*RecordName}
    assert len(records) == len(RecordName)
    for record in records:
        leaves = [place.leaf for place in places if place.leaf and place.fields is record.fields]
        assert len(leaves) == len({*leaves}) > 0


def test_two_parsers_share_nothing() -> None:
    first, second = build_places(), build_places()
    assert not {id(place.fields) for place in walk(first)} & {id(place.fields) for place in walk(second)}


def test_names_are_those_of_the_namespace() -> None:
    assert all(name.startswith(f"{NAMESPACE} ") for place in walk(build_places()) for name in place.inside)
