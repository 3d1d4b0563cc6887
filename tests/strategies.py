"""Random networks and data for property tests."""

import numpy as np
from hypothesis import strategies as st

from backprop.activations import ACTIVATIONS
from backprop.losses import DIVISORS, SquaredError
from backprop.network import Network

seeds = st.integers(0, 2**32 - 1)


@st.composite
def networks(draw, activations=tuple(ACTIVATIONS), max_layers=4):
    """A network of any depth with random weights and biases, and a batch X, Y for it."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=max_layers + 1))
    names = st.sampled_from(activations)
    generator = np.random.default_rng(draw(seeds))
    network = Network(
        sizes,
        draw(st.lists(names, min_size=len(sizes) - 1, max_size=len(sizes) - 1)),
        loss=SquaredError(draw(st.sampled_from(DIVISORS)), half=draw(st.booleans())),
        bias=draw(st.booleans()),
        generator=generator,
    )
    network.parameters[...] = generator.normal(size=network.parameters.size)
    rows = draw(st.integers(1, 6))
    return network, generator.normal(size=(rows, sizes[0])), generator.random((rows, sizes[-1]))
