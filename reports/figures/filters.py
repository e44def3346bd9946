"""What the filters of a reading leave out of figures that are to hold everything."""

from collections.abc import Mapping, Sequence

from reports.figures.codes import TYPES

SAME_STATUS = {"final": {"final", "sent", "second_copy"}, "sent": {"final", "sent", "second_copy"}}
"""A filter for one of these may bring the others: they differ only in whether the paper was sent."""

NEEDED: Mapping[str, Sequence[str]] = {
    "status": ("final", "settled"),
    "by_type": tuple(name for name, kind in TYPES.items() if kind.sign),
    "archived": ("archived", "non_archived"),
}
"""What a filter has to let through, or figures of a whole month and what is open are without it."""


def list_accepted_statuses(filters: Mapping[str, Sequence[str]]) -> set[str]:
    """The statuses that a filter may bring; empty where it asks for none."""
    return {status for asked in filters.get("status", ()) for status in SAME_STATUS.get(asked, {asked})}


def list_hidden(filters: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What a filter leaves out that counts, in the filter's own words; `final` stands for what is open."""
    asked = {**filters, "status": list_accepted_statuses(filters)}
    return tuple(word for key in NEEDED if asked.get(key) for word in NEEDED[key] if word not in asked[key])
