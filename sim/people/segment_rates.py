"""The rates at which families change segment, by the parameters of sim/behaviour.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class SegmentRates(NamedTuple):
    """Chances per family and month, all floats: ``job_loss`` and ``job_loss_state`` of families of wage earners,
    ``job_gain`` and, once out of a job, ``job_gain_lapsed`` of the others; ``self_pay`` and ``covered`` are the shares
    of job losses that end in self-payment and in lay-off cover; ``join`` that uncovered members join as PBPU,
    ``join_when_sick`` times as likely when a member needs hospital care. Under non-cut-off: ``crowd_out`` that a
    paying class III family stops to wait, ``evasion`` the share of job gains that are not registered yet,
    ``ask_pemda`` that a family in arrears asks to be taken over."""

    job_loss: float
    job_loss_state: float
    job_gain: float
    job_gain_lapsed: float
    self_pay: float
    covered: float
    join: float
    join_when_sick: float
    crowd_out: float
    evasion: float
    ask_pemda: float


def segment_rates(b: Mapping[str, float], times: float = 1.0, laid_off: float = 0.0) -> SegmentRates:
    """The rates by the parameters of sim/behaviour.yaml, in a month in which private workers' families lose their job
    ``times`` as often as usual, and ``laid_off`` (0-1) of the others besides. Raises ``KeyError`` for a vector without
    one of the parameters."""
    usual = min(1.0, b["segment.job_loss"] * times)
    return SegmentRates(
        job_loss=usual + laid_off * (1.0 - usual),
        job_loss_state=b["segment.job_loss_state"],
        job_gain=b["segment.job_gain"],
        job_gain_lapsed=b["segment.job_gain_lapsed"],
        self_pay=b["segment.job_loss_self_pay"],
        covered=b["segment.job_loss_covered"],
        join=b["segment.join"],
        join_when_sick=b["segment.join_when_sick"],
        crowd_out=b["segment.crowd_out"],
        evasion=b["segment.ppu_evasion"],
        ask_pemda=b["segment.ask_pemda"],
    )
