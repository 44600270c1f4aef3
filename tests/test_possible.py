"""Possible rules: how often they come, together with what, and the two runs of which every replicate is one."""

from __future__ import annotations

from sim.policy import RuleChange
from sim.possible import come_true
from sim.random import make_key
from tests.chance import assert_share
from tests.engine import policy_for, results, small

KEYS = [make_key(11, replicate) for replicate in range(2000)]


def _came(*changes: RuleChange, central: bool = False) -> list[tuple[RuleChange, ...]]:
    return [come_true(changes, key, central) for key in KEYS]


def _rule(name: str, chance: float, key: str = "premium.pbi_jk") -> RuleChange:
    return RuleChange(key, "2024-01", 1, chance, name)


def test_a_rule_comes_as_often_as_its_chance_says() -> None:
    assert_share(sum(map(bool, _came(_rule("rise", 0.3)))), len(KEYS), 0.3)


def test_what_is_certain_always_comes_and_what_has_no_chance_never() -> None:
    assert all(_came(_rule("rise", 1.0)))
    assert not any(_came(_rule("rise", 0.0)))


def test_changes_of_one_name_come_together_and_those_of_two_names_apart() -> None:
    one, same, other = _rule("rise", 0.4), _rule("rise", 0.4, "premium.pbpu.class1"), _rule("kris", 0.4)
    found = _came(one, same, other)
    assert all((one in came) == (same in came) for came in found)
    assert_share(sum(one in came and other in came for came in found), len(KEYS), 0.16)


def test_what_comes_with_a_small_chance_comes_with_a_larger_one() -> None:
    rare, likely = _rule("rise", 0.2), _rule("rise", 0.7)
    assert all(likely in came for came in _came(rare, likely) if rare in came)


def test_without_chance_the_likelier_half_comes() -> None:
    assert all(_came(_rule("rise", 0.5), central=True))
    assert not any(_came(_rule("rise", 0.49), central=True))


def test_every_replicate_is_the_run_with_the_rule_or_the_run_without() -> None:
    """With a chance of one half all of twelve replicates agree once in 2,048 seeds; the seed is fixed."""
    district = small(600, 1)
    rise = RuleChange("premium.pbpu_pemda.premium", "2023-12", 50_000, 0.5, "rise")
    came = []
    for replicate in range(12):
        without, certain, possible = (
            results(district, policy_for(district, 3, rule_changes=changes), replicate=replicate, luck_only=False)
            for changes in ((), (rise._replace(chance=1.0),), (rise,))
        )
        assert without.to_bytes() != certain.to_bytes()
        assert possible.to_bytes() in (without.to_bytes(), certain.to_bytes())
        came.append(possible.to_bytes() == certain.to_bytes())
    assert 0 < sum(came) < 12
