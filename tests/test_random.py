"""The generator: published known answers, names that never collide, draws that are uniform and independent."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats import norm

from sim.random import Purpose, block_table, limit, make_key, normal, normals, numbered, philox, uniforms
from tests.chance import assert_mean, assert_share, assert_uniform

#: Known answers of Philox4x32-10 (Random123): key, counter, output.
KNOWN = (
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)


@pytest.mark.parametrize(("key", "counter", "expected"), KNOWN)
def test_philox_gives_the_published_answers(key: tuple, counter: tuple, expected: tuple) -> None:
    words = philox(*(np.uint64(word) for word in (*key, *counter)))
    assert tuple(int(word) for word in words) == expected


def test_keys_of_seeds_and_replicates_do_not_meet() -> None:
    keys = {(int(k.k0), int(k.k1)) for seed in range(40) for replicate in range(40) if (k := make_key(seed, replicate))}
    assert len(keys) == 1600
    with pytest.raises(ValueError, match="negative"):
        make_key(-1, 0)


def test_a_draw_depends_on_its_name_only() -> None:
    key = make_key(3, 1)
    few, many = block_table(key, numbered(10), 5, Purpose.VISIT), block_table(key, numbered(500), 5, Purpose.VISIT)
    assert np.array_equal(few, many[:10])
    assert not np.array_equal(few, block_table(key, numbered(10), 6, Purpose.VISIT))
    assert not np.array_equal(few, block_table(key, numbered(10), 5, Purpose.LIFE))


@pytest.mark.parametrize("lane", range(4))
def test_uniforms_are_uniform_over_persons_months_and_replicates(lane: int) -> None:
    key = make_key(11, 0)
    assert_uniform(uniforms(key, numbered(20000), 1, Purpose.VISIT, lane))
    assert_uniform(np.array([uniforms(key, numbered(1), m, Purpose.VISIT, lane)[0] for m in range(2000)]))
    assert_uniform(np.array([uniforms(make_key(11, r), numbered(1), 1, Purpose.VISIT, lane)[0] for r in range(2000)]))


def test_neighbouring_names_are_uncorrelated() -> None:
    key = make_key(5, 0)
    first = uniforms(key, numbered(50000), 3, Purpose.ILLNESS)
    for other in (
        uniforms(key, numbered(50001)[1:], 3, Purpose.ILLNESS),
        uniforms(key, numbered(50000), 4, Purpose.ILLNESS),
        uniforms(make_key(5, 1), numbered(50000), 3, Purpose.ILLNESS),
        uniforms(key, numbered(50000), 3, Purpose.ILLNESS, 1),
    ):
        assert stats.pearsonr(first, other).pvalue > 1e-4


def test_normals_are_standard_normal() -> None:
    z = normals(make_key(2, 7), numbered(40000), 1, Purpose.SHOCK)
    assert_mean(z, 0.0)
    assert_uniform(stats.norm.cdf(z))


def test_words_hit_a_share_with_its_probability() -> None:
    luck = uniforms(make_key(9, 9), numbered(200000), 0, Purpose.VISIT)
    for p in (0.001, 0.05, 0.5, 0.999):
        assert_share(int((luck < p).sum()), len(luck), p)


def test_normals_equal_the_quantiles_of_the_normal_law() -> None:
    """Against SciPy's, at both ends of the range too."""
    words = np.unique(np.concatenate([np.linspace(0, 2**32 - 1, 5001), 2.0 ** np.arange(32), 2**32 - 1 - np.arange(9)]))
    found = np.array([normal(np.uint64(word)) for word in words])
    assert np.abs(found - norm.ppf((words + 0.5) / 2**32)).max() < 1e-6


def test_a_limit_lets_its_share_of_words_pass() -> None:
    assert [int(limit(chance)) for chance in (-0.5, 0.0, 0.25, 0.5, 1.0, 7.0)] == [
        0, 0, 2**30, 2**31, 2**32 - 1, 2**32 - 1,
    ]  # fmt: skip
