"""The commands of ``prakira``, gathered. Heavy libraries are imported inside them, so that help answers at once."""

from __future__ import annotations

import typer

from cli import (
    again,
    backtest,
    budget,
    calibrate,
    compare,
    district,
    export,
    kbk,
    library,
    optimise,
    report,
    rkpd,
    rules,
    run,
    sensitivity,
    web,
)

app = typer.Typer(
    name="prakira",
    help="Forecast health cover, KBK ratings, capitation and the APBD need of an Indonesian district.",
    epilog="Exit codes: 0 done, 1 stopped (Ctrl-C) or failed, 2 a fault in what was given, told in full. "
    "`prakira COMMAND --help` tells about one command.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(kbk.app, name="kbk")
app.add_typer(budget.app, name="budget")
app.add_typer(rules.app, name="rules")
district.register(app)
run.register(app)
again.register(app)
library.register(app)
compare.register(app)
calibrate.register(app)
backtest.register(app)
sensitivity.register(app)
optimise.register(app)
rkpd.register(app)
export.register(app)
report.register(app)
web.register(app)
