"""What a district's own history says of the parameters and of its facilities: equally weighted joint draws, on disk.

A posterior lies in a folder of three files beside the district: ``draws.csv`` (a column for each parameter, a row for
each draw), ``places.csv`` (draw, effect, facility code, value) and ``posterior.json`` (what it was made of, with the
checksums of the other two). It belongs to the facilities it was made for.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from sim.behaviour import PARAMETERS, Behaviour, default_behaviour
from sim.random import make_key
from sim.shocks import EFFECTS

FloatArray = NDArray[np.float64]

DRAWS, PLACES, ABOUT = "draws.csv", "places.csv", "posterior.json"
#: Version of the stored form.
FORMAT = 1
_PLACES_HEAD = ["draw", "effect", "facility", "value"]
_KNOWN = {parameter.name: parameter for parameter in PARAMETERS if parameter.scale != "fixed"}


def posterior_folder(where: str) -> Path:
    """Where the posterior of the district at ``where`` lies: in a folder's ``posterior``, beside a workbook, in the
    working directory for a shipped example."""
    path = Path(where)
    if path.is_dir():
        return path / "posterior"
    if path.is_file():
        return path.with_name(f"{path.stem}.posterior")
    return Path(f"{where}.posterior")


@dataclass(frozen=True, eq=False)
class Posterior:
    """Joint draws of the parameters ``names``, ``values`` (draws, names), and of the facility effects ``effects``,
    ``places`` (draws, effects, facilities) of the ``facilities`` with these codes, on the scales of
    :data:`sim.shocks.EFFECT_SD`.

    ``about`` is plain JSON: ``district`` (name), ``history`` (first and last month, "YYYY-MM"), ``informed`` and
    ``uninformed`` (names that the history told of, and not), and whatever else its maker wants to remember. Draws are
    taken in their order, so that they should stand in random order. Raises ``ValueError`` for shapes that do not fit.
    """

    names: tuple[str, ...]
    values: FloatArray
    effects: tuple[str, ...]
    facilities: tuple[str, ...]
    places: FloatArray
    about: dict[str, Any]

    def __post_init__(self) -> None:
        shapes = (len(self.values), len(self.names)), (len(self.values), len(self.effects), len(self.facilities))
        if not len(self.values) or (self.values.shape, self.places.shape) != shapes:
            raise ValueError(f"a posterior of the shapes {self.values.shape} and {self.places.shape}, not {shapes}")

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.values)

    @property
    def history(self) -> tuple[str, str]:
        """First and last month of the history, "YYYY-MM"."""
        first, last = self.about["history"]
        return str(first), str(last)

    @property
    def informed(self) -> tuple[str, ...]:
        """The parameters that the history told of."""
        return tuple(name for name in self.names if name in set(self.about["informed"]))

    def draw(self, seed: int, replicate: int, held: frozenset[str] = frozenset()) -> Behaviour:
        """The vector of ``replicate``: the row of a draw, all other parameters from their priors, drawn as they would
        be without a posterior. A parameter that is ``held`` keeps the value of :meth:`centre`; places are the row's.

        Replicates take the draws in turn, from one that the seed names; with more replicates than draws they repeat.
        """
        row = (int(make_key(seed, 0).k0) + replicate) % self.draws
        drawn = default_behaviour().draw(seed, replicate, held)
        taken = dict(zip(self.names, map(float, self.values[row]), strict=True))
        middle = dict(zip(self.names, map(float, np.median(self.values, axis=0)), strict=True))
        return self._placed(drawn.but({**taken, **{name: middle[name] for name in held & set(middle)}}),
                            self.places[row])  # fmt: skip

    def centre(self) -> Behaviour:
        """The medians of the draws, parameters and facility effects; all other parameters at their default."""
        middle = dict(zip(self.names, map(float, np.median(self.values, axis=0)), strict=True))
        return self._placed(default_behaviour().but(middle), np.median(self.places, axis=0))

    def ranges(self) -> dict[str, tuple[float, float, float]]:
        """(median, 10 % point, 90 % point) of each parameter."""
        points = np.quantile(self.values, [0.5, 0.1, 0.9], axis=0).T
        return {name: (float(row[0]), float(row[1]), float(row[2]))
                for name, row in zip(self.names, points, strict=True)}  # fmt: skip

    def of_facilities(self, codes: Sequence[str]) -> Posterior:
        """The same posterior with the facilities in the order of ``codes``.

        Raises ``UserError`` when these are other facilities than those it was made for.
        """
        if sorted(codes) != sorted(self.facilities):
            other = sorted(set(codes) ^ set(self.facilities)) or sorted(codes)
            raise UserError("the posterior was made for other facilities ({codes}); calibrate the district anew, or "
                            "add --prior", codes=", ".join(other))  # fmt: skip
        order = [self.facilities.index(code) for code in codes]
        return replace(self, facilities=tuple(codes), places=self.places[:, :, order])

    def digest(self) -> str:
        """The SHA-256 of all that the posterior says."""
        return hashlib.sha256(self._files()[ABOUT]).hexdigest()

    def save(self, folder: Path) -> None:
        """Write the three files into ``folder`` (made if need be), ``posterior.json`` last: it names the checksums of
        the others, so that a posterior that was not written whole is refused."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".half-") as half:
            written = self._files()
            for name, content in written.items():
                (Path(half) / name).write_bytes(content)
            for name in written:
                os.replace(Path(half) / name, folder / name)

    @classmethod
    def load(cls, folder: Path) -> Posterior:
        """The posterior in ``folder``. Raises ``UserError`` with the file and what is wrong with it."""
        folder = Path(folder)
        head = _head(folder / ABOUT)
        names, effects, facilities = (tuple(map(str, head[key])) for key in ("names", "effects", "facilities"))
        for strange in [name for name in names if name not in _KNOWN]:
            raise UserError("{path}: unknown parameter {name}; another version of Prakira made it, calibrate anew",
                            path=folder / ABOUT, name=strange)  # fmt: skip
        for strange in [name for name in effects if name not in EFFECTS]:
            raise UserError("{path}: unknown facility effect {name}; another version of Prakira made it, calibrate "
                            "anew", path=folder / ABOUT, name=strange)  # fmt: skip
        draws, cells = (_content(folder / name, head["sha256"].get(name)) for name in (DRAWS, PLACES))
        values = _values(folder / DRAWS, draws, names)
        places = _places(folder / PLACES, cells, len(values), effects, facilities)
        return cls(names, values, effects, facilities, places, head["about"])

    def _placed(self, behaviour: Behaviour, places: FloatArray) -> Behaviour:
        return behaviour.at_places(dict(zip(self.effects, places.tolist(), strict=True)))

    def _files(self) -> dict[str, bytes]:
        """The content of each file, in the order in which they are written."""
        draws = _table(list(self.names), self.values.tolist())
        places = _table(_PLACES_HEAD, [
            [draw, effect, facility, value]
            for draw, row in enumerate(self.places.tolist())
            for effect, values in zip(self.effects, row, strict=True)
            for facility, value in zip(self.facilities, values, strict=True)
        ])  # fmt: skip
        head = {
            "format": FORMAT,
            "names": self.names,
            "effects": self.effects,
            "facilities": self.facilities,
            "about": self.about,
            "sha256": {DRAWS: hashlib.sha256(draws).hexdigest(), PLACES: hashlib.sha256(places).hexdigest()},
        }
        return {DRAWS: draws, PLACES: places,
                ABOUT: (json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()}  # fmt: skip


def centre_of(posterior: Posterior | None) -> Behaviour:
    """The centre that a run without chance has: of the posterior if there is one, else the medians of the priors."""
    return default_behaviour() if posterior is None else posterior.centre()


def draw_of(posterior: Posterior | None, seed: int, replicate: int, held: frozenset[str] = frozenset()) -> Behaviour:
    """The vector of ``replicate``, from the posterior if there is one, else from the priors; parameters that are
    ``held`` stay at :func:`centre_of`."""
    if posterior is None:
        return default_behaviour().draw(seed, replicate, held)
    return posterior.draw(seed, replicate, held)


def _table(head: list[str], rows: list[list[Any]]) -> bytes:
    """A CSV table; numbers with all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()


def _head(path: Path) -> dict[str, Any]:
    """What ``posterior.json`` says, after a check of its form."""
    if not path.is_file():
        raise UserError("there is no posterior in {folder} ({file} is missing)", folder=path.parent, file=path.name)
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
        found, about = head["format"], head["about"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError("{path} is damaged or not a posterior of this program", path=path) from error
    if found != FORMAT:
        raise UserError("{path} has format {found}; this program reads format {known}",
                        path=path, found=found, known=FORMAT)  # fmt: skip
    parts = (("names", list), ("effects", list), ("facilities", list), ("sha256", dict), ("about", dict))
    whole = all(isinstance(head.get(key), kind) for key, kind in parts)
    window = about.get("history") if whole else None
    told = whole and all(isinstance(about.get(key), list) for key in ("informed", "uninformed"))
    if not told or not isinstance(window, list) or len(window) != 2:
        raise UserError("{path} is damaged or not a posterior of this program", path=path)
    return dict(head)


def _content(path: Path, expected: str | None) -> str:
    if not path.is_file():
        raise UserError("there is no posterior in {folder} ({file} is missing)", folder=path.parent, file=path.name)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != expected:
        raise UserError("{path} was changed after it was written, or not written whole; calibrate anew", path=path)
    return content.decode()


def _values(path: Path, text: str, names: tuple[str, ...]) -> FloatArray:
    """The draws, each parameter on its scale."""
    head, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    if tuple(head) != names or not rows:
        raise _other(path)
    values = _numbers(path, rows)
    if values.shape != (len(rows), len(names)):
        raise _other(path)
    for name, column in zip(names, values.T.tolist(), strict=True):
        for value in column:
            if not _KNOWN[name].allows(value):
                raise UserError("{path}: {name} cannot be {value}; calibrate anew", path=path, name=name, value=value)
    return values


def _places(path: Path, text: str, draws: int, effects: tuple[str, ...], facilities: tuple[str, ...]) -> FloatArray:
    """The facility effects: each of each facility once for every draw, in order."""
    head, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    wanted = [[str(draw), effect, place] for draw in range(draws) for effect in effects for place in facilities]
    if head != _PLACES_HEAD or [row[:-1] for row in rows] != wanted:
        raise _other(path)
    values = _numbers(path, [row[-1:] for row in rows])
    if not np.isfinite(values).all():
        raise UserError("{path}: {name} cannot be {value}; calibrate anew", path=path, name="value",
                        value=values[~np.isfinite(values)][0])  # fmt: skip
    return values.reshape(draws, len(effects), len(facilities))


def _numbers(path: Path, rows: list[list[str]]) -> FloatArray:
    try:
        return np.array(rows, np.float64)
    except ValueError as error:
        raise _other(path) from error


def _other(path: Path) -> UserError:
    return UserError("{path} does not hold what {file} says of it; calibrate anew", path=path, file=ABOUT)
