"""Which facilities KBK does not cut (the article of Peraturan BPJS 7/2019 was not seen; low confidence)."""

from __future__ import annotations

from districts.model import Facility


def is_exempt(facility: Facility) -> bool:
    """Whether the facility is paid in full whatever its score: special capitation or no data network."""
    return facility.special_capitation or not facility.network
