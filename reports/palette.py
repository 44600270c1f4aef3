"""The colours of every report. Text has a contrast of 4.5 to 1 or more on its ground; no fill carries meaning alone."""

from __future__ import annotations

INK = "#16222C"
SOFT = "#46545F"
ACCENT = "#0B5A84"
ACCENT_GROUND = "#E6F0F6"
WARNING = "#9C3F00"
FAN_8 = "#CBDFEB"
FAN_5 = "#93BDD6"
FAN_EDGE = "#5B8FB2"
RULE = "#C3CDD5"
HAIRLINE = "#E2E8EC"
PAPER = "#FFFFFF"
TINT = "#F2F5F7"
PAST = "#7C8993"  # bars of months that are known
FORM_LINE = "#6B7984"  # of official forms, which are ruled on every side
INPUT = "#FFF6D6"  # of cells that a reader may fill in; ink on it 15:1

#: Paid share of capitation in percent -> (ground, digits): one hue ordered by lightness, so it survives grey print.
KBK: dict[int, tuple[str, str]] = {
    100: ("#EDF3F7", INK),
    95: ("#BCD3E2", INK),
    90: ("#4478A0", PAPER),
    85: ("#0C3350", PAPER),
}


def kbk_colours(percent: int) -> tuple[str, str]:
    """(ground, digits) of a paid share in whole percent; shares between two steps take the darker one.

    Clinics are paid 100, 97, 96 or 95 %: 97 and 96 look like 95.
    """
    return KBK[max((step for step in KBK if step <= percent), default=min(KBK))]
