"""``prakira rules``: what the law says on a date, with its source and confidence."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.tables import Lang, print_table

app = typer.Typer(help="What the rules say on a date: premiums, tariffs, KBK, UHC bars, calendar.")

On = Annotated[str | None, typer.Option("--on", help="Date (YYYY-MM-DD or YYYY-MM); today if left out.")]
Language = Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")]


@app.callback(invoke_without_command=True)
def rules(context: typer.Context, on: On = None, lang: Language = Lang.id) -> None:
    """List the rules with the value of a date; `show KEY` tells all about one."""
    if context.invoked_subcommand is not None:
        return
    from districts.text import translator
    from sim.rules import RuleDateError, load_rules
    from sim.rules.values import as_date

    _ = translator(lang)
    day, table, shown = as_date(on or _today()), load_rules(), []
    for key in table.keys():  # noqa: SIM118 (not a dict)
        try:
            entry = table.entry(key, day)
        except RuleDateError:
            continue
        value = _short(entry.value)
        shown.append([key, value, entry.unit, _(entry.confidence), _(entry.title)])
    print_table([_("rule"), _("value"), _("unit"), _("confidence"), _("title")], shown, left=5)


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Name of the rule, such as premium.pbi_jk.")],
    on: On = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Language = Lang.id,
) -> None:
    """Print one rule on a date: value, unit, dates, instrument, article, source, confidence, note."""
    import json

    from districts.text import translator
    from sim.rules import load_rules

    entry = load_rules().entry(key, on or _today())
    end = entry.effective_to.isoformat() if entry.effective_to else None
    fields: dict[str, Any] = {
        "key": entry.key,
        "title": entry.title,
        "value": entry.value,
        "unit": entry.unit,
        "effective_from": entry.effective_from.isoformat(),
        "effective_to": end,
        "instrument": entry.instrument,
        "article": entry.article,
        "source": entry.source,
        "confidence": entry.confidence,
        "note": entry.note,
        "origin": entry.origin,
    }
    if as_json:
        print(json.dumps(fields, indent=2, ensure_ascii=False))
        return
    _ = translator(lang)
    fields["value"] = _whole(entry.value)
    for name in ("title", "confidence", "origin"):
        fields[name] = _(fields[name])
    fields["effective_to"] = end or _("still in force")
    width = max(len(_(name)) for name in fields)
    for name, value in fields.items():
        if value != "":
            print(f"{_(name):<{width}}  {value}")


def _today() -> str:
    from datetime import date

    return date.today().isoformat()


def _whole(value: Any) -> str:
    """A value as one line of JSON; text and numbers as they are."""
    import json

    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def _short(value: Any) -> str:
    text = _whole(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
