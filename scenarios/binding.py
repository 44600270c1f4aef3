"""The second run: the same scenario with the line that its own need set, to see the other 1 − certainty."""

from __future__ import annotations

import dataclasses

from scenarios.levers.apbd_line import ApbdLine
from scenarios.need import need
from scenarios.reading import Placed
from scenarios.scenario import Scenario
from scenarios.store import RunStore


def binding_name(scenario: str, certainty: float) -> str:
    """The name of the second run: ``uhc-non-cut-off@80``."""
    return f"{scenario}@{round(certainty * 100)}"


def binding_scenario(store: RunStore, scenario: Scenario, year: int, certainty: float = 0.8) -> Scenario:
    """``scenario`` with an APBD line for ``year`` of its need at ``certainty``, under the regime it already has.

    Raises ``UserError`` as :func:`scenarios.need.need` does: below 100 replicates, or where the line binds already.
    """
    amount = need(store, scenario.name, year, certainty).amount
    assert amount is not None  # a certainty was asked for
    percent = round(certainty * 100)
    part, whole = (percent // 10, 10) if percent % 10 == 0 else (percent, 100)
    return dataclasses.replace(
        scenario,
        name=binding_name(scenario.name, certainty),
        title={
            "id": f"{scenario.title['id']}, pagu {year} cukup {part} dari {whole}",
            "en": f"{scenario.title['en']}, {year} line enough in {part} of {whole}",
        },
        explanation={
            "id": f"Skenario yang sama dengan pagu {year} yang cukup pada {part} dari {whole} kemungkinan: "
            "menunjukkan apa yang terjadi bila pagu itu tidak cukup.",
            "en": f"The same scenario with a {year} line that is enough in {part} of {whole} cases: "
            "shows what happens when that line is not enough.",
        },
        levers=(*scenario.levers, Placed(ApbdLine(rule="amounts", amounts={year: amount}), "")),
        chain=(*scenario.chain, binding_name(scenario.name, certainty)),
    )
