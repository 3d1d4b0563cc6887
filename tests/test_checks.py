"""`agrees` is True for the right shape and the right numbers, and False for all else."""

from fractions import Fraction

import numpy as np
import pytest

from backprop.checks import agrees


@pytest.mark.parametrize(
    "answer, expected",
    [
        (1, 1.0),
        (np.float32(0.5), 0.5),
        (Fraction(1, 2), 0.5),
        (1e9 + 0.5, 1e9),
        ([1, (2, 3)], [1, [2, 3]]),
        ({"a": [1.0]}, {"a": [1]}),
        (np.ones((2, 3)), np.ones((2, 3), dtype=int)),
        ("yes", "yes"),
        (True, True),
        (None, None),
    ],
)
def test_right_answers_agree(answer, expected):
    assert agrees(answer, expected) is True


@pytest.mark.parametrize(
    "answer, expected",
    [
        (1.001, 1.0),
        (float("nan"), 1.0),
        (float("inf"), float("inf")),
        ("1.0", 1.0),
        (True, 1),
        (1, True),
        (None, 0.0),
        ((n for n in [1]), [1]),
        ([1], 1),
        ([1, 2], [1]),
        ("ab", ["a", "b"]),
        ({"a": 1, "b": 2}, {"a": 1}),
        (np.ones(3), np.ones((3, 1))),
        (np.ones((1, 3)), np.ones(3)),
        ([1.0], np.ones(1)),
        (np.array(["1"]), np.ones(1)),
        (np.array([np.nan]), np.ones(1)),
        (np.array([None]), np.ones(1)),
        (np.ones(1), 1.0),
    ],
)
def test_wrong_answers_do_not(answer, expected):
    assert agrees(answer, expected) is False


def test_tolerance_is_relative_to_large_numbers_and_absolute_for_small_ones():
    assert agrees(101, 100, tolerance=0.01) and not agrees(101.5, 100, tolerance=0.01)
    assert agrees(0.01, 0.0, tolerance=0.01) and not agrees(0.02, 0.0, tolerance=0.01)
