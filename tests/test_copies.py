"""A copy of a network trains, and leaves the original as it was."""

import copy
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest

from backprop.fixed_point import FixedPointNetwork
from backprop.network import Network
from backprop.optimizers import GradientDescent
from backprop.through_time import ElmanNetwork
from backprop.training import train

COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "sent to a process": lambda network: ForkingPickler.loads(ForkingPickler.dumps(network)),
}


def networks():
    generator = np.random.default_rng(0)
    return {
        "feed-forward": Network([3, 4, 2], "tanh", generator=generator),
        "through time": ElmanNetwork(3, 4, 2, generator=generator),
        "fixed point": FixedPointNetwork.draw(3, 5, 2, generator=generator),
    }


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("kind", networks())
def test_a_copy_trains_and_leaves_the_original_alone(kind, make_copy):
    original = networks()[kind]
    before = original.parameters.copy()
    generator = np.random.default_rng(1)
    X, Y = generator.normal(size=(20, 3)), 0.1 * generator.normal(size=(20, 2))
    if kind == "through time":
        X = X[:, np.newaxis]
    twin = make_copy(original)
    assert np.array_equal(twin.parameters, before)
    losses = train(twin, X, Y, GradientDescent(0.1), epochs=5).frame()["loss"]
    assert losses.iloc[-1] < losses.iloc[0]
    assert np.array_equal(original.parameters, before)
    assert not np.array_equal(twin.parameters, before)
