"""Where ``prakira`` begins: it turns user faults into messages, and Ctrl-C into one line.

Nothing is loaded before :func:`main` runs, so that Ctrl-C is answered while the program is still being loaded.
"""

from __future__ import annotations

import sys
from typing import NoReturn

#: What the framework makes of Ctrl-C.
_INTERRUPTED = 130


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 interrupted or failed, 2 a fault in what the user gave."""
    lang = _language(sys.argv[1:])
    try:
        _run(lang)
    except KeyboardInterrupt:
        _stopped(lang)


def _run(lang: str) -> None:
    from cli.app import app
    from districts.faults import InputError, UserError

    try:
        app(prog_name="prakira")
    except (InputError, UserError) as error:
        print(error.describe(lang), file=sys.stderr)
        sys.exit(2)
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
