"""The paper of charts: tips that a PNG does not show, a phone's form without small text, colours that survive."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.image import imread

from reports import palette
from reports.canvas import LEAST, NARROW, WIDTH, Canvas, Chart, hover_script
from reports.fans import month_tips

SVG = "{http://www.w3.org/2000/svg}"


def chart(tips: bool = True, narrow: float | None = 2.0) -> Chart:
    def paint(canvas: Canvas) -> None:
        axes = canvas.axes(1, 0.5, canvas.width - 2, 1.0)
        axes.plot([0, 1, 2], [1, 3, 2])
        axes.set_xlim(-0.5, 2.5)
        axes.set_ylim(0, 4)
        axes.text(1, 1, "small", fontsize=6)
        if tips:
            canvas.tip(axes, 0.5, 1.5, 'a "b" <c>\nd & e', 1, 2)
            month_tips(canvas, axes, [0, 1, 2], ["2026-01", "2026-02", "2026-03"], ["x", "y", "z"], "en")

    return Chart("kertas", "A finding <of> some & sort", "What is drawn.", "In words: 1, 3, 2.", 2.0, paint, narrow)


def tips_of(svg: str) -> list[str]:
    return [rect.get("data-tip") or "" for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect")
            if rect.get("data-tip")]  # fmt: skip


@pytest.mark.parametrize("narrow", [False, True])
def test_tips_lie_where_they_were_put_and_hold_any_text(narrow: bool) -> None:
    root = ElementTree.fromstring(chart().svg(titled=False, narrow=narrow))
    rects = [rect for rect in root.iter(f"{SVG}rect") if rect.get("data-tip")]
    assert [rect.get("data-tip") for rect in rects] == [
        'a "b" <c>\nd & e', "January 2026\nx", "February 2026\ny", "March 2026\nz"]  # fmt: skip
    assert [title.text for title in root.iter(f"{SVG}title")] == [rect.get("data-tip") for rect in rects]
    width = (NARROW if narrow else WIDTH) - 2
    x, y, wide, tall = (float(rects[0].get(name) or "nan") for name in ("x", "y", "width", "height"))
    # a third of the axes across, a quarter up; y runs down from the top of a drawing two inches high
    assert np.allclose([x, wide, tall], [72 * (1 + width / 3), 72 * width / 3, 72 * 0.25], atol=0.11)
    assert np.isclose(y, 72 * (2 - 0.5 - 0.5), atol=0.11)
    assert float(rects[1].get("height") or 0) == pytest.approx(72, abs=0.11)


def test_a_png_is_the_same_with_and_without_tips() -> None:
    assert chart(tips=True).png() == chart(tips=False).png()


def test_all_wide_forms_are_one_drawing_the_untitled_cut_off_beneath_the_title() -> None:
    drawn: list[float] = []
    made = chart()

    def counted(canvas: Canvas) -> None:
        drawn.append(canvas.width)
        made.paint(canvas)

    shared = replace(made, paint=counted)
    titled, untitled = (imread(BytesIO(shared.png(titled))) for titled in (True, False))
    svgs = [shared.svg(titled) for titled in (True, False)]
    assert shared.svg(titled=False, narrow=True)
    assert drawn == [WIDTH, NARROW]
    assert untitled.shape[:2] == (300, 1500)
    assert np.abs(titled[-300:] - untitled).max() < 0.01
    assert (titled[:-300] < 0.5).any()
    assert ["What is drawn." in svg for svg in svgs] == [True, False]
    assert shared.svg() == made.svg()  # nothing is left behind by the other forms
    assert shared.png() == made.png()
    assert (ElementTree.fromstring(svgs[1]).get("viewBox") or "").split()[2:] == ["720", "144"]


def test_a_chart_is_a_described_picture() -> None:
    for titled, narrow in ((True, False), (False, False), (False, True)):
        root = ElementTree.fromstring(chart().svg(titled, narrow))
        assert root.get("role") == "img"
        assert root.get("aria-label") == "A finding <of> some & sort"
        described = next(iter(root))
        assert described.tag == f"{SVG}desc"
        assert described.get("id") == root.get("aria-describedby")
        assert described.text == "In words: 1, 3, 2."
        assert root.get("tabindex") == (None if titled else "0")
    assert ElementTree.fromstring(chart(tips=False).svg(titled=False)).get("tabindex") is None


def test_the_two_forms_share_no_identifier() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', chart().svg(titled=False, narrow=narrow))) for narrow in (False, True)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_phone_gets_its_own_drawing_with_no_small_text() -> None:
    svg = chart().svg(titled=False, narrow=True)
    assert ElementTree.fromstring(svg).get("viewBox", "").split()[2] == "358"
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:\d+ )?([\d.]+)px", svg)]
    assert sizes
    assert min(sizes) >= LEAST
    without = chart(narrow=None)
    assert without.svg(titled=False, narrow=True) == without.svg(titled=False)


def test_the_script_is_short_and_asks_nobody() -> None:
    script = hover_script()
    assert len(script.splitlines()) <= 60
    for word in ("http", "fetch", "XMLHttp", "import", "eval", "innerHTML"):
        assert word not in script


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1) of "#RRGGBB"."""
    share = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


#: Machado, Oliveira and Fernandes 2009, full severity, for linear RGB.
DEFICIENCIES = {
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                        [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                        [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip


def seen(colour: str, deficiency: str) -> str:
    share = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    found = np.clip(DEFICIENCIES[deficiency] @ linear, 0, 1)
    back = np.where(found <= 0.0031308, found * 12.92, 1.055 * found ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02X}" for value in back)


def test_the_formula_of_contrast_on_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("ink", "ground", "stated"),
    [
        (palette.INK, palette.PAPER, 16.2), (palette.SOFT, palette.PAPER, 7.8), (palette.SOFT, palette.TINT, 7.1),
        (palette.ACCENT, palette.PAPER, 7.5), (palette.ACCENT, palette.ACCENT_GROUND, 6.5),
        (palette.WARNING, palette.PAPER, 6.7), (palette.FAN_EDGE, palette.PAPER, 3.5),
        (palette.KBK[100][1], palette.KBK[100][0], 14.4), (palette.KBK[95][1], palette.KBK[95][0], 10.4),
        (palette.KBK[90][1], palette.KBK[90][0], 4.7), (palette.KBK[85][1], palette.KBK[85][0], 13.1),
    ],
)  # fmt: skip
def test_contrasts_are_those_the_design_states(ink: str, ground: str, stated: float) -> None:
    assert contrast(ink, ground) == pytest.approx(stated, abs=0.1)


@pytest.mark.parametrize("deficiency", ["none", *DEFICIENCIES])
def test_fills_beside_each_other_differ_in_lightness_for_every_eye(deficiency: str) -> None:
    """In grey print and under the two common deficiencies only lightness is left to tell the steps apart."""

    def eye(colour: str) -> str:
        return colour if deficiency == "none" else seen(colour, deficiency)

    steps = [eye(palette.KBK[step][0]) for step in (100, 95, 90, 85)]
    assert all(contrast(light, dark) > 1.3 for light, dark in zip(steps, steps[1:], strict=False))
    assert all(luminance(light) > luminance(dark) for light, dark in zip(steps, steps[1:], strict=False))
    assert contrast(eye(palette.FAN_8), eye(palette.FAN_5)) > 1.3
    assert contrast(eye(palette.FAN_8), eye(palette.PAPER)) > 1.3
    assert contrast(eye(palette.FAN_5), eye(palette.PAST)) > 1.5  # forecast beside data
    for line in (palette.ACCENT, palette.WARNING, palette.INK):
        for ground in (palette.PAPER, palette.TINT, palette.FAN_8):
            assert contrast(eye(line), eye(ground)) > 3


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_accent_and_warning_differ_in_hue_where_red_and_green_do_not(deficiency: str) -> None:
    accent, warning = (seen(colour, deficiency) for colour in (palette.ACCENT, palette.WARNING))
    blue = [int(colour[5:], 16) - int(colour[1:3], 16) for colour in (accent, warning)]
    assert blue[0] > 60
    assert blue[1] < -60


def test_a_picture_is_white_around_and_readable_in_grey(tmp_path: Path) -> None:
    grey = imread(BytesIO(chart().png()))[..., :3] @ [0.299, 0.587, 0.114]
    assert (grey[:3] > 0.99).all()
    assert grey.min() < 0.3
