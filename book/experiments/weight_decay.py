"""Compare the L2 penalty with Adam, decoupled weight decay (AdamW) and L2 with momentum.

Each of twenty trials draws 500 digits for training and 1,000 for testing. A method trains with
every learning rate and strength of its lists on four fifths of the 500, takes the pair with the
highest accuracy on the other fifth, and trains again on all 500. The run takes ten minutes on two
busy cores:

    python book/experiments/weight_decay.py

Chapter 10 reads `weight_decay.csv`. Its columns are the method, the seed of the trial, the learning
rate and the strength that were chosen, and the accuracy on the test images.
"""

from itertools import product
from pathlib import Path

import numpy as np
from results import Line, run_all, store
from trials import Recipe, accuracy, split

from backprop.datasets import Dataset
from backprop.network import Network
from backprop.optimizers import Adam, Momentum, Optimizer
from backprop.training import train

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS = range(20)
EPOCHS, BATCH_SIZE = 20, 32

# For each method its learning rates and its strengths; 0 is among them.
ADAM_RATES, PENALTIES = (0.001, 0.003, 0.01), (0.0, 0.0001, 0.001, 0.01, 0.1)
METHODS = {
    "Adam": (ADAM_RATES, (0.0,)),
    "Adam, L2": (ADAM_RATES, PENALTIES),
    "AdamW": (ADAM_RATES, (0.0, 0.1, 0.3, 1.0, 3.0)),
    "momentum, L2": ((0.02, 0.05, 0.1), PENALTIES),
}


class AdamW(Adam):
    """Adam that also multiplies the weights by 1 − ηα at each step (Loshchilov and Hutter 2019).

    `decaying` is True for each parameter that shrinks, as `Network.penalized` is for the weights.
    """

    def __init__(self, learning_rate: float, decay: float, decaying: np.ndarray) -> None:
        super().__init__(learning_rate)
        self.decay, self.decaying = decay, decaying

    def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Shrink, then do Adam's step with the gradient that was measured before."""
        parameters[self.decaying] *= 1 - self.learning_rate * self.decay
        super().step(parameters, gradient)


def learn(method: str, part: Dataset, rate: float, strength: float, seed: int) -> Network:
    """A network trained on that part."""
    generator = np.random.default_rng(seed)
    l2 = 0.0 if method == "AdamW" else strength
    network = Recipe(EPOCHS, l2=l2).network(part, generator)
    optimizers: dict[str, Optimizer] = {
        "AdamW": AdamW(rate, strength, network.penalized),
        "momentum, L2": Momentum(rate),
    }
    train(
        network,
        part.X,
        part.Y,
        optimizers.get(method, Adam(rate)),
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        generator=generator,
        progress=False,
    )
    return network


def choose(method: str, training: Dataset, seed: int) -> tuple[float, float]:
    """The learning rate and the strength that score best on a fifth; the first of equal pairs."""
    fit, validation = training.split(0.2, seed)
    pairs = list(product(*METHODS[method]))
    scores = [accuracy(learn(method, fit, *pair, seed).classify, validation) for pair in pairs]
    return pairs[int(np.argmax(scores))]


def run(method: str, seed: int) -> Line:
    """One trial of one method."""
    training, test = split("500 digits", seed)
    rate, strength = choose(method, training, seed)
    network = learn(method, training, rate, strength, seed)
    return {
        "method": method,
        "seed": seed,
        "learning_rate": rate,
        "strength": strength,
        "test_accuracy": round(accuracy(network.classify, test), 4),
    }


if __name__ == "__main__":
    store(run_all(run, product(METHODS, SEEDS)), RESULTS)
