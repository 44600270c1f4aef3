"""The membership stock at the end of a month, rebuilt from the segments in a district's history."""

from __future__ import annotations

from collections.abc import Sequence

from districts.defaults import share_out
from districts.model import PAYERS_OF_SEGMENT, Confidence, District, HistoryRow, SegmentRow, Stock

_CLASSES = tuple(f"class:{number}" for number in (1, 2, 3))


class _Month:
    """The figures that a history holds for the end of one month."""

    def __init__(self, history: Sequence[HistoryRow], month: str) -> None:
        year = month[:4] if month.endswith("-12") else month
        self._rows = {(row.place, row.indicator): row for row in history if row.month == year}
        self._rows |= {(row.place, row.indicator): row for row in history if row.month == month}

    def row(self, place: str, key: str) -> HistoryRow | None:
        return self._rows.get((place, key))

    def heads(self, place: str, key: str) -> int | None:
        row = self._rows.get((place, key))
        return None if row is None else round(row.value)


def stock_from_history(district: District, month: str) -> Stock | None:
    """The stock at the end of ``month`` ("YYYY-MM") by the history's segments, or None.

    None when the history lacks registered or active members of a segment that the nearest stock of the district has
    (the last one up to ``month``, else the first), or says that more are active than registered. Shared as in that
    stock: payers and classes within a segment, and where the history is silent the inactive into arrears and lapsed.
    Heads are whole and add up exactly: ``registered = active + arrears + lapsed`` in every row, and over the rows of a
    segment to the history's figures. Population: the latest known by then; rupiah in arrears: the history's, else
    scaled with the persons in arrears. The intake of the month awaits its first active month, unless a UHC agreement
    makes it active at once.
    """
    base = nearest_stock(district, month)
    found = _Month(district.history, month)
    segments: list[str] = list(dict.fromkeys(row.segment for row in base.segments))
    segments += [
        name for name in PAYERS_OF_SEGMENT if name not in segments and found.heads(f"segment:{name}", "active")
    ]
    states: dict[str, _State] = {}
    for name in segments:
        registered, active = (found.heads(f"segment:{name}", key) for key in ("registered", "active"))
        if registered is None or active is None or not 0 <= active <= registered:
            return None
        states[name] = _State(_rows_of(base, name), registered, active)
    _share_inactive(states, found)
    rows = [row for name, state in states.items() for row in state.divided(found.row(f"segment:{name}", "registered"))]
    population, source, confidence = _population(district, base, month)
    return Stock(
        month=month,
        population=population,
        population_source=source,
        population_confidence=confidence,
        segments=tuple(rows),
        arrears_rupiah=_rupiah(base, found, sum(row.arrears for row in rows)),
        ghost_share=base.ghost_share,
        pending=0 if district.uhc_agreement else _pending(found, rows),
        note=f"from the history; divided as in the stock {base.month}",
    )


def _pending(found: _Month, rows: Sequence[SegmentRow]) -> int:
    """Heads of the month's intake, as far as there are lapsed members whom they can be."""
    intake = found.row("district", "intake")
    if intake is None or "-" not in intake.month:  # a year's total is no month's intake
        return 0
    return min(round(intake.value), sum(row.lapsed for row in rows if row.payer == "district"))


def nearest_stock(district: District, month: str) -> Stock:
    """The last stock of the district dated ``month`` or earlier; without one, the first."""
    by_month = sorted(district.stocks, key=lambda stock: stock.month)
    return next((stock for stock in reversed(by_month) if stock.month <= month), by_month[0])


class _State:
    """One segment: its rows in the nearest stock, and its new head counts."""

    def __init__(self, rows: Sequence[SegmentRow], registered: int, active: int) -> None:
        self.rows, self.registered, self.active = rows, registered, active
        self.arrears = 0

    @property
    def inactive(self) -> int:
        return self.registered - self.active

    @property
    def usual_arrears(self) -> float:
        """The part of the inactive who were in arrears; where nobody was inactive, all self-payers and no others."""
        inactive = sum(row.registered - row.active for row in self.rows)
        if inactive:
            return sum(row.arrears for row in self.rows) / inactive
        return float(any(row.payer == "self" for row in self.rows))

    def divided(self, source: HistoryRow | None) -> list[SegmentRow]:
        """The rows of the segment with the new counts."""
        assert source is not None
        registered = _within(self.registered, [row.registered for row in self.rows])
        usual = [
            heads * (row.active / row.registered if row.registered else 1.0)
            for heads, row in zip(registered, self.rows, strict=True)
        ]
        active = _within(self.active, usual, registered)
        inactive = [heads - own for heads, own in zip(registered, active, strict=True)]
        owing = [
            heads * (row.arrears / (row.registered - row.active) if row.registered > row.active else self.usual_arrears)
            for heads, row in zip(inactive, self.rows, strict=True)
        ]
        arrears = _within(self.arrears, owing, inactive)
        return [
            row.model_copy(
                update={
                    "registered": heads,
                    "active": own,
                    "arrears": owe,
                    "lapsed": heads - own - owe,
                    "joined": 0,
                    "split_assumed": False,
                    "source": source.source,
                    "confidence": source.confidence,
                    "note": "",
                }
            )
            for row, heads, own, owe in zip(self.rows, registered, active, arrears, strict=True)
        ]


def _rows_of(base: Stock, name: str) -> list[SegmentRow]:
    """The rows of a segment in the nearest stock; one row of the segment's first payer where it has none."""
    own = [row for row in base.segments if row.segment == name]
    if own:
        return own
    payer = PAYERS_OF_SEGMENT[name][0]
    made = {"segment": name, "payer": payer, "klass": 3 if payer == "self" else 0, "registered": 0, "active": 0}
    return [SegmentRow.model_validate({**made, "source": "not in the nearest stock", "confidence": "assumed"})]


def _share_inactive(states: dict[str, _State], found: _Month) -> None:
    """Persons in arrears of each segment: as given; else what its lapsed leave; else a part of the district's, or of
    its inactive, in the proportions of the nearest stock."""
    silent = []
    for name, state in states.items():
        arrears, lapsed = (found.heads(f"segment:{name}", key) for key in ("arrears", "lapsed"))
        if arrears is None and lapsed is not None and state.usual_arrears:
            arrears = state.inactive - lapsed
        if arrears is None:
            silent.append(state)
        else:
            state.arrears = min(max(arrears, 0), state.inactive)
    usual = [state.inactive * state.usual_arrears for state in silent]
    total = found.heads("district", "arrears")
    if total is None:
        for state, heads in zip(silent, usual, strict=True):
            state.arrears = round(heads)
        return
    left = max(total - sum(state.arrears for state in states.values()), 0)
    room = [state.inactive if state.usual_arrears else 0 for state in silent]
    for state, heads in zip(silent, _within(min(left, sum(room)), usual, room), strict=True):
        state.arrears = heads


def _within(total: int, weights: Sequence[float], most: Sequence[int] | None = None) -> list[int]:
    """``total`` in whole parts as near to ``weights`` as ``most`` of each allows, adding up exactly.

    ``total`` must not be above the sum of ``most``. Parts without weight take what the others cannot hold.
    """
    parts = [0] * len(weights)
    left = total
    while left:
        free = [part < limit for part, limit in zip(parts, most, strict=True)] if most else [True] * len(parts)
        own = [weight if open_ else 0.0 for weight, open_ in zip(weights, free, strict=True)]
        if sum(own) <= 0:
            own = [float(open_) for open_ in free]
        for index, more in enumerate(share_out(left, own)):
            taken = min(more, most[index] - parts[index]) if most else more
            parts[index] += taken
            left -= taken
    return parts


def _population(district: District, base: Stock, month: str) -> tuple[int, str, Confidence]:
    """Population, its source and confidence: the latest figure of the history or a stock by ``month``, else of the
    nearest stock."""
    known = [
        (stock.month, 0, stock.population, stock.population_source, stock.population_confidence)
        for stock in district.stocks
        if stock.month <= month
    ]
    for row in district.history:
        at = row.month if len(row.month) == 7 else f"{row.month}-12"
        if (row.place, row.indicator) == ("district", "population") and at <= month and row.value >= 1:
            known.append((at, 1, round(row.value), row.source, row.confidence))
    if not known:
        return base.population, base.population_source, base.population_confidence
    _, _, population, source, confidence = max(known, key=lambda item: item[:2])
    return population, source, confidence


def _rupiah(base: Stock, found: _Month, arrears: int) -> int | None:
    """Arrears in rupiah; nothing where nobody is in arrears."""
    if not arrears:
        return 0
    own = found.heads("district", "arrears_rupiah")
    if own is not None:
        return own
    parts = [heads for place in _CLASSES if (heads := found.heads(place, "arrears_rupiah")) is not None]
    if len(parts) == len(_CLASSES):
        return sum(parts)
    before = sum(row.arrears for row in base.segments)
    if base.arrears_rupiah is None or not before:
        return None
    return round(base.arrears_rupiah * arrears / before)
