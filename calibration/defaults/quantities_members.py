"""What a run says about published figures of membership: arrears, inactivity, turnover, births and deaths, register."""

from __future__ import annotations

import numpy as np

from calibration.defaults.watch import YEAR, Run
from sim import codes
from sim.indicators import SEGMENTS


# -- population -----------------------------------------------------------------------------------------------------
def growth(run: Run) -> float:
    """Population growth over the last year."""
    population = run.results.series("population")
    return float(population[-1] / population[-1 - YEAR] - 1)


def _per_resident_year(run: Run, key: str) -> float:
    return 1000 * YEAR * run.year(key) / run.year("population")


def birth_rate(run: Run) -> float:
    """Births per 1,000 residents and year."""
    return _per_resident_year(run, "births")


def death_rate(run: Run) -> float:
    """Deaths per 1,000 residents and year."""
    return _per_resident_year(run, "deaths")


# -- register -------------------------------------------------------------------------------------------------------
def register_error(run: Run) -> float:
    """Heads on the district's bill who are dead or moved, over all billed, at the end."""
    return float(run.results.series("billed_ghosts")[-1] / run.results.series("billed")[-1])


def deaths_unreported(run: Run) -> float:
    """Members' deaths of the last year that stayed on the register, before any cleansing."""
    dead, moved = run.results.series("dead_on_register"), run.results.series("moved_on_register")
    removed = run.results.series("cleansed")[-YEAR:] @ (dead / (dead + moved))[-1 - YEAR : -1]
    member_share = run.year("registered") / run.year("population")
    return float((dead[-1] - dead[-1 - YEAR] + removed) / (run.year("deaths") * member_share))


# -- activity -------------------------------------------------------------------------------------------------------
def inactive_share(run: Run) -> float:
    """Inactive over registered at the end of the run."""
    return float(1 - run.results.series("active")[-1] / run.results.series("registered")[-1])


def inactive_growth(run: Run) -> float:
    """Net rise of the inactive per month of the last year, over registered."""
    inactive = run.results.series("registered") - run.results.series("active")
    return float((inactive[-1] - inactive[-1 - YEAR]) / run.year("registered"))


def active_share_uhc(run: Run) -> float:
    """Active over the Dukcapil population in December 2025."""
    at = run.results.months.index("2025-12")
    return float(run.results.series("active")[at] / run.results.series("population_dukcapil")[at])


def job_exit_growth(run: Run) -> float:
    """Net rise of the members fallen out of PPU per month of the last year, over registered PPU members."""
    ppu = SEGMENTS.index("ppu")
    lapsed = run.results.series("lapsed", "segment", ppu)
    return float((lapsed[-1] - lapsed[-1 - YEAR]) / run.results.series("registered", "segment", ppu)[-YEAR:].sum())


def pbi_turnover(run: Run) -> float:
    """PBI-JK members removed by updates per month of the last year, over PBI-JK members."""
    members = run.results.series("registered", "segment", SEGMENTS.index("pbi_jk"))[-YEAR:].sum()
    return run.year("pbi_out") / float(members)


# -- arrears --------------------------------------------------------------------------------------------------------
def _at(run: Run, key: str, month: str) -> float:
    return float(run.results.series(key)[run.results.months.index(month)])


def arrears_october_2022(run: Run) -> float:
    """Persons in arrears at the end of October 2022."""
    return _at(run, "arrears", "2022-10")


def arrears_rupiah_october_2022(run: Run) -> float:
    """Rupiah owed by self-payers at the end of October 2022."""
    return _at(run, "arrears_rupiah", "2022-10")


def arrears_class3(run: Run) -> float:
    """Share of class III among the persons in arrears at the end of the run."""
    people = run.world.people
    owing = people.klass[(people.presence == codes.RESIDENT) & (people.status == codes.ARREARS)]
    return float((owing == 3).mean())


def arrears_change(run: Run) -> float:
    """Relative change per month of the persons in arrears."""
    return run.monthly_change("arrears")


def arrears_rupiah_change(run: Run) -> float:
    """Relative change per month of the rupiah owed."""
    return run.monthly_change("arrears_rupiah")


def rehab_joining(run: Run) -> float:
    """Families that join REHAB per month of the last year, over families in arrears at the end."""
    families = run.world.households
    owing = int(np.count_nonzero((families.debt > 0) & (families.payers > 0)))
    return run.year("joined_rehab") / YEAR / owing


def rehab_success(run: Run) -> float:
    """Share of the REHAB plans of the first months that were paid off."""
    return run.watched.rehab_settled / run.watched.rehab_ended
