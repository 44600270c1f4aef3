"""What every scenario of a replicate starts from: the synthetic population, its curves by age, and the shocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from districts.model import District, Stock
from sim import codes
from sim.behaviour import Behaviour
from sim.people import chronic
from sim.people.arrays import Households, Patients, People, empty_patients
from sim.people.cells import drawn_cells
from sim.people.health import frailty_table
from sim.people.life_cycle import emergency_curve, group_of_age, sick_curve, well_curve
from sim.people.life_table import monthly_births, monthly_deaths, monthly_moves
from sim.people.selection import FamilyOrders, family_orders
from sim.people.synthesis import synthesise
from sim.random import Key, Purpose, make_key, uniforms
from sim.shocks import Shocks, draw_shocks, shifted

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Room for newcomers beyond the births and arrivals of a year like the first.
_SPARE_FACTOR, _SPARE_LEAST = 1.4, 400


@dataclass(frozen=True)
class Tables:
    """What stays the same all run long, prepared once: contact curves are relative to the mean resident."""

    sick: FloatArray  # (2, ages in years)
    emergency: FloatArray  # (ages,)
    well: FloatArray  # (2, ages)
    group: NDArray[np.uint8]  # (ages,): life-cycle group
    near: FloatArray  # (256,): contacts by tenths of a kilometre to the facility, relative to the mean resident
    death: FloatArray  # (2, ages): monthly chance
    birth: FloatArray  # (ages,): monthly chance of women
    move: FloatArray  # (ages,): monthly chance to move out
    onset: FloatArray  # (2, ages): monthly chance that hypertension or diabetes begins
    levels: chronic.Levels  # of patients who take their drugs
    frailty: FloatArray  # quantiles of frailty
    prolanis: FloatArray  # (facilities, 2): enrolment shares of diagnosed HT and DM


@dataclass(frozen=True)
class Start:
    """What every scenario of a replicate starts from; read-only, its arrays are copied into a world."""

    people: People
    patients: Patients
    households: Households
    residents: int
    used: int
    patients_used: int
    shocks: Shocks
    tables: Tables
    orders: FamilyOrders


@lru_cache(maxsize=1)
def make_start(
    district: District, stock: Stock, behaviour: Behaviour, seed: int, replicate: int, luck_only: bool, months: int
) -> Start:
    """The synthetic population and the shocks of one replicate; the last one is kept for the next scenario."""
    key = make_key(seed, replicate)
    b = behaviour.as_dict()
    cells = drawn_cells(stock, behaviour, key, central=luck_only)
    spare = int(_SPARE_FACTOR * _newcomers(district, stock, b) / 12 * months) + _SPARE_LEAST
    population = synthesise(district, stock, cells, behaviour, key, seed, spare)
    people, households, used = population.people, population.households, population.used
    _await_first_month(people, stock.pending, key)
    shocks = draw_shocks(behaviour, key, months, len(district.facilities))
    prolanis = np.stack(
        [shifted(b["chronic.prolanis_ht"], shocks.prolanis), shifted(b["chronic.prolanis_dm"], shocks.prolanis)],
        axis=1,
    )
    age = np.minimum(-people.birth[: population.residents].astype(np.int64) // 12, codes.MAX_AGE)
    tables = _tables(people, households, age, b, prolanis)
    patients = empty_patients(_patients_room(people, age, tables.onset, months) + spare // 2)
    patients_used = chronic.make_patients(people, patients, key.k0, key.k1, used, tables.levels, prolanis)
    return Start(
        people, patients, households, population.residents, used, patients_used, shocks, tables,
        family_orders(households),
    )  # fmt: skip


def _await_first_month(people: People, heads: int, key: Key) -> None:
    """Of the lapsed whom the district pays for, ``heads`` drawn by lot become active on the first 1st."""
    lapsed = np.flatnonzero((people.payer == codes.PAYER_DISTRICT) & (people.status == codes.LAPSED))
    luck = uniforms(key, people.name[lapsed], 1, Purpose.STOCK)
    chosen = lapsed[np.argsort(luck, kind="stable")[:heads]]
    people.status[chosen] = codes.PENDING
    people.active_from[chosen] = 0


def _patients_room(people: People, age: IntArray, onset: FloatArray, months: int) -> int:
    """Patients at the start and those whose illness begins within ``months``; ``age`` of the residents in years."""
    ill = people.chronic[: len(age)] & (codes.HT | codes.DM) > 0
    return int(ill.sum() + _SPARE_FACTOR * months * onset[:, age].sum()) + _SPARE_LEAST


def _newcomers(district: District, stock: Stock, b: dict[str, float]) -> float:
    """Births and arrivals expected in a year."""
    birth = 12 * monthly_births(b["demo.tfr"])
    residents = sum(row.men + row.women for row in district.age_sex)
    births = sum(row.women * birth[row.age_from : (row.age_to or codes.MAX_AGE) + 1].mean() for row in district.age_sex)
    return stock.population * (float(births) / residents + b["demo.move_in"])


def _tables(people: People, households: Households, age: IntArray, b: dict[str, float], prolanis: FloatArray) -> Tables:
    """Curves by age; those of contacts scaled so that the mean resident has the rate that ``b`` names."""
    sex = people.female[: len(age)].astype(np.int64)
    sick, emergency, well = sick_curve(), emergency_curve(), well_curve()
    near = np.exp(-b["care.distance_decay"] * np.arange(256) / 10)
    near /= near[households.distance[people.household[: len(age)]]].mean()
    return Tables(
        sick=sick / sick[sex, age].mean(),
        emergency=emergency / emergency[age].mean(),
        well=well / well[sex, age].mean(),
        group=group_of_age(),
        near=near,
        death=monthly_deaths(b["demo.mortality"]),
        birth=monthly_births(b["demo.tfr"]),
        move=monthly_moves(b["demo.move_out"], age),
        onset=chronic.monthly_onset(b["chronic.ht_incidence"], b["chronic.dm_incidence"], age),
        levels=chronic.treated_levels(
            b["chronic.sbp_level"],
            b["chronic.fbg_level"],
            b["chronic.drug_effect_sbp"],
            b["chronic.drug_effect_fbg"],
            b["chronic.adherence"],
        ),
        frailty=frailty_table(b["care.frailty_shape"]),
        prolanis=prolanis,
    )
