"""What a simulation returns: three tables of whole numbers over the months, and the notes of what happened."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.indicators import CATALOGUE, INDEX, Level

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Results:
    """The outcome of one unit (one scenario, one replicate).

    ``district`` has shape (months, K), ``facility`` (months, facilities, K), ``segment`` (months, segments, K), with
    K as in :data:`sim.indicators.CATALOGUE`. ``months`` are "YYYY-MM". ``notes`` are dated events in English
    ("2024-08: the JKN line is exhausted").
    """

    months: tuple[str, ...]
    facilities: tuple[str, ...]
    district: FloatArray
    facility: FloatArray
    segment: FloatArray
    notes: tuple[str, ...] = ()

    def table(self, level: Level) -> FloatArray:
        """The table of ``level``."""
        return {"district": self.district, "facility": self.facility, "segment": self.segment}[level]

    def series(self, key: str, level: Level = "district", place: int | None = None) -> FloatArray:
        """One indicator over the months: (months,), or (months, places) when ``place`` is None below district level.

        Raises ``KeyError`` for an indicator that the level does not have.
        """
        table = self.table(level)[..., INDEX[level][key]]
        return table if place is None else table[:, place]

    def since(self, month: str) -> Results:
        """The same results from ``month`` on. Raises ``ValueError`` when the month is not among them."""
        first = self.months.index(month)
        return Results(
            self.months[first:],
            self.facilities,
            self.district[first:],
            self.facility[first:],
            self.segment[first:],
            tuple(note for note in self.notes if note[:7] >= month),
        )

    def to_bytes(self) -> bytes:
        """A compressed, versioned, self-describing copy (never a pickle). Equal results give equal bytes."""
        head = json.dumps({"version": 1, "months": self.months, "facilities": self.facilities, "notes": self.notes})
        buffer = io.BytesIO()
        for table in (self.district, self.facility, self.segment):
            np.lib.format.write_array(buffer, np.ascontiguousarray(table, np.float64), allow_pickle=False)
        encoded = head.encode()
        return zlib.compress(len(encoded).to_bytes(4, "little") + encoded + buffer.getvalue(), 1)

    @classmethod
    def from_bytes(cls, blob: bytes) -> Results:
        """The results stored by :meth:`to_bytes`. Raises ``ValueError`` for another version or a damaged blob."""
        try:
            raw = zlib.decompress(blob)
        except zlib.error as error:
            raise ValueError(f"damaged results: {error}") from error
        size = int.from_bytes(raw[:4], "little")
        head = json.loads(raw[4 : 4 + size])
        if head["version"] != 1:
            raise ValueError(f"results of version {head['version']} cannot be read by this program (version 1)")
        buffer = io.BytesIO(raw[4 + size :])
        tables = [np.lib.format.read_array(buffer, allow_pickle=False) for _ in CATALOGUE]
        district, facility, segment = tables
        return cls(tuple(head["months"]), tuple(head["facilities"]), district, facility, segment, tuple(head["notes"]))
