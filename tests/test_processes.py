"""Drugs, the capitation fund and its payment beside an independent calculation."""

from __future__ import annotations

import numpy as np

from tests.engine import world


def test_capitation_pays_heads_of_day_one_with_last_months_share() -> None:
    final = world(months=6)
    heads, tariff = final.out_facility[:, :, 1], final.out_facility[:, :, 20]
    shares, paid = final.out_facility[:, :, 18], final.out_facility[:, :, 22]
    assert np.array_equal(paid, np.floor(heads * tariff * shares / 1000))
    from sim.kbk import scheme

    rule = scheme(final.rules, "2024-01")
    for month in range(1, 6):
        for place, facility in enumerate(final.facilities):
            ratings = final.out_facility[month - 1, place, 14:17].astype(int)
            assert shares[month, place] == rule.pays(*ratings, facility.type)[1]
