"""W1 with this model's own building blocks: words filled in bulk per chunk, integer thresholds, one small function a
process, residents sorted by facility.

A facility's residents run through all months before the next facility begins (nothing in W1 couples facilities), so
its state stays in the second-level cache and two threads share nothing. A draw is named by resident and month: any
number of threads gives the same counts.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks import w1
from sim.random import CHUNK, Purpose, U32Array, fill, make_key

_U32 = np.uint32
_ZERO, _ONE, _TWO = _U32(0), _U32(1), _U32(2)
_PURPOSE = int(Purpose.LIFE)
_SECOND_BAND, _THIRD_BAND = w1.BAND_STARTS
_inline = nb.njit(error_model="numpy", forceinline=True)


def threshold(chance: ArrayLike) -> U32Array:
    """The uint32 below which a word falls with ``chance`` (0-1), to within 2**-32."""
    return np.minimum(np.floor(np.asarray(chance) * 2.0**32), 2.0**32 - 1).astype(np.uint32)


class Residents(NamedTuple):
    """Residents sorted by facility; arrays of shape (residents,) but for ``first``, shape (facilities + 1,)."""

    first: NDArray[np.int64]
    name: U32Array
    serial: NDArray[np.uint16]
    age: NDArray[np.int16]
    segment: NDArray[np.int8]
    status: NDArray[np.uint8]
    hypertension: NDArray[np.uint8]
    controlled: NDArray[np.uint8]
    propensity: U32Array


class Rates(NamedTuple):
    """Thresholds of all processes: premium tables by 3 x segment + band, the others by status or alone."""

    miss: U32Array
    catch_up: U32Array
    suspend: U32Array
    back: U32Array
    lose: U32Array
    gain: U32Array
    refer: np.uint32
    refer_uncontrolled: np.uint32
    non_specialist: np.uint32
    non_specialist_uncontrolled: np.uint32


def make_rates() -> Rates:
    """The rates of W1 as thresholds; two outcomes of one word nest (``suspend`` includes ``catch_up``)."""
    return Rates(
        miss=threshold(w1.MISS.ravel()),
        catch_up=threshold(w1.CATCH_UP.ravel()),
        suspend=threshold((w1.CATCH_UP + w1.SUSPEND).ravel()),
        back=threshold(w1.RETURN.ravel()),
        lose=threshold(w1.LOSE),
        gain=threshold(w1.GAIN),
        refer=_U32(threshold(w1.REFER)),
        refer_uncontrolled=_U32(threshold(w1.REFER_UNCONTROLLED)),
        non_specialist=_U32(threshold(w1.REFER * w1.NON_SPECIALIST)),
        non_specialist_uncontrolled=_U32(threshold(w1.REFER_UNCONTROLLED * w1.NON_SPECIALIST)),
    )


@_inline
def refresh_premium_rates(age, segment, month, rates, miss, catch_up, suspend, back):  # type: ignore[no-untyped-def]
    """Put the premium thresholds of those who enter a band (in month 0: of everybody) into their own columns."""
    for i in range(age.size):
        months = age[i] + month + 1
        if month == 0 or months == _SECOND_BAND or months == _THIRD_BAND:
            cell = 3 * segment[i] + (months >= _SECOND_BAND) + (months >= _THIRD_BAND)
            miss[i] = rates.miss[cell]
            catch_up[i] = rates.catch_up[cell]
            suspend[i] = rates.suspend[cell]
            back[i] = rates.back[cell]


@_inline
def pay_premiums(status, word, miss, catch_up, suspend, back):  # type: ignore[no-untyped-def]
    """0 paying, 1 owing, 2 suspended."""
    for j in range(status.size):
        now, luck = status[j], word[j]
        if_paying = _ONE if luck < miss[j] else _ZERO
        if_owing = _ZERO if luck < catch_up[j] else (_TWO if luck < suspend[j] else _ONE)
        if_suspended = _ZERO if luck < back[j] else _TWO
        status[j] = if_paying if now == 0 else (if_owing if now == 1 else if_suspended)


@_inline
def control_pressure(controlled, hypertension, status, word, rates):  # type: ignore[no-untyped-def]
    """Control is lost or gained, by premium status."""
    lose0, lose1, lose2 = rates.lose[0], rates.lose[1], rates.lose[2]
    gain0, gain1, gain2 = rates.gain[0], rates.gain[1], rates.gain[2]
    for j in range(status.size):
        now, luck = status[j], word[j]
        lose = lose0 if now == 0 else (lose1 if now == 1 else lose2)
        gain = gain0 if now == 0 else (gain1 if now == 1 else gain2)
        after = (_ZERO if luck < lose else _ONE) if controlled[j] == 1 else (_ONE if luck < gain else _ZERO)
        controlled[j] = after if hypertension[j] == 1 else _ZERO


@_inline
def seek_care(status, hypertension, controlled, propensity, visit, onward, rates, counts):  # type: ignore[no-untyped-def]
    """Contacts, referrals and non-specialist referrals, counted with those paying and those under control."""
    refer, worse = rates.refer, rates.refer_uncontrolled
    simple, simple_worse = rates.non_specialist, rates.non_specialist_uncontrolled
    paying = contacts = referrals = non_specialist = under_control = _ZERO
    for j in range(status.size):
        pays = _ONE if status[j] == 0 else _ZERO
        comes = pays if visit[j] < propensity[j] else _ZERO
        uncontrolled = hypertension[j] > controlled[j]
        goes_on = comes if onward[j] < (worse if uncontrolled else refer) else _ZERO
        needless = comes if onward[j] < (simple_worse if uncontrolled else simple) else _ZERO
        paying = _U32(paying + pays)
        contacts = _U32(contacts + comes)
        referrals = _U32(referrals + goes_on)
        non_specialist = _U32(non_specialist + needless)
        under_control = _U32(under_control + controlled[j])
    counts[0] += paying
    counts[1] += contacts
    counts[2] += referrals
    counts[3] += non_specialist
    counts[4] += under_control


@nb.njit(error_model="numpy", cache=True, nogil=True)
def run_facility(lo, hi, people, rates, k0, k1, counts):  # type: ignore[no-untyped-def]
    """All months of the residents ``lo`` ... ``hi``-1; writes their states and ``counts`` (months, measures)."""
    visit, onward = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    premium, pressure = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    miss, catch_up = np.empty(hi - lo, np.uint32), np.empty(hi - lo, np.uint32)
    suspend, back = np.empty(hi - lo, np.uint32), np.empty(hi - lo, np.uint32)
    for month in range(counts.shape[0]):
        refresh_premium_rates(people.age[lo:hi], people.segment[lo:hi], month, rates, miss, catch_up, suspend, back)
        for start in range(lo, hi, CHUNK):
            end = min(start + CHUNK, hi)
            n, a, b = end - start, start - lo, end - lo
            name, serial = people.name[start:end], people.serial[start:end]
            fill(k0, k1, name, serial, 0, n, month, _PURPOSE, premium, pressure, visit, onward)
            status, controlled = people.status[start:end], people.controlled[start:end]
            hypertension, propensity = people.hypertension[start:end], people.propensity[start:end]
            pay_premiums(status, premium, miss[a:b], catch_up[a:b], suspend[a:b], back[a:b])
            control_pressure(controlled, hypertension, status, pressure, rates)
            seek_care(status, hypertension, controlled, propensity, visit, onward, rates, counts[month])


def sort_by_facility(people: w1.Population) -> Residents:
    """The population of W1, sorted by facility (ties in the given order)."""
    order = np.argsort(people.facility, kind="stable")
    return Residents(
        first=np.searchsorted(people.facility[order], np.arange(w1.FACILITIES + 1)),
        name=order.astype(np.uint32),
        serial=np.zeros(order.size, np.uint16),
        age=people.age[order],
        segment=people.segment[order],
        status=people.status[order].astype(np.uint8),
        hypertension=people.hypertension[order].astype(np.uint8),
        controlled=people.controlled[order].astype(np.uint8),
        propensity=threshold(people.propensity[order]),
    )


def prepare(people: w1.Population, replicate: int) -> tuple[Residents, int]:
    """The residents sorted by facility, and the replicate."""
    return sort_by_facility(people), replicate


def run(state: tuple[Residents, int], threads: int = 1) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures); the residents end in their last state."""
    people, replicate = state
    key, rates = make_key(1, replicate), make_rates()
    counts = np.zeros((w1.FACILITIES, w1.MONTHS, len(w1.MEASURES)), np.int64)

    def run_one(facility: int) -> None:
        lo, hi = people.first[facility], people.first[facility + 1]
        run_facility(lo, hi, people, rates, key.k0, key.k1, counts[facility])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run_one, range(w1.FACILITIES)))
    return counts.transpose(1, 0, 2)
