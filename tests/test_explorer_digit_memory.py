"""The explorer of the memory: it converges to the states of the package, with stored weights."""

import json

import numpy as np
import pytest
from explorer_pages import check_agreement, opened, usual_and_drawn
from explorer_weights import restored, stored
from memories import erased, stored_patterns

from backprop.fixed_point import FixedPointNetwork

NAME = "digit-memory"
PATTERNS = stored_patterns(0)
COMPUTE = """([name, settings]) => {
    const explorer = document.querySelector(name);
    const result = explorer.compute(settings);
    return JSON.stringify({...result, rows: explorer.rows(result)});
}"""


@pytest.fixture(scope="module")
def memory():
    """Chapter 12's memory with the weights of the page."""
    W, b = restored(stored("memory_weights.js")["layer"])
    return FixedPointNetwork(W, np.eye(196), b, outputs=196, tolerance=1e-3)


def expected(memory, given, pattern):
    """The explorer's table, computed by the package."""
    point = memory.forward(given[None])
    states = [np.zeros(196)]
    for _ in range(point.steps):
        states.append(np.tanh(states[-1] @ memory.W + given + memory.b))
    counts = [int((state * PATTERNS[pattern] > 0).sum()) for state in states]
    nearest = int((point.A * PATTERNS > 0).sum(axis=1).argmax())
    return {
        "pixels that are given": int(np.abs(given).sum()),
        "steps": point.steps,
        "nearest stored digit": f"{nearest // 2} ({'second' if nearest % 2 else 'first'})",
        **{f"pixels on their right side after step {i}": count for i, count in enumerate(counts)},
        **{f"pixel {i // 14}, {i % 14}": float(value) for i, value in enumerate(point.A[0])},
    }


def test_its_numbers_are_those_of_the_package(memory, chromium, tmp_path):
    generator = np.random.default_rng(12)
    shares = []
    with opened(chromium, tmp_path, NAME) as visit:
        for one in usual_and_drawn(visit.page, NAME, generator):
            found = json.loads(visit.page.evaluate(COMPUTE, [NAME, one]))
            given, pattern = np.array(found["given"], float), int(one["pattern"])
            assert np.isin(given * PATTERNS[pattern], [0, 1]).all()
            shares.append((given == 0).mean() - one["share"])
            check_agreement(dict(found["rows"]), expected(memory, given, pattern))
    assert abs(np.mean(shares)) < 0.01 and np.std(shares) < 0.04


def test_it_stores_the_digits_of_the_chapter():
    signs = stored("memory_weights.js")["patterns"]
    found = [[1 if sign == "#" else -1 for sign in text] for text in signs]
    assert np.array_equal(found, PATTERNS)


def test_the_rounded_weights_restore_as_many_as_those_of_the_chapter(memory):
    """The chapter prints 0.91, with 80 % of the pixels missing."""
    whole = np.tile(PATTERNS, (10, 1))
    given = erased(np.random.default_rng(9), whole, 0.8)
    assert abs((memory.predict(given) * whole > 0).all(axis=1).mean() - 0.91) <= 0.02
