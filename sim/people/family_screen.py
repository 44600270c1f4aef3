"""For which families anything can happen this month: limits of their luck, and a screening without a branch."""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.codes import HAS_PPU_LAPSED, HAS_PPU_PRIVATE, HAS_PPU_STATE, HAS_UNCOVERED, NEED_HOSPITAL, NO_EVENT
from sim.random import limit


@nb.njit(error_model="numpy")
def job_limits(rates, non_cut_off):  # type: ignore[no-untyped-def]
    """Limits of a job lost or won, by the bits of ``hh.holds`` (16,); under non-cut-off some employers wait."""
    limits = np.empty(16, np.uint32)
    registered = 1.0 - rates.evasion if non_cut_off else 1.0
    for holds in range(16):
        if holds & HAS_PPU_PRIVATE:
            limits[holds] = limit(rates.job_loss)
        elif holds & HAS_PPU_STATE:
            limits[holds] = limit(rates.job_loss_state)
        elif holds & HAS_PPU_LAPSED:
            limits[holds] = limit(rates.job_gain_lapsed * registered)
        else:
            limits[holds] = limit(rates.job_gain * registered)
    return limits


@nb.njit(error_model="numpy")
def join_limits(rates):  # type: ignore[no-untyped-def]
    """Limits of voluntary joining by the bits HAS_UNCOVERED and NEED_HOSPITAL (16,): illness sells the insurance."""
    limits = np.zeros(16, np.uint32)
    limits[HAS_UNCOVERED] = limit(rates.join)
    limits[HAS_UNCOVERED | NEED_HOSPITAL] = limit(rates.join * rates.join_when_sick)
    return limits


@nb.njit(error_model="numpy")
def screen(hh, start, end, month, w0, w1, w2, job, join, stay, flag):  # type: ignore[no-untyped-def]
    """Mark the families for whom anything can happen, without a branch; ``stay`` bounds waiting and asking."""
    holds, need, payers = hh.holds[start:end], hh.need[start:end], hh.payers[start:end]
    event, cover_until = hh.event[start:end], hh.cover_until[start:end]
    for j in range(end - start):
        flag[j] = (
            (w0[j] < job[holds[j] & 15])
            | (w1[j] < join[(holds[j] & HAS_UNCOVERED) | (need[j] & NEED_HOSPITAL)])
            | ((w2[j] < stay) & (payers[j] > 0))
            | (event[j] != NO_EVENT)
            | (cover_until[j] == month)
        )
