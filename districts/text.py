"""Texts in Indonesian and English: English message ids, Indonesian from ``locale/*.id.po``.

Each package keeps its own catalogue file beside the others (``districts.id.po``, ``cli.id.po``, ``reports.id.po`` ...);
they are merged when first used. Numbers, dates and rupiah are formatted with Babel in the locale's form.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO

LANGUAGES = ("id", "en")


@cache
def translator(lang: str) -> Callable[[str], str]:
    """The function that turns an English message id into ``lang`` ("id" or "en").

    Raises ``ValueError`` for another language. An id without a translation is returned as it is.
    """
    if lang == "en":
        return str
    if lang != "id":
        raise ValueError(f"lang must be one of {LANGUAGES}, not {lang!r}")
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale="id")
    for entry in sorted(files("districts").joinpath("locale").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".id.po"):
            for message in read_po(BytesIO(entry.read_bytes()), locale="id"):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    buffer = BytesIO()
    write_mo(buffer, merged)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer).gettext


def _locale(lang: str) -> str:
    return "id_ID" if lang == "id" else "en_GB"


def rupiah(value: float, lang: str = "id") -> str:
    """Whole rupiah in the locale's form: ``Rp1.234.567`` or ``IDR 1,234,567``."""
    sign, prefix = ("−" if value < 0 else ""), ("Rp" if lang == "id" else "IDR ")
    return f"{sign}{prefix}{number(abs(round(value)), lang)}"


def rupiah_short(value: float, lang: str = "id") -> str:
    """Rupiah in billions or millions, two decimals: ``Rp17,90 miliar``, ``IDR 17.90 bn``."""
    for size, word_id, word_en in ((10**12, "triliun", "tn"), (10**9, "miliar", "bn"), (10**6, "juta", "m")):
        if abs(value) >= size:
            sign, prefix = ("−" if value < 0 else ""), ("Rp" if lang == "id" else "IDR ")
            return f"{sign}{prefix}{number(abs(value) / size, lang, 2)} {word_id if lang == 'id' else word_en}"
    return rupiah(value, lang)


def signed_rupiah(value: float, lang: str = "id") -> str:
    """A change of rupiah with its sign: ``+Rp9,40 juta``, ``−Rp9,40 juta``."""
    return ("+" if value > 0 else "") + rupiah_short(value, lang)


def number(value: float, lang: str = "id", decimals: int = 0) -> str:
    """A number with the locale's separators and a fixed number of ``decimals``; a true minus sign."""
    from babel.numbers import format_decimal

    if round(value, decimals) == 0:
        value = 0  # no minus before a zero
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=_locale(lang)).replace("-", "−")


def percent(share: float, lang: str = "id", decimals: int = 1) -> str:
    """A share 0-1 as percent: ``98,2 %`` with a non-breaking space (``98.2%`` in English)."""
    text = number(share * 100, lang, decimals)
    return f"{text}\u00a0%" if lang == "id" else f"{text}%"


def month_name(month: str, lang: str = "id", short: bool = False) -> str:
    """``"2026-11"`` as ``November 2026`` (``Nov 2026`` when short) in the language."""
    from babel.dates import format_date

    year, index = (int(part) for part in month.split("-"))
    return format_date(date(year, index, 1), "LLL yyyy" if short else "LLLL yyyy", locale=_locale(lang))


def month_of_year(position: int, lang: str = "id") -> str:
    """The name of a calendar month, 1 to 12, without a year."""
    from babel.dates import get_month_names

    return str(get_month_names("wide", "stand-alone", _locale(lang))[position])


def listed(words: list[str], lang: str = "id") -> str:
    """Words joined as a sentence joins them: "Januari, April, dan Juli"."""
    from babel.lists import format_list

    return format_list(words, locale=_locale(lang))
