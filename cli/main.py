"""The ``prakira`` command: thin, it only gathers the commands and turns user faults into messages.

Heavy libraries are imported inside the commands, so that ``prakira --help`` answers at once.
"""

from __future__ import annotations

import sys
from typing import NoReturn

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

#: What the framework makes of Ctrl-C.
_INTERRUPTED = 130

app = typer.Typer(
    name="prakira",
    help="Forecast health cover, KBK ratings, capitation and the APBD need of an Indonesian district.",
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


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 interrupted or failed, 2 a fault in what the user gave."""
    from districts.faults import InputError, UserError

    lang = _language(sys.argv[1:])
    try:
        app(prog_name="prakira")
    except (InputError, UserError) as error:
        print(error.describe(lang), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        _stopped(lang)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            _stopped(lang)
        raise
    except Exception as error:
        if (told := _disk(error, lang)) is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(1)


def _stopped(lang: str) -> NoReturn:
    print("Dihentikan." if lang == "id" else "Stopped.", file=sys.stderr)
    sys.exit(1)


def _disk(error: Exception, lang: str) -> str | None:
    """What to tell of an error of the disk: full, or not to be written to; None for any other error."""
    import errno
    import sqlite3

    from districts.text import translator

    _ = translator(lang)
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return _("the disk is full; what was stored until now is kept, and --resume goes on once there is room")
    if isinstance(error, OSError) and error.filename and error.errno in (
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG,
    ):  # fmt: skip
        return _("{file} cannot be read or written: {reason}").format(file=error.filename, reason=error.strerror)
    return None


def _language(arguments: list[str]) -> str:
    """The language the user asked for with ``--lang``, before any command has parsed its options."""
    for position, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return "en" if argument == "--lang=en" else "id"
        if argument == "--lang" and arguments[position + 1 : position + 2] == ["en"]:
            return "en"
    return "id"


if __name__ == "__main__":
    main()
