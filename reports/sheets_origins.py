"""The sheet on where the uncertainty comes from: one row per part of the model, or why that is not told."""

from __future__ import annotations

from districts.text import translator
from reports.book import WORDS, Book, label, share, whole
from reports.origins import block_words, bounded, findings
from reports.run import Run
from scenarios.blocks import calibrated, kinds

KINDS = ("published", "calibrated", "assumed")


def origins_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Each part's share of the variance of the need and of capitation with its interval, and how many of its
    parameters are published, calibrated and assumed."""
    _ = translator(lang)
    shares = run.shares
    widths = WORDS if shares is None else [34, 46, *[11] * 9]
    sheet = book.sheet(_("Uncertainty"), widths, upright=shares is None)
    sheet.title(_("Where the uncertainty comes from"))
    for sentence in findings(run, lang):
        sheet.note(sentence, "lead")
    if shares is None:
        sheet.note(_("No table stands here until then."))
        return
    sheet.next += 1
    figures = (_("need"), _("capitation"))
    parts = (_("share"), _("from"), _("to"))
    sheet.header([
        _("part of the model"), _("what it holds"), *(f"{figure}: {part}" for figure in figures for part in parts),
        *(_("parameters: {kind}").format(kind=kind) for kind in (_("published"), _("calibrated"), _("assumed"))),
    ], numbers_from=2)  # fmt: skip
    for block in shares.need:
        words, counts = block_words(block, lang), kinds(block, calibrated(run.manifest))
        found = [edge for told in (shares.need[block], shares.capitation[block])
                 for edge in map(bounded, (told.value, told.low, told.high))]  # fmt: skip
        sheet.row([
            label(words.name, "wrap"), label(words.holds, "wrap"), *map(share, found),
            *(whole(counts.get(kind, 0)) for kind in KINDS),
        ])  # fmt: skip
