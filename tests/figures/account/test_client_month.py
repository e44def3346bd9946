"""One client's part of the account's month."""

import pickle
from decimal import Decimal

from tests.support.filed import build_month, file_groups
from tests.support.papers import paper


def test_only_counted_documents_of_the_period_are_filed() -> None:
    others = [
        paper(2, status="draft"),
        paper(3, "Quote"),
        paper(4, "Receipt"),
        paper(5, date="30/09/2026"),
        paper(6, status="canceled"),
    ]
    _, _, groups = file_groups(paper(1), *others)
    assert [group.document.id for group in groups] == [1]
    month = build_month(paper(1), *others)
    assert (month.net, month.tax) == (Decimal("100.00"), Decimal("23.00"))
    assert sorted(month.identities) == [1, 2, 3, 4, 5, 6]


def test_it_can_be_sent_to_another_process_and_is_small() -> None:
    month = build_month(*(paper(number) for number in range(1, 501)))
    packed = pickle.dumps(month)
    assert pickle.loads(packed) == month  # noqa: S301 - packed here
    assert len(packed) < 500 * 30
