"""A district's posterior: parameters on the scale of their priors, places used exactly, draws that no order moves."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from districts.faults import UserError
from districts.write import write_folder
from scenarios.blocks import ASSUMED, LUCK, SHOCKS, kinds, members, probe, probes
from scenarios.plan import _district_files
from sim.behaviour import PARAMETERS, Behaviour, default_behaviour
from sim.posterior import ABOUT, DRAWS, PLACES, Posterior, centre_of, draw_of, posterior_folder
from sim.random import Purpose, make_key, normals, numbered
from sim.shocks import EFFECT_SD, EFFECTS, Shocks, draw_shocks
from tests.chance import assert_mean
from tests.engine import BEHAVIOUR, results, small

DRAWN = [parameter for parameter in PARAMETERS if parameter.scale != "fixed"]
KEY = make_key(11, 2)
FACILITIES = 4
NAMES = ("premium.miss", "segment.join", "care.sick", "segment.pbi_in")
CODES = tuple(facility.code for facility in small().facilities)
NORMALS = normals(KEY, numbered(40 * 100), 7, Purpose.SHOCK)


def made(draws: int = 7, effects: tuple[str, ...] = EFFECTS, facilities: tuple[str, ...] = CODES) -> Posterior:
    """A posterior at quantiles of the priors that no two draws share."""
    z = NORMALS[: draws * len(NAMES)].reshape(draws, len(NAMES)) / 3
    by_name = {parameter.name: parameter for parameter in PARAMETERS}
    values = np.array([[by_name[name].quantile(float(at)) for name, at in zip(NAMES, row, strict=True)] for row in z])
    size = draws * len(effects) * len(facilities)
    places = NORMALS[len(NORMALS) - size :].reshape(draws, len(effects), len(facilities)) / 5
    about = {"district": "tiny", "history": ["2022-01", "2023-12"], "informed": list(NAMES[:3]),
             "uninformed": [NAMES[3]]}  # fmt: skip
    return Posterior(NAMES, values, effects, facilities, places, about)


# -- parameters on the scale of their priors -------------------------------------------------------------------------


@given(st.sampled_from(DRAWN), st.floats(-4, 4))
def test_z_is_the_inverse_of_the_quantile(parameter, z: float) -> None:  # type: ignore[no-untyped-def]
    value = parameter.quantile(z)
    flat = (parameter.high if z > 0 else parameter.low) == parameter.default
    assert parameter.z(value) == pytest.approx(0.0 if flat else z, abs=1e-6)


@pytest.mark.parametrize("parameter", DRAWN, ids=lambda parameter: parameter.name)
def test_z_at_the_named_points(parameter) -> None:  # type: ignore[no-untyped-def]
    """The default is the median, ``low`` and ``high`` the 10 % and 90 % points of a standard normal (±1.2816)."""
    assert parameter.z(parameter.default) == 0.0
    for edge, z in ((parameter.low, -1.2815515655), (parameter.high, 1.2815515655)):
        if edge != parameter.default:
            assert parameter.z(edge) == pytest.approx(z, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "value"),
    [("premium.miss", 0.0), ("premium.miss", 1.0), ("premium.miss", np.nan), ("care.sick", 0.0), ("care.sick", np.inf),
     ("segment.pbi_in", np.nan), ("shock.size", 1.0)],
)  # fmt: skip
def test_what_a_prior_cannot_give_is_refused(name: str, value: float) -> None:
    parameter = next(entry for entry in PARAMETERS if entry.name == name)
    with pytest.raises(ValueError, match=name):
        parameter.z(value)


def test_what_a_calibration_estimates_is_drawn_and_named_once() -> None:
    fitted = {kind: [entry.name for entry in PARAMETERS if entry.fit == kind] for kind in ("dynamic", "level")}
    assert [len(names) for names in fitted.values()] == [
        13,
        11,
    ]  # about a dozen at most: more than the history can tell apart
    assert {"premium.miss", "care.kbk_effort"} <= set(fitted["dynamic"])
    assert {"care.recorded", "chronic.attendance"} <= set(fitted["level"])
    assert all(entry.scale != "fixed" for entry in PARAMETERS if entry.fit)
    assert {entry.fit for entry in PARAMETERS} == {"", "dynamic", "level"}


# -- facility effects ------------------------------------------------------------------------------------------------


def shocks(behaviour: Behaviour, months: int = 5) -> Shocks:
    return draw_shocks(behaviour, KEY, months, FACILITIES)


def test_effects_are_named_as_the_shocks_have_them() -> None:
    drawn = shocks(default_behaviour())
    fields = {field.name: getattr(drawn, field.name) for field in dataclasses.fields(Shocks)}
    assert sorted(name for name in fields if fields[name].shape == (FACILITIES,)) == sorted(EFFECTS)
    assert set(EFFECT_SD) == set(EFFECTS)
    assert set(EFFECT_SD.values()) <= {parameter.name for parameter in DRAWN}


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("size", [0.0, 1.0])
def test_a_known_effect_is_used_as_it_is_and_moves_no_other(effect: str, size: float) -> None:
    behaviour = default_behaviour().but({"shock.size": size})
    known = (0.3, -0.2, 0.0, 1.5)
    before, after = shocks(behaviour), shocks(behaviour.at_places({effect: known}))
    for field in dataclasses.fields(Shocks):
        mine, plain = getattr(after, field.name), getattr(before, field.name)
        assert np.array_equal(mine, np.array(known) if field.name == effect else plain), field.name


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_effect_has_the_spread_of_its_parameter(effect: str) -> None:
    """4,000 facilities: the square of a normal of variance 1 has the mean 1."""
    wide = draw_shocks(default_behaviour(), KEY, 1, 4000)
    assert_mean((getattr(wide, effect) / default_behaviour()[EFFECT_SD[effect]]) ** 2, 1.0)


@pytest.mark.parametrize("known", [{"weather": (0.0,) * FACILITIES}, {"contact": (0.0, 0.1)}])
def test_an_effect_that_does_not_fit_is_refused(known: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match=next(iter(known))):
        shocks(default_behaviour().at_places(known))


def test_draws_and_changes_keep_the_places_and_tell_vectors_apart() -> None:
    placed = default_behaviour().at_places({"contact": [0.1] * 4}).at_places({"tacc": [0.2] * 4})
    assert dict(placed.places) == {"contact": (0.1,) * 4, "tacc": (0.2,) * 4}
    assert placed.draw(1, 2).places == placed.but({"care.sick": 0.1}).places == placed.places
    assert placed.draw(1, 2).values == default_behaviour().draw(1, 2).values
    assert len({hash(placed), hash(default_behaviour()), hash(placed.at_places({"tacc": [0.3] * 4}))}) == 3


def test_effects_at_zero_are_the_centre_of_a_run_without_chance() -> None:
    nothing = default_behaviour().at_places({name: [0.0] * FACILITIES for name in EFFECTS})
    plain, zero = (results(behaviour=behaviour, months=2).to_bytes() for behaviour in (BEHAVIOUR, nothing))
    assert plain == zero


def test_attendance_moves_who_is_seen_and_nobodys_enrolment() -> None:
    """At ±30 on the logit scale everyone or nobody comes; who is enrolled, referred or ill is the same."""
    placed = BEHAVIOUR.at_places({"attendance": [30.0, -30.0, 30.0, -30.0]})
    plain, moved = (results(behaviour=behaviour, months=1) for behaviour in (BEHAVIOUR, placed))
    seen = moved.series("prolanis_seen", "facility")[0]
    assert seen[[1, 3]].tolist() == [0, 0]
    assert (seen[[0, 2]] > plain.series("prolanis_seen", "facility")[0][[0, 2]]).all()
    for key in ("ht_prolanis", "dm_prolanis", "referrals", "sick_visits", "registered"):
        assert np.array_equal(moved.series(key, "facility"), plain.series(key, "facility")), key


# -- draws -----------------------------------------------------------------------------------------------------------


def test_a_draw_is_a_row_and_all_else_is_as_without_a_posterior() -> None:
    posterior, rows = made(), set()
    for replicate in range(20):
        vector, plain = posterior.draw(5, replicate), default_behaviour().draw(5, replicate)
        mine = np.array([vector[name] for name in NAMES])
        row = int(np.flatnonzero((posterior.values == mine).all(axis=1))[0])
        rows.add(row)
        assert np.array_equal(np.array([dict(vector.places)[name] for name in EFFECTS]), posterior.places[row])
        assert {k: v for k, v in vector.values if k not in NAMES} == {k: v for k, v in plain.values if k not in NAMES}
    assert rows == set(range(7))  # in turn: none is left out
    firsts = {posterior.draw(seed, 0)["premium.miss"] for seed in range(60)}
    assert len(firsts) == 7  # and the seed says where they begin


def test_draws_do_not_depend_on_order_or_on_what_is_held() -> None:
    posterior = made()
    forward = [posterior.draw(3, replicate) for replicate in range(9)]
    assert [posterior.draw(3, replicate) for replicate in reversed(range(9))] == forward[::-1]
    held = frozenset({"premium.miss", "demo.tfr"})
    free, bound, centre = posterior.draw(3, 4).as_dict(), posterior.draw(3, 4, held), posterior.centre()
    for name, value in bound.values:
        assert value == (centre[name] if name in held else free[name]), name
    assert bound.places == posterior.draw(3, 4).places
    assert centre["demo.tfr"] == default_behaviour()["demo.tfr"]
    assert centre["care.sick"] == sorted(posterior.values[:, 2])[3]


def test_without_a_posterior_the_priors_are_drawn() -> None:
    assert centre_of(None) == default_behaviour()
    assert draw_of(None, 4, 1, frozenset({"care.sick"})) == default_behaviour().draw(4, 1, frozenset({"care.sick"}))


# -- what probes hold ------------------------------------------------------------------------------------------------


def test_probes_hold_blocks_at_the_centre_of_the_posterior() -> None:
    posterior = made()
    whole, centre = posterior.draw(1, 5), posterior.centre()
    informed = frozenset(posterior.informed)
    for block in probes():
        vector, luck_only = probe(block, 1, 5, posterior)
        held = {parameter.name for parameter in members(block, informed)}
        expected = {name: centre[name] if name in held or block == LUCK else value for name, value in whole.values}
        assert vector.as_dict() == expected, block
        assert luck_only == (block in (LUCK, SHOCKS))
        assert vector.places == (centre.places if luck_only else whole.places), block


def test_what_the_history_told_of_is_no_longer_assumed() -> None:
    informed = frozenset(made().informed)
    was = {parameter.name: parameter.kind for parameter in PARAMETERS}
    assert kinds("care", informed)["calibrated"] == 1
    assert sum(kinds("care", informed).values()) == sum(kinds("care").values())
    left = {parameter.name for parameter in members(ASSUMED, informed)}
    assert {parameter.name for parameter in members(ASSUMED)} - left == {n for n in informed if was[n] == "assumed"}
    assert kinds(ASSUMED, informed) == {"assumed": len(left)}


# -- on disk ---------------------------------------------------------------------------------------------------------


def test_what_is_saved_is_read_to_the_last_bit(tmp_path: Path) -> None:
    posterior = made()
    posterior.save(tmp_path / "p")
    again = Posterior.load(tmp_path / "p")
    for field in ("values", "places"):
        assert np.array_equal(getattr(again, field), getattr(posterior, field))
    for field in ("names", "effects", "facilities", "about"):
        assert getattr(again, field) == getattr(posterior, field)
    assert again.digest() == posterior.digest()
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == sorted((DRAWS, PLACES, ABOUT))
    other = made(draws=8)
    assert other.digest() != posterior.digest()
    other.save(tmp_path / "p")  # in place of the first
    assert Posterior.load(tmp_path / "p").digest() == other.digest()


def test_a_posterior_may_know_parameters_alone_or_effects_alone(tmp_path: Path) -> None:
    alone = made(effects=())
    places = Posterior((), np.zeros((7, 0)), ("contact",), CODES, made().places[:, :1], {**alone.about, "informed": []})
    for name, posterior in (("parameters", alone), ("places", places)):
        posterior.save(tmp_path / name)
        again = Posterior.load(tmp_path / name)
        assert again.draw(1, 3) == posterior.draw(1, 3)
    assert alone.draw(1, 3).places == ()
    assert places.draw(1, 3).values == default_behaviour().draw(1, 3).values


def test_shapes_that_do_not_fit_are_refused() -> None:
    whole = made()
    with pytest.raises(ValueError, match="shapes"):
        dataclasses.replace(whole, values=whole.values[:, :2])
    with pytest.raises(ValueError, match="shapes"):
        dataclasses.replace(whole, values=whole.values[:0], places=whole.places[:0])


def _sealed(folder: Path, change: Callable[[dict], None] | None = None) -> None:
    """Write ``posterior.json`` anew, changed and with the checksums of the other two as they now are."""
    import hashlib

    head = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    head["sha256"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (DRAWS, PLACES)}
    if change:
        change(head)
    (folder / ABOUT).write_text(json.dumps(head), encoding="utf-8")


def _edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / DRAWS).unlink(), "draws.csv is missing"),
        (lambda f: (f / ABOUT).write_text("{"), "posterior.json is damaged or not a posterior"),
        (lambda f: _sealed(f, lambda head: head.update(format=99)), "format 99; this program reads format 1"),
        (lambda f: _sealed(f, lambda head: head["about"].pop("history")), "posterior.json is damaged"),
        (lambda f: _sealed(f, lambda head: head.pop("names")), "posterior.json is damaged"),
        (lambda f: _edit(f, DRAWS, "\n", "\n0.1,0.1,0.1,0.1\n"), "draws.csv was changed after it was written"),
        (lambda f: (_edit(f, DRAWS, NAMES[0], "premium.gone"), _sealed(f)), "draws.csv does not hold what"),
        (lambda f: (_edit(f, ABOUT, '"premium.miss",\n  "segment.join",\n  "care.sick",\n  "segment.pbi_in"',
                          '"premium.gone", "segment.join", "care.sick", "segment.pbi_in"'),),
         "unknown parameter premium.gone; another version of Prakira made it, calibrate anew"),
        (lambda f: (_edit(f, ABOUT, '"tacc"', '"weather"'),), "unknown facility effect weather"),
        (lambda f: (_edit(f, DRAWS, "\n", "\n1.5,0.1,0.1,0.1\n"), _sealed(f)), "premium.miss cannot be 1.5"),
        (lambda f: (_edit(f, DRAWS, "\n", "\nnan,0.1,0.1,0.1\n"), _sealed(f)), "premium.miss cannot be nan"),
        (lambda f: (_edit(f, DRAWS, "\n", "\n0.1\n"), _sealed(f)), "draws.csv does not hold what"),
        (lambda f: (_edit(f, PLACES, "\n0,", "\n9,"), _sealed(f)), "places.csv does not hold what"),
        (lambda f: (_edit(f, PLACES, f"\n0,premium,{CODES[0]},", f"\n0,premium,{CODES[0]},x"), _sealed(f)),
         "places.csv does not hold what"),
        (lambda f: ((f / PLACES).write_text(_infinite((f / PLACES).read_text())), _sealed(f)), "cannot be inf"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_stored_posterior_is_told(
    tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    made().save(tmp_path)
    damage(tmp_path)
    with pytest.raises(UserError, match=message) as refused:
        Posterior.load(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert refused.value.describe("id") != str(refused.value)


def _infinite(text: str) -> str:
    head, first, *rest = text.splitlines()
    return "\n".join([head, ",".join([*first.split(",")[:3], "inf"]), *rest]) + "\n"


def test_a_save_that_is_interrupted_leaves_nothing_that_is_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made().save(tmp_path)
    import os

    moved, move = [], os.replace

    def stops(source: Path, target: Path) -> None:
        if moved:
            raise KeyboardInterrupt
        moved.append(target)
        move(source, target)

    monkeypatch.setattr("sim.posterior.os.replace", stops)
    with pytest.raises(KeyboardInterrupt):
        made(draws=9).save(tmp_path)
    with pytest.raises(UserError, match="not written whole"):
        Posterior.load(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((DRAWS, PLACES, ABOUT))


def test_facilities_in_another_order_are_found_by_code_and_others_are_refused() -> None:
    posterior = made()
    turned = posterior.of_facilities(CODES[::-1])
    assert np.array_equal(turned.places, posterior.places[:, :, ::-1])
    with pytest.raises(UserError, match=r"other facilities \(X1\); calibrate the district anew"):
        posterior.of_facilities((*CODES, "X1"))


def test_where_a_posterior_lies(tmp_path: Path) -> None:
    write_folder(small(3_000, 2), tmp_path / "d")
    book = tmp_path / "d.v2.xlsx"
    book.write_bytes(b"")
    assert posterior_folder(str(tmp_path / "d")) == tmp_path / "d" / "posterior"
    assert posterior_folder(str(book)) == tmp_path / "d.v2.posterior"
    assert posterior_folder("bengkulu-utara") == Path("bengkulu-utara.posterior")
    before = _district_files(str(tmp_path / "d"))
    made().save(tmp_path / "d" / "posterior")
    assert _district_files(str(tmp_path / "d")) == before  # it is no input of the district
