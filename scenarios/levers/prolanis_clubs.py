"""Lever: clubs for members of Prolanis."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scenarios.levers.base import Context
from scenarios.levers.programme import AtFacilities
from scenarios.levers.reach import lasting
from sim.policy import Policy


class ProlanisClubs(AtFacilities):
    """Clubs for patients with hypertension and diabetes, with exercise and teaching at the monthly session. Members of
    Prolanis have the first call on the places and come to more sessions; free places draw patients into Prolanis;
    the levels of those in a club fall a little."""

    title_id: ClassVar[str] = "klub Prolanis"
    title_en: ClassVar[str] = "Prolanis clubs"
    evidence: ClassVar[str] = (
        "assumed: modest, since studies of Prolanis are small, without control and mixed (Mojokerto 2018-2019: "
        "pressure held; Temanggung 2024: no difference in glucose; East Java 2019-2020: worse after activities "
        "stopped)"
    )
    facts: ClassVar[tuple[str, ...]] = (
        "effect.prolanis.bp_maintained",
        "effect.prolanis.null_result",
        "effect.prolanis.disruption",
    )
    cost: ClassVar[str] = "places × cost_per_member × facilities reached, every month, on BPJS or the APBD"
    strength: ClassVar[dict[str, float]] = {"places": 0.0}

    kind: Literal["prolanis_clubs"] = "prolanis_clubs"
    places: float = Field(
        ge=0,
        le=20000,
        description="places in the clubs of each facility",
        json_schema_extra={"unit": "persons/facility"},
    )
    cost_per_member: int = Field(
        ge=0, le=10**7, description="cost of one place in a month", json_schema_extra={"unit": "rupiah/member/month"}
    )
    payer: Literal["bpjs", "apbd"] = Field(default="bpjs", description="who bears the cost")

    def apply(self, policy: Policy, context: Context) -> Policy:
        """Adds the places and their cost to every month from ``start`` until ``stop``."""
        months, chosen = lasting(context, self.start, self.stop), context.chosen(self.facilities)
        places = policy.club_places.copy()
        places[months, chosen] += self.places
        return self.charged(policy.but(club_places=places), context, self.places * self.cost_per_member, self.payer)
