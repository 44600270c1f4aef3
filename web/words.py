"""The words of what a lever may be set to, as people read them: English ids by the word of the scenario file."""

from __future__ import annotations

import re

from districts.text import translator
from scenarios.levers.base import NAMED

#: By field where a word means different things, else by the word alone.
CHOICES: dict[str, str] = {
    "quota": "a fixed quota", "hold_status": "hold the UHC status", "cover_all_eligible": "everybody eligible",
    "never_first": "never registered first", "lapsed_first": "lapsed first", "arrears_first": "in arrears first",
    "poorest_first": "poorest first", "unused_first": "those who did not use care first",
    "better_off_first": "the better-off first", "newest_first": "the newest first",
    "unbounded": "no ceiling", "amounts": "amounts by year", "heads_at_start": "months of the heads in January",
    "last_year_growth": "last year's bill with growth", "district": "as in the district's budget",
    "owe": "owe BPJS", "drop": "switch members off", "freeze": "no new members",
    "grace_then_drop": "owe for some months, then switch off",
    "central": "the centre", "province": "the province", "bpjs": "BPJS Kesehatan", "apbd": "APBD",
    "posyandu": "posyandu", "school_health": "school health (UKS)", "posbindu": "posbindu",
    "elderly": "the elderly", "doctors": "doctors", "dentists": "dentists", "nurses": "nurses",
    "midwives": "midwives", "zones_2016": "zones of 2016", "zones_2017": "zones of 2017",
    "score_2019": "score of 2019, in force", "puskesmas": "puskesmas", "klinik_pratama": "primary clinics",
    "rs_d_pratama": "class D primary hospitals", "dpm": "solo doctors", "dokter_gigi": "dentists",
    "arrive": "they come", "leave": "they go", "any": "all segments", "never": "never registered",
    "pbi_jk": "PBI-JK", "pbpu_pemda": "PBPU Pemda", "ppu": "PPU", "pbpu": "PBPU", "bp": "BP",
    "true": "yes", "false": "no", "all": "all of them", "blud": "those with BLUD finance", "some": "those marked below",
    "1": "class I", "2": "class II", "3": "class III",
}  # fmt: skip

_MONTHS_ID = ("januari", "februari", "maret", "april", "mei", "juni",
              "juli", "agustus", "september", "oktober", "november", "desember")  # fmt: skip
_AFTER = re.compile(r"(\d{1,3}) (?:bulan setelah awal|months? after the start)")
#: Units of which a number between 0 and 1 is told in percent.
_SHARE = re.compile(r"^(share|chance)\b")


def choice_words(choice: object, lang: str = "id") -> str:
    """A word of a scenario file, as people read it; the word itself where nobody said more."""
    text = CHOICES.get(str(choice))
    return str(choice) if text is None else translator(lang)(text)


def is_share(unit: str) -> bool:
    """Whether a field of this unit is told in percent."""
    return _SHARE.match(unit) is not None


def unit_words(unit: str, lang: str = "id") -> str:
    """The unit beside a field; ``% dari keluarga yang menunggak`` for a share."""
    told = translator(lang)(unit) if unit else ""
    if not is_share(unit):
        return told
    return re.sub(r"^(bagian|share|peluang|chance)", "%", told)


def month_word(month: str, lang: str = "id") -> str:
    """A month of a scenario file as people write it: ``januari`` for ``january``, ``sejak awal`` for ``+0``, ``3 bulan
    setelah awal`` for ``+3``; others stay."""
    if month.startswith("+"):
        _ = translator(lang)
        after = int(month[1:])
        if after < 2:
            return _("1 month after the start") if after else _("from the start")
        return _("{count} months after the start").format(count=after)
    return _MONTHS_ID[NAMED.index(month)] if lang == "id" and month in NAMED else month


def month_read(text: str) -> str:
    """What people write for a month, as a scenario file has it."""
    word = " ".join(text.casefold().split())
    if word in ("sejak awal", "from the start"):
        return "+0"
    if after := _AFTER.fullmatch(word):
        return f"+{int(after[1])}"
    return NAMED[_MONTHS_ID.index(word)] if word in _MONTHS_ID else word
