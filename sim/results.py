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

#: Version of the stored form.
_VERSION = 3


@dataclass(frozen=True)
class Results:
    """The outcome of one unit (one scenario, one replicate).

    ``district`` has shape (months, K), ``facility`` (months, facilities, K), ``segment`` (months, segments, K),
    ``hospital`` (months, hospitals, K), with K as in :data:`sim.indicators.CATALOGUE`. ``months`` are "YYYY-MM",
    ``facilities`` and ``hospitals`` names. ``notes`` are dated events in English ("2024-08: the JKN line is
    exhausted").
    """

    months: tuple[str, ...]
    facilities: tuple[str, ...]
    hospitals: tuple[str, ...]
    district: FloatArray
    facility: FloatArray
    segment: FloatArray
    hospital: FloatArray
    notes: tuple[str, ...] = ()

    def table(self, level: Level) -> FloatArray:
        """The table of ``level``."""
        tables: dict[Level, FloatArray] = {
            "district": self.district,
            "facility": self.facility,
            "segment": self.segment,
            "hospital": self.hospital,
        }
        return tables[level]

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
            self.hospitals,
            self.district[first:],
            self.facility[first:],
            self.segment[first:],
            self.hospital[first:],
            tuple(note for note in self.notes if note[:7] >= month),
        )

    def to_bytes(self) -> bytes:
        """A compressed, versioned, self-describing copy (never a pickle). Equal results give equal bytes."""
        names = {"months": self.months, "facilities": self.facilities, "hospitals": self.hospitals}
        head = json.dumps({"version": _VERSION, **names, "notes": self.notes})
        buffer = io.BytesIO()
        for table in (self.district, self.facility, self.segment, self.hospital):
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
        if head["version"] != _VERSION:
            found = head["version"]
            raise ValueError(f"results of version {found} cannot be read by this program (version {_VERSION})")
        buffer = io.BytesIO(raw[4 + size :])
        tables = [np.lib.format.read_array(buffer, allow_pickle=False) for _ in CATALOGUE]
        months, facilities, hospitals = (tuple(head[key]) for key in ("months", "facilities", "hospitals"))
        district, facility, segment, hospital = tables
        return cls(months, facilities, hospitals, district, facility, segment, hospital, tuple(head["notes"]))
