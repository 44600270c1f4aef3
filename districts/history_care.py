"""Contradictions in the history of care and capitation (see :mod:`districts.history_faults`)."""

from __future__ import annotations

from collections.abc import Iterator

from districts.cells import problem
from districts.history_catalogue import BY_KEY, HISTORY, derived, level_of
from districts.history_faults import TOLERANCE, Book, DataFault, Payable, above, added_up, shown
from districts.model import HistoryRow

_PARTS = (
    ("contacts_sick", "contacts"),
    ("referrals_nonspecialist", "referrals"),
    *((f"{name}_controlled", f"{name}_prolanis") for name in ("ht", "dm")),
    *((f"{name}_prolanis", f"{name}_diagnosed") for name in ("ht", "dm")),
)
#: Largest values: AK counts members once in a month; KBK has never paid more than 115 % (joint regulation of 2016).
_HIGHEST = {"ak": 1000.0, "rrns": 100.0, "rppt": 100.0, "share_permille": 1150.0}
#: From this month on KBK pays at most the full capitation (joint regulation of 2017, paid from the next month).
_AT_MOST_FULL = "2017-05"
#: Rupiah per head and month between which every capitation tariff lies (Permenkes 52/2016 to 3/2023).
_LEAST_TARIFF, _MOST_TARIFF = 3_000, 20_000
#: Figures of facilities whose total is the figure of the district; members may be registered outside it.
_TOTALS = tuple(
    item.key
    for item in HISTORY
    if {"district", "facility"} <= set(item.levels) and item.yearly and item.key not in ("registered", "capitated")
)


def faults(book: Book, payable: Payable | None) -> Iterator[DataFault]:
    """Every contradiction among contacts, referrals, chronic patients and what is paid for them."""
    yield from _too_high(book)
    yield from above(book, _PARTS)
    yield from _contacts(book)
    for key in _TOTALS:
        yield from added_up(book, key, tuple(book.types))
    for key in ("ak", "rrns", "rppt", "share_permille"):
        yield from _ratio(book, key)
    yield from _full(book)
    yield from _paid(book, payable)
    if payable is not None:
        yield from _share(book, payable)


def _too_high(book: Book) -> Iterator[DataFault]:
    for key, highest in _HIGHEST.items():
        for _, _, row in book.having(key):
            if row.value > highest:
                wrong = problem(
                    "{name} of {value}", "at most {highest}", name=key, value=shown(row.value), highest=shown(highest)
                )
                yield book.fault([row], wrong)


def _contacts(book: Book) -> Iterator[DataFault]:
    """A member counts once a month: no more contacts than capitated members, or than registered ones if only those
    are known."""
    for place, period, row in book.having("contacts"):
        if len(period) == 4:
            continue
        members = book.get(place, "capitated", period) or book.get(place, "registered", period)
        if members is not None and row.value > members.value:
            wrong = problem(
                "{part} {value}, above {whole} {limit} ({place}, {month}; rows {rows})",
                "{part} of at most {whole}",
                part="contacts", whole=members.indicator, value=shown(row.value), limit=shown(members.value),
            )  # fmt: skip
            yield book.fault([row, members], wrong)


def _rounding(value: float) -> float:
    """One unit of the last decimal of a figure as it was typed: rounded or cut off."""
    decimals = len(repr(value).partition(".")[2]) if not float(value).is_integer() else 0
    return max(10.0**-decimals, 1e-6)


def _ratio(book: Book, key: str) -> Iterator[DataFault]:
    """A ratio against the counts it is made of. AK may be of the heads of another day, or of registered members."""
    parts = BY_KEY[key].parts
    for place, period, row in book.having(key):
        rows = book.all(parts, place, period)
        if rows is None or any(not part.value for part, name in zip(rows, parts, strict=True) if name in _BELOW):
            continue
        figures = {part.indicator: part.value for part in rows}
        fitting = derived(key, figures.__getitem__)
        assert fitting is not None
        slack = _rounding(row.value) + (TOLERANCE * fitting if key == "ak" else 0.0)
        fits = abs(row.value - fitting) <= slack
        if key == "ak" and (registered := book.get(place, "registered", period)) and registered.value:
            other = 1000 * figures["contacts"] / registered.value
            fits = fits or abs(row.value - other) <= slack
        if not fits:
            wrong = problem(
                "{key} {value}, but {fitting} by {parts} ({place}, {month}; rows {rows})",
                "a ratio that fits the figures it is made of",
                key=key, value=shown(row.value), fitting=shown(round(fitting, 2)), parts=", ".join(parts),
            )  # fmt: skip
            yield book.fault([row, *rows], wrong)


_BELOW = ("capitated", "referrals", "dm_diagnosed", "ht_diagnosed", "capitation_full")


def _full(book: Book) -> Iterator[DataFault]:
    """Full capitation is heads x a whole tariff at a facility, and between the tariffs in the district."""
    for place, period, row in book.having("capitation_full"):
        heads = book.get(place, "capitated", period)
        if heads is None or len(period) == 4:
            continue
        tariff = row.value / heads.value if heads.value else 0.0
        whole = level_of(place) == "district" or row.value % max(heads.value, 1.0) == 0
        if heads.value and whole and _LEAST_TARIFF <= tariff <= _MOST_TARIFF:
            continue
        if not heads.value and not row.value:
            continue
        wrong = problem(
            "capitation_full {value} for {heads} capitated is {tariff} a head ({place}, {month}; rows {rows})",
            "a whole tariff from {low} to {high} a head",
            value=shown(row.value), heads=shown(heads.value), tariff=shown(round(tariff, 2)),
            low=_LEAST_TARIFF, high=_MOST_TARIFF,
        )  # fmt: skip
        yield book.fault([row, heads], wrong)


def _shares(book: Book, payable: Payable, place: str, month: str) -> frozenset[int] | None:
    """The shares a facility can be paid; of the district those of all its facilities, None where one is unknown."""
    kinds = [book.types[place]] if place in book.types else list(dict.fromkeys(book.types.values()))
    found = [payable(month, kind) for kind in kinds]
    return frozenset().union(*(shares for shares in found if shares)) if all(found) and found else None


def _paid(book: Book, payable: Payable | None) -> Iterator[DataFault]:
    """What was paid against the full capitation: at a facility one of the shares, of the district between them."""
    for place, period, row in book.having("capitation_paid"):
        full = book.get(place, "capitation_full", period)
        if full is None:
            continue
        shares = _shares(book, payable, place, period) if payable is not None and len(period) == 7 else None
        if shares is None:
            first = period if len(period) == 7 else f"{period}-01"
            if row.value > full.value and first >= _AT_MOST_FULL:
                yield from _above_full(book, row, full)
            continue
        share = 1000 * row.value / full.value if full.value else 0.0
        if not full.value:
            paid_well = not row.value
        elif level_of(place) == "facility":
            paid_well = any(abs(share - one) < 0.5 for one in shares)
        else:
            paid_well = min(shares) - 0.5 <= share <= max(shares)
        if not paid_well and row.value > full.value and max(shares) <= 1000:
            yield from _above_full(book, row, full)
        elif not paid_well:
            wrong = problem(
                "capitation_paid {value} is {share} ‰ of capitation_full {limit} ({place}, {month}; rows {rows})",
                "a share that KBK can pay, per mille: {choices}",
                value=shown(row.value), share=shown(round(share, 1)), limit=shown(full.value),
                choices=", ".join(map(str, sorted(shares))),
            )  # fmt: skip
            yield book.fault([row, full], wrong)


def _above_full(book: Book, row: HistoryRow, full: HistoryRow) -> Iterator[DataFault]:
    wrong = problem(
        "{part} {value}, above {whole} {limit} ({place}, {month}; rows {rows})",
        "{part} of at most {whole}",
        part="capitation_paid", whole="capitation_full", value=shown(row.value), limit=shown(full.value),
    )  # fmt: skip
    yield book.fault([row, full], wrong)


def _share(book: Book, payable: Payable) -> Iterator[DataFault]:
    """The paid share that a facility reports."""
    for place, period, row in book.having("share_permille"):
        shares = _shares(book, payable, place, period) if level_of(place) == "facility" else None
        if shares is not None and row.value not in shares:
            wrong = problem(
                "share_permille {value} ({place}, {month})",
                "a share that KBK can pay, per mille: {choices}",
                value=shown(row.value), choices=", ".join(map(str, sorted(shares))),
            )  # fmt: skip
            yield book.fault([row], wrong)
