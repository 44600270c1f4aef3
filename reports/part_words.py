"""The parts of the amount of a year in words: what each is called, and the person-months it is a price of."""

from __future__ import annotations

from districts.text import number, rupiah, translator
from reports.answer import certainty_words
from reports.cuts import Part
from reports.numbers import label as indicator_label
from reports.run import Run


def part_name(run: Run, part: Part, lang: str = "id") -> str:
    """What a part is called."""
    _ = translator(lang)
    words = {
        "debt": _("debt carried in"),
        "others": _("paid by others (deducted)"),
        "reserve": _("reserve, so that it is enough in {certainty} cases").format(
            certainty=certainty_words(run.certainty, lang)
        ),
    }
    return words.get(part.key) or indicator_label(part.key, lang)


def price_told(part: Part, lang: str = "id") -> str:
    """Person-months, times the price where there was one price all year; empty for a part without a price."""
    if not part.person_months:
        return ""
    heads = person_months(part.person_months, lang)
    if part.rupiah % part.person_months:
        return heads
    return f"{heads} × {rupiah(part.rupiah // part.person_months, lang)}"


def person_months(count: float, lang: str = "id") -> str:
    """ "44.703 orang-bulan"."""
    return translator(lang)("{count} person-months").format(count=number(count, lang))
