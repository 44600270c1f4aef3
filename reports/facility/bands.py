"""Where a value stands among the four bands of an indicator, for a small drawing: four boxes side by side."""

from __future__ import annotations

from dataclasses import dataclass

from sim.kbk_bands import Bands

#: The drawing in its own units: four boxes of one width between two edges.
LEFT, BOX, WIDTH = 8.0, 121.0, 500.0


@dataclass(frozen=True)
class Strip:
    """Places (in units of the drawing) of the value, of the range and of the three edges with their values; None where
    nothing is told."""

    value: float | None
    low: float | None
    high: float | None
    edges: tuple[tuple[float, float], ...]


def strip(bands: Bands, value: float | None, low: float | None, high: float | None) -> Strip:
    """The drawing of a value and its range. Within a box the scale is straight; the outer boxes reach as far as the
    values do, or twice an inner box."""
    inner = sorted((band for band in bands if band.comparison != "any"), key=lambda band: band.rating)
    sign = -1.0 if inner[0].comparison in ("le", "lt") else 1.0  # fewer is better: the scale runs down
    edges = [sign * band.top / band.bottom for band in inner]
    step = edges[1] - edges[0]
    told = [sign * number for number in (value, low, high) if number is not None]
    knots = [min(edges[0] - 2 * step, *told, edges[0]), *edges, max(edges[-1] + 2 * step, *told, edges[-1])]

    def place(number: float | None) -> float | None:
        if number is None:
            return None
        at = max(box for box in range(4) if sign * number >= knots[box] or box == 0)
        part = (sign * number - knots[at]) / (knots[at + 1] - knots[at])
        return round(LEFT + BOX * (at + min(max(part, 0.0), 1.0)), 1)

    marks = tuple((LEFT + BOX * (at + 1), sign * edge) for at, edge in enumerate(edges))
    left, right = (low, high) if sign > 0 else (high, low)
    return Strip(place(value), place(left), place(right), marks)
