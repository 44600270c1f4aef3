"""All luck in Prakira: one keyed, counter-based generator (Philox4x32-10; Salmon et al., SC'11).

A draw is named by (seed, replicate | who, serial, ordinal | month | purpose) and depends on nothing else: not on
order, threads, machines or what a scenario does to others. The key is a mix of seed and replicate (SplitMix64), the
counter holds the name, so that two names never share a block. Adding a purpose moves no other draw; changing what a
purpose means needs a new number here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numba as nb
import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

U32Array = NDArray[np.uint32]
FloatArray = NDArray[np.float64]

#: Agents advanced together: the words of one chunk stay in the first-level cache.
CHUNK = 512

#: A word under exclusive or with this is its mirror image: the upper tail becomes the lower.
MIRROR = np.uint32(0xFFFFFFFF)
_M32 = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_MUL0, _MUL1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL0, _WEYL1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_TWO32 = 4294967296.0


class Purpose(IntEnum):
    """What a block of four words is for. Each process reads its own lanes of its own block."""

    # Each person, every month (filled in bulk).
    LIFE = 1  # lanes: death (ghosts: cleansing), move out or PBI-JK exit, birth, hypertension or diabetes begins
    ILLNESS = 2  # lanes: sick visits, emergency, well contact, recording
    # Each household, every month (filled in bulk).
    PREMIUM = 3  # lanes: pay or miss, return, REHAB, class move or collector
    FAMILY = 11  # lanes: job, voluntary join, crowd-out or asking the Pemda, outcome of a job loss
    # Each patient, every month.
    CHRONIC = 7  # lanes: diagnosis, Prolanis, attendance, complication
    PRESSURE = 8  # lanes: systolic shock (two words), glucose shock (two words)
    # Only where something happens.
    FATE = 4  # lanes: report to the register, sex of a newborn, naming, age-out at 21
    VISIT = 5  # lanes: referred, leaving the queue, TACC or training, admission (ordinal: visit)
    CLAIM = 6  # lanes: outpatient cost, unused, hospital, outpatient visits (ordinal: visit); for an admission
    # (ordinal 64 + that of its visit, or + 63): severity level, cost within it, hospital of an emergency, unused
    QUEUE = 15  # lanes: position in the month, consultation, registration, urgency and patience; way back in (last)
    MEASURE = 9  # lanes: systolic error (two words), glucose error (two words)
    OFFICE = 10  # lanes: NIK, NIK mended, unused, day of a self-registration
    ARRIVAL = 12  # lanes: whom a newcomer resembles, further luck of the newcomer
    # Each post of a facility, in the months in which it matters (name: facility, cadre and number of the post).
    WORKFORCE = 21  # lanes: time until it is filled (two words), leaving
    # Each doctor, every working day.
    STAFF = 20  # lanes: away, a room run by nurses (name: facility; serial: doctor, or nurses; ordinal: day of month)
    # Once per replicate.
    SYNTHESIS = 13  # lanes: as each step of the synthesis names them
    FRAILTY = 14  # lanes: gamma quantile of the person
    HOUSEHOLD = 19  # lanes: lottery, channel, distance (two words)
    BEHAVIOUR = 16  # one normal per parameter
    SHOCK = 17  # one normal per effect, place and month
    STOCK = 18  # lanes: gamma words of the split of joiners
    POSSIBLE_RULE = 30  # lanes: whether it comes (name: a checksum of the rule's name)
    # Each household, in the month in which people leave together.
    CROWD = 31  # lanes: its place among those who leave
    # Once per simulation of a calibration's table.
    OBSERVATION = 24  # one normal per series and month: errors of the figures that a district reports; resampling
    # Streams of numpy (`numpy_generator`), for what is computed from results.
    BOOTSTRAP = 22  # units drawn again, for an interval of a mean score
    WALK = 26  # a Markov chain over parameters


@dataclass(frozen=True)
class Key:
    """The two key words of one replicate; make it with :func:`make_key`."""

    k0: np.uint64
    k1: np.uint64


def make_key(seed: int, replicate: int) -> Key:
    """Mix ``seed`` and ``replicate`` (never add them: added, replicate 2 would be a shifted replicate 1).

    Raises ``ValueError`` for negative numbers.
    """
    if seed < 0 or replicate < 0:
        raise ValueError(f"seed and replicate must not be negative: {seed}, {replicate}")
    word = _splitmix(_splitmix(seed) ^ (_splitmix(replicate + 0x5851F42D4C957F2D) * 0x9E3779B97F4A7C15))
    return Key(np.uint64(word & 0xFFFFFFFF), np.uint64((word >> 32) & 0xFFFFFFFF))


def _splitmix(z: int) -> int:
    """One output of SplitMix64 (Steele et al., OOPSLA'14)."""
    mask = 0xFFFFFFFFFFFFFFFF
    z = (z + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


@nb.njit(error_model="numpy", forceinline=True)
def philox(k0, k1, c0, c1, c2, c3):  # type: ignore[no-untyped-def]
    """Philox4x32-10: four 32-bit words held in uint64. Masked where they are multiplied, so that callers vectorise."""
    for _ in range(10):
        p0 = _MUL0 * (c0 & _M32)
        p1 = _MUL1 * (c2 & _M32)
        c0, c1, c2, c3 = (p1 >> _S32) ^ c1 ^ k0, p1, (p0 >> _S32) ^ c3 ^ k1, p0
        k0 = (k0 + _WEYL0) & _M32
        k1 = (k1 + _WEYL1) & _M32
    return c0 & _M32, c1 & _M32, c2 & _M32, c3 & _M32


@nb.njit(error_model="numpy", forceinline=True)
def words(k0, k1, name, serial, ordinal, month, purpose):  # type: ignore[no-untyped-def]
    """The four uint32 words of one name (scalars; held in uint64)."""
    low = np.uint64(serial) | (np.uint64(ordinal) << np.uint64(16))
    return philox(k0, k1, np.uint64(name), low, np.uint64(month), np.uint64(purpose))


@nb.njit(error_model="numpy", forceinline=True)
def fill(k0, k1, name, serial, lo, hi, month, purpose, w0, w1, w2, w3):  # type: ignore[no-untyped-def]
    """Words of agents ``lo`` … ``hi``-1 (at most CHUNK) into the uint32 buffers ``w0`` … ``w3``, in bulk."""
    m, p = np.uint64(month), np.uint64(purpose)
    names, serials = name[lo:hi], serial[lo:hi]  # indexed from 0: else numba checks for negative indices and gathers
    for j in range(hi - lo):
        a, b, c, d = philox(k0, k1, np.uint64(names[j]), np.uint64(serials[j]), m, p)
        w0[j] = a
        w1[j] = b
        w2[j] = c
        w3[j] = d


@nb.njit(error_model="numpy", forceinline=True)
def unit(word):  # type: ignore[no-untyped-def]
    """A word as a float64 in (0, 1)."""
    return (np.float64(word) + 0.5) * (1.0 / 4294967296.0)


@nb.njit(error_model="numpy", forceinline=True)
def limit(chance):  # type: ignore[no-untyped-def]
    """The uint32 below which a word lies with ``chance`` (0 to 1 - 2**-32), for screening many at once."""
    return np.uint32(min(max(np.int64(chance * _TWO32), 0), 0xFFFFFFFF))  # type: ignore[arg-type]


@nb.njit(error_model="numpy")
def normal(word):  # type: ignore[no-untyped-def]
    """The standard normal quantile at a word: algorithm AS 241 (PPND7, Wichura 1988), error below 1e-6.

    One word and, for most, no more than a division: several times as fast as Box-Muller.
    """
    q = unit(word) - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
            / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
        )
    r = np.sqrt(-np.log(min(unit(word), 1.0 - unit(word))))
    if r <= 5.0:
        r -= 1.6
        z = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) / (
            (0.12021132975 * r + 0.73700164250) * r + 1.0
        )
    else:
        r -= 5.0
        z = (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150) / (
            (0.012258202635 * r + 0.24197894225) * r + 1.0
        )
    return z if q > 0 else -z


@nb.njit(error_model="numpy", forceinline=True)
def gauss(word_a, word_b):  # type: ignore[no-untyped-def]
    """A standard normal from two words (Box–Muller)."""
    return np.sqrt(-2.0 * np.log(unit(word_a))) * np.cos(2.0 * np.pi * unit(word_b))


@nb.njit(error_model="numpy", cache=True)
def _block_table(k0, k1, names, month, purpose):  # type: ignore[no-untyped-def]
    out = np.empty((names.size, 4), np.uint32)
    for i in range(names.size):
        a, b, c, d = philox(k0, k1, np.uint64(names[i]), np.uint64(0), np.uint64(month), np.uint64(purpose))
        out[i, 0] = a
        out[i, 1] = b
        out[i, 2] = c
        out[i, 3] = d
    return out


def block_table(key: Key, names: U32Array, month: int, purpose: Purpose) -> U32Array:
    """The four words of each of ``names`` (uint32), shape (names, 4)."""
    table: U32Array = _block_table(key.k0, key.k1, names, month, int(purpose))
    return table


def numbered(count: int) -> U32Array:
    """The names 0 … ``count``-1."""
    return np.arange(count, dtype=np.uint32)


def fractions(table: U32Array) -> FloatArray:
    """Words as float64 in (0, 1), in the shape of ``table``: what :func:`unit` does, for whole arrays."""
    return np.asarray((table + 0.5) / _TWO32, np.float64)


def uniforms(key: Key, names: U32Array, month: int, purpose: Purpose, lane: int = 0) -> FloatArray:
    """One float64 in (0, 1) per name, from ``lane`` (0-3) of its block."""
    return fractions(block_table(key, names, month, purpose)[:, lane])


def normals(key: Key, names: U32Array, month: int, purpose: Purpose) -> FloatArray:
    """One standard normal per name (lanes 0 and 1 of its block)."""
    table = block_table(key, names, month, purpose)
    first, second = fractions(table[:, 0]), fractions(table[:, 1])
    result: FloatArray = np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)
    return result


def numpy_generator(seed: int, purpose: Purpose | int) -> Generator:
    """A stream of numpy for one purpose (bootstraps, samplers): the same numbers for the same ``seed`` and ``purpose``
    under one version of numpy. What it draws depends on the order of calls, so it is never used inside a simulation.

    Raises ``ValueError`` for negative numbers.
    """
    key = make_key(seed, int(purpose))
    return Generator(Philox(key=int(key.k0) | int(key.k1) << 32))


def legacy_state(seed: int, serial: int) -> tuple[Any, ...]:
    """The state of numpy's old generator (Mersenne twister), for libraries that take no other."""
    twister = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([seed, serial])))
    state: tuple[Any, ...] = twister.get_state(legacy=True)  # type: ignore[assignment]
    return state
