"""A proposal adds up, however it is read."""

from __future__ import annotations

import json

from tests.rkpd_example import AMOUNT, EXAMPLE


def test_the_worked_form_adds_up_in_every_way() -> None:
    """The sums of the form: rows, accounts, sources and withdrawals are one number; 465,111 person-months."""
    assert sum(row.amount for row in EXAMPLE.rows) == AMOUNT
    assert sum(account.amount for account in EXAMPLE.accounts) == AMOUNT
    assert sum(source.amount for source in EXAMPLE.sources) == AMOUNT
    assert sum(month.withdrawal for month in EXAMPLE.cash) == sum(month.bill for month in EXAMPLE.cash) == AMOUNT
    assert EXAMPLE.person_months == 465_111
    assert EXAMPLE.central == 17_330_439_000  # as the form's footnote says
    assert EXAMPLE.revision is not None
    assert EXAMPLE.revision.after == AMOUNT
    assert sum(row.amount for row in EXAMPLE.forward_rows) == EXAMPLE.forward.amount == 18_507_216_000


def test_the_record_is_json_and_holds_the_products() -> None:
    record = json.loads(json.dumps(EXAMPLE.record()))
    assert record["amount"] == AMOUNT
    assert all(row["amount"] == row["heads"] * row["months"] * row["price"] for row in record["rows"])
    assert record["cash"][1]["withdrawal"] == 2_937_905_600


def test_ladder_and_cuts_share_the_proposal() -> None:
    assert [line.change for line in EXAMPLE.ladder()] == [-2 * 10**9, -(10**9), 0, 10**9]
    assert [line.cut for line in EXAMPLE.cuts()] == [0.0, 0.1, 0.2, 0.3]
