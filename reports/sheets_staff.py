"""Sheet on staff: the posts of each puskesmas against the minimum of the law, in people and rupiah a year."""

from __future__ import annotations

from districts.inventory import FACILITY_INPUTS
from districts.text import month_name, translator
from reports.book import Book, label, money, span, total, whole
from reports.run import Run


def staff_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """One row for each puskesmas and cadre: posts held, minimum, missing, and what the missing would be paid a year."""
    _ = translator(lang)
    sheet = book.sheet(_("Staff"), [38, 30, 12, 12, 12, 17], upright=True)
    sheet.title(
        _("Posts of each puskesmas against the minimum staff"),
        _("Permenkes 43/2019, staff as the district's files give it, minimum and pay of {month}. A figure that is only "
          "assumed is unknown, not missing. Pay is assumed: 12 months on a district's contract, rupiah; put the "
          "district's own amounts into its rules file.").format(month=month_name(run.manifest["start"], lang)),
    )  # fmt: skip
    staffing = run.manifest.get("staffing", [])
    if not staffing:
        sheet.note(_("Nothing is compared: no puskesmas, or no minimum is known for this date."))
        return
    names = [_("held"), _("minimum"), _("missing"), _("pay of the missing, a year")]
    header = sheet.header([_("facility"), _("cadre"), *names], numbers_from=2, freeze=True)
    first, missing, rupiah, told = sheet.next, 0, 0, 0
    for entry in staffing:
        for column, post in entry["posts"].items():
            known = post["held"] is not None
            sheet.row([
                label(entry["facility"]), label(FACILITY_INPUTS[column][0 if lang == "id" else 1]),
                whole(post["held"]) if known else label(_("unknown"), "right"), whole(post["minimum"]),
                whole(post["missing"] if known else float("nan")), money(post["rupiah"] if known else float("nan")),
            ])  # fmt: skip
            if known:
                missing, rupiah, told = missing + post["missing"], rupiah + post["rupiah"], told + 1
    last = sheet.next - 1
    sheet.filter(header)
    if not told:
        sheet.note(_("No post is known, so nothing is added up: fill in the staff of the puskesmas in the district's "
                     "files."))  # fmt: skip
        return
    name = _("Sum") if told == last + 1 - first else _("Sum of what is known")
    sheet.row([label(name, "bold"), None, None, None, total(f"=SUM({span(4, first, last)})", missing),
               total(f"=SUM({span(5, first, last)})", rupiah, "rupiah")])  # fmt: skip
