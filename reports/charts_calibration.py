"""The charts of a calibration: each parameter before and after, the window as observed and as the model gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from districts.text import number, percent, translator
from reports import palette
from reports.calibration_words import targets_told
from reports.canvas import TICK, WIDTH, Canvas, Chart
from reports.fans import decimals_for, months_beneath, panel_title, panels, round_step, value_axis
from reports.parameters import indicator_words, parameter_label, parameter_value, place_words
from scenarios.months import span
from sim.behaviour import PARAMETERS
from sim.posterior import Posterior

_ROW = 0.36  # inches of a parameter
_LABEL, _VALUE = 4.0, 2.4  # inches for the words left and right
_MILLION = 1e6
_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def parameters_chart(posterior: Posterior, lang: str = "id") -> Chart:
    """Every parameter that was asked about: the range before (grey) and after (blue where the history told of it)."""
    _ = translator(lang)
    told = list(posterior.informed)
    names = [*told, *(name for name in posterior.about["free"] if name not in told)]
    height = 1.05 + _ROW * (len(names) + (0 < len(told) < len(names)))

    def paint(canvas: Canvas) -> None:
        axes = canvas.axes(_LABEL, 0.85, WIDTH - _LABEL - _VALUE, height - 1.05)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        axes.axvline(0.0, color=palette.RULE, linewidth=1.0)
        places, at = [], 0.0
        for name in names:
            at += bool(told) and name == names[len(told) % len(names)] and 0 < len(told) < len(names)
            places.append(at)
            at += 1.0
        for place, name in zip(places, names, strict=True):
            _one(canvas, axes, place, name, posterior, height, name in told, lang)
        axes.set_ylim(at - 0.5, -0.5)
        furthest = max((abs(edge) for name in names for edge in _edges(name, posterior)), default=0.0)
        axes.set_xlim(-max(2.8, furthest + 0.2), max(2.8, furthest + 0.2))
        axes.set_yticks([])
        axes.set_xticks([-1.28, 0.0, 1.28], [percent(0.1, lang, 0), "", percent(0.9, lang, 0)])
        canvas.text(0.15, 0.28, _("Numbers: middle (8 in 10) after calibration"), fontsize=TICK)
        _key(canvas, 0.15, 0.05, lang)

    lead = _("Range of 8 in 10 before (grey) and after. Above: the history told of it. Below: it did not, the range "
             "stays what is known elsewhere.")  # fmt: skip
    words = "; ".join(f"{parameter_label(name, lang)}: {_range(name, posterior, lang)}" for name in names)
    title = _("{informed} of {count} parameters are narrower than before").format(informed=len(told), count=len(names))
    return Chart("parameter", title, lead, words, height, paint)


def _one(
    canvas: Canvas, axes: Any, place: float, name: str, posterior: Posterior, height: float, informed: bool, lang: str
) -> None:
    low, middle, high = _edges(name, posterior)
    axes.plot([-1.2816, 1.2816], [place, place], color=palette.HAIRLINE, linewidth=11, solid_capstyle="butt")
    colour = palette.ACCENT if informed else palette.SOFT
    axes.plot([low, high], [place, place], color=colour, linewidth=4.5 if informed else 2.0, solid_capstyle="butt")
    axes.plot([middle], [place], "o", color=colour, markersize=6.5 if informed else 4.5,
              markeredgecolor=palette.PAPER, markeredgewidth=1.0)  # fmt: skip
    style = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": TICK, "clip_on": False,
             "color": palette.INK if informed else palette.SOFT}  # fmt: skip
    axes.text(-0.03, place, parameter_label(name, lang), ha="right", **style)
    axes.text(1.03, place, _range(name, posterior, lang), ha="left", **style)


def _edges(name: str, posterior: Posterior) -> tuple[float, float, float]:
    """10 % point, middle and 90 % point after calibration, where those before lie at -1.28, 0 and 1.28."""
    middle, low, high = (_BY_NAME[name].z(value) for value in posterior.ranges()[name])
    return low, middle, high


def _key(canvas: Canvas, left: float, bottom: float, lang: str) -> None:
    _ = translator(lang)
    marks = (
        (palette.HAIRLINE, _("before, from its 10 % to its 90 % point")),
        (palette.ACCENT, _("after, told by the history")),
        (palette.SOFT, _("after, not told")),
    )
    for colour, text in marks:
        swatch = canvas.axes(left, bottom, 0.26, 0.13)
        swatch.set_facecolor(colour)
        swatch.set_xticks([])
        swatch.set_yticks([])
        left += 0.34 + canvas.text(left + 0.34, bottom + 0.02, text, fontsize=TICK) + 0.3


def _range(name: str, posterior: Posterior, lang: str) -> str:
    middle, low, high = (parameter_value(name, value, lang) for value in posterior.ranges()[name])
    return f"{middle} ({low}–{high})"


def replay_chart(posterior: Posterior, lang: str = "id") -> Chart | None:
    """The main series as observed (dots) on what the calibrated model gives for the same months; None without any."""
    _ = translator(lang)
    bands = posterior.about["diagnostics"]["bands"]
    if not bands:
        return None
    first, months = posterior.history[0], len(bands[0]["observed"])
    columns = 2
    rows = -(-len(bands) // columns)
    tall, between = 1.6, 1.05

    def paint(canvas: Canvas) -> None:
        for at, band in enumerate(bands):
            left, width = panels(columns, 0.85, WIDTH - 0.3, 1.05)[at % columns]
            bottom = 0.95 + (rows - 1 - at // columns) * (tall + between)
            _panel(canvas, band, left, bottom, width, tall, span(first, months), lang)
        _replay_key(canvas, lang)

    lead = _("Dots: observed. Band: where 8 of 10 simulated months lie after calibration, errors of counting included; "
             "line: their middle.")  # fmt: skip
    names = ", ".join(_band_name(band, lang) for band in bands)
    height = 0.95 + rows * tall + (rows - 1) * between + 0.4
    return Chart("riwayat", targets_told(posterior, lang), lead, _("Small charts of {names}.").format(names=names),
                 height, paint)  # fmt: skip


def _panel(
    canvas: Canvas, band: dict[str, Any], left: float, bottom: float, width: float, tall: float,
    months: Sequence[str], lang: str,
) -> None:  # fmt: skip
    factor = 1.0 / _MILLION if _rupiah(band) else 1.0
    columns = {name: factor * np.array([np.nan if value is None else value for value in band[name]])
               for name in ("observed", "low", "middle", "high")}  # fmt: skip
    axes = canvas.axes(left, bottom, width, tall)
    positions = np.arange(len(months))
    axes.fill_between(positions, columns["low"], columns["high"], color=palette.FAN_8, linewidth=0)
    axes.plot(positions, columns["middle"], color=palette.FAN_EDGE, linewidth=1.6)
    axes.plot(positions, columns["observed"], "o", color=palette.INK, markersize=3.6)
    everything = np.concatenate(list(columns.values()))
    low, high = float(np.nanmin(everything)), float(np.nanmax(everything))
    room = max(high - low, 0.02 * max(abs(high), 1e-9))
    bottom_value = max(0.0, low - 0.25 * room) if low >= 0 else low - 0.25 * room
    decimals = decimals_for(round_step((high + 0.15 * room - bottom_value) / 4))
    value_axis(axes, bottom_value, high + 0.15 * room, lambda value: number(value, lang, decimals), 4)
    axes.set_xlim(-0.5, len(months) - 0.5)
    months_beneath(axes, months, lang, width)
    panel_title(canvas, left, bottom + tall + 0.1, _band_name(band, lang), width)


def _rupiah(band: dict[str, Any]) -> bool:
    from districts.history_catalogue import BY_KEY

    return BY_KEY[band["indicator"]].unit == "rupiah"


def _band_name(band: dict[str, Any], lang: str) -> str:
    _ = translator(lang)
    name = indicator_words(band["indicator"], lang)
    if band["place"] != "district":
        name = f"{name}, {place_words(band['place'], lang)}"
    return _("{name}, millions of rupiah").format(name=name) if _rupiah(band) else name


def _replay_key(canvas: Canvas, lang: str) -> None:
    _ = translator(lang)
    axes = canvas.axes(0.85, 0.2, 0.26, 0.15)
    axes.set_facecolor(palette.FAN_8)
    axes.set_xticks([])
    axes.set_yticks([])
    at = 1.19 + canvas.text(1.19, 0.23, _("calibrated model, 8 in 10"), fontsize=TICK) + 0.3
    dot = canvas.axes(at, 0.2, 0.2, 0.15)
    dot.axis("off")
    dot.plot([0.5], [0.5], "o", color=palette.INK, markersize=4)
    canvas.text(at + 0.26, 0.23, _("observed"), fontsize=TICK)
