"""What a simulated result says about a published figure: one small function per target of ``targets.yaml``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.results import Results

#: Months at the end of the run over which flows are averaged.
_YEAR = 12


def _facility(results: Results, key: str) -> NDArray[np.float64]:
    """(months, facilities) of the last year."""
    return results.series(key, "facility")[-_YEAR:]


def _rate(results: Results, total: float) -> float:
    """Per 1,000 registered members and month over the last year."""
    return 1000 * total / float(results.series("registered")[-_YEAR:].sum())


def share_ak(results: Results) -> float:
    """Share of facility-months with a contact rate of at least 150 per mille."""
    return float((_facility(results, "contacts") * 1000 >= 150 * _facility(results, "capitated")).mean())


def share_rrns(results: Results) -> float:
    """Share of facility-months with at most 2 % non-specialist referrals."""
    return float((_facility(results, "referrals_nonspecialist") * 100 <= 2 * _facility(results, "referrals")).mean())


def share_rppt(results: Results) -> float:
    """Share of facility-months with at least 5 % of the diagnosed under control."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ht = _facility(results, "ht_controlled") / _facility(results, "ht_diagnosed")
        dm = _facility(results, "dm_controlled") / _facility(results, "dm_diagnosed")
    return float((np.nanmean(np.stack([ht, dm]), axis=0) >= 0.05).mean())


def sick_rate(results: Results) -> float:
    """FKTP sick visits per 1,000 registered and month."""
    return _rate(results, float(_facility(results, "sick_visits").sum()))


def outpatient_rate(results: Results) -> float:
    """Hospital outpatient visits per 1,000 registered and month."""
    return _rate(results, float(results.series("hospital_outpatient")[-_YEAR:].sum()))


def admission_rate(results: Results) -> float:
    """Hospital admissions per 1,000 registered and month."""
    return _rate(results, float(results.series("hospital_admissions")[-_YEAR:].sum()))


def referral_median(results: Results) -> float:
    """Referrals over sick visits of the median facility."""
    return float(np.median(_facility(results, "referrals").sum(0) / _facility(results, "sick_visits").sum(0)))


def prolanis_ht(results: Results) -> float:
    """Prolanis members over diagnosed, hypertension."""
    return float(_facility(results, "ht_prolanis").sum() / _facility(results, "ht_diagnosed").sum())


def prolanis_dm(results: Results) -> float:
    """Prolanis members over diagnosed, diabetes."""
    return float(_facility(results, "dm_prolanis").sum() / _facility(results, "dm_diagnosed").sum())


def growth(results: Results) -> float:
    """Population growth over the last year."""
    population = results.series("population")
    return float(population[-1] / population[-1 - _YEAR] - 1)


def arrears_october_2022(results: Results) -> float:
    """Persons in arrears at the end of October 2022."""
    return float(results.series("arrears")[results.months.index("2022-10")])


def arrears_rupiah_october_2022(results: Results) -> float:
    """Rupiah owed by self-payers at the end of October 2022."""
    return float(results.series("arrears_rupiah")[results.months.index("2022-10")])


def inactive_share(results: Results) -> float:
    """Inactive over registered at the end of the run."""
    return float(1 - results.series("active")[-1] / results.series("registered")[-1])


def active_share_uhc(results: Results) -> float:
    """Active over the Dukcapil population in December 2025."""
    at = results.months.index("2025-12")
    return float(results.series("active")[at] / results.series("population_dukcapil")[at])


QUANTITIES: dict[str, Callable[[Results], float]] = {
    function.__name__: function
    for function in (
        share_ak, share_rrns, share_rppt, sick_rate, outpatient_rate, admission_rate, referral_median, prolanis_ht,
        prolanis_dm, growth, arrears_october_2022, arrears_rupiah_october_2022, inactive_share, active_share_uhc,
    )
}  # fmt: skip

#: Which run shows a quantity: (stock, scenario, months); the first is the default.
RUNS: dict[str, tuple[str, str, int]] = {
    "arrears_october_2022": ("2022-05", "baseline", 5),
    "arrears_rupiah_october_2022": ("2022-05", "baseline", 5),
    "active_share_uhc": ("2023-10", "uhc-bengkulu-utara", 26),
}
DEFAULT_RUN = ("2023-10", "baseline", 14)
