"""Shows how far a run is: a bar with the time left on a terminal, plain lines elsewhere. Both on standard error."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.run import Progress

_LINES = 20  # plain lines a run prints at most


@contextmanager
def shown(
    lang: str, quiet: bool, words: str = "{done} of {total} units"
) -> Iterator[Callable[[Progress], None] | None]:
    """A callback for :func:`scenarios.run.execute` or a calibration; None when ``quiet``. ``words`` is the message id
    of a line."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(lang, words) as callback:
            yield callback
    else:
        yield _lines(lang, words)


def compile_first(lang: str, silent: bool) -> None:
    """Compiles the program where this machine has not done so yet, and says so unless ``silent``."""
    from districts.text import translator
    from sim.warm import compile_kernels, compiled

    if compiled():
        return
    if not silent:
        text = translator(lang)("First start here: the program is compiled once, in one to three minutes.")
        print(text, file=sys.stderr, flush=True)
    compile_kernels()


def time_left(seconds: float | None, lang: str) -> str:
    """ "about 3 minutes left", seconds by fives; nothing when it is not known, or at the end."""
    from districts.text import translator

    if seconds is None or round(seconds) == 0:
        return ""
    _ = translator(lang)
    if seconds < 90:
        return _("about {seconds} seconds left").format(seconds=5 * math.ceil(seconds / 5))
    return _("about {minutes} minutes left").format(minutes=round(seconds / 60))


def _lines(lang: str, words: str) -> Callable[[Progress], None]:
    from districts.text import translator

    _, told = translator(lang), [-1]

    def callback(state: Progress) -> None:
        part = state.done * _LINES // max(state.total, 1)
        if part != told[0]:
            told[0] = part
            text = _(words).format(done=state.done, total=state.total)
            left = time_left(state.seconds_left, lang)
            print(f"{text}, {left}" if left else text, file=sys.stderr, flush=True)

    return callback


@contextmanager
def _bar(lang: str, words: str) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    from districts.text import translator

    _ = translator(lang)
    columns = (BarColumn(), TextColumn("{task.fields[text]}"), TextColumn("{task.fields[left]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, text="", left="")

        def callback(state: Progress) -> None:
            text = _(words).format(done=state.done, total=state.total)
            bar.update(task, completed=state.done, total=state.total, text=text,
                       left=time_left(state.seconds_left, lang))  # fmt: skip

        yield callback
