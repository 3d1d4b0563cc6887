"""The known mistakes about mini-batches, and about when to stop."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt

from backprop.mistakes.formula import Formula, WrongFormula

PAGE = "08_deeper_networks.ipynb"
STOPPING = f"{PAGE}#three-ways-to-stop"
BATCHES = f"{PAGE}#mini-batches-by-steps-and-by-time"


def stop(losses: Sequence[float], patience: int) -> tuple[int, int]:
    """After which epoch training stops, and the epoch of the smallest loss by then."""
    best = waited = 0
    smallest = inf
    for epoch, loss in enumerate(losses, 1):
        best, smallest, waited = (
            (epoch, loss, 0) if loss < smallest else (best, smallest, waited + 1)
        )
        if waited == patience:
            return epoch, best
    return len(losses), best


def stop_against_the_epoch_before(losses: Sequence[float], patience: int) -> int:
    """The same, if an epoch counts as better when it is better than the one before."""
    waited = 0
    for epoch, (before, loss) in enumerate(zip([inf, *losses], losses), 1):
        waited = 0 if loss < before else waited + 1
        if waited == patience:
            return epoch
    return len(losses)


def stop_without_reset(losses: Sequence[float], patience: int) -> int:
    """The same, if all epochs without improvement are counted."""
    waited, smallest = 0, inf
    for epoch, loss in enumerate(losses, 1):
        waited += loss >= smallest
        smallest = min(loss, smallest)
        if waited == patience:
            return epoch
    return len(losses)


# After which epochs training stops, from the losses and several patiences.
STOPS_AFTER = Formula(
    lambda losses, *patiences: [stop(losses, patience)[0] for patience in patiences],
    (
        WrongFormula(
            "compared with the epoch before",
            "each loss was compared with that of the epoch before. It has to be smaller than the "
            "smallest so far.",
            STOPPING,
            lambda losses, *patiences: [
                stop_against_the_epoch_before(losses, patience) for patience in patiences
            ],
        ),
        WrongFormula(
            "not in a row",
            "all epochs without improvement were counted. A new minimum sets the count back to 0.",
            STOPPING,
            lambda losses, *patiences: [
                stop_without_reset(losses, patience) for patience in patiences
            ],
        ),
        WrongFormula(
            "one epoch too late",
            "a patience of 1 stops after the first epoch without improvement, not after the "
            "second.",
            STOPPING,
            lambda losses, *patiences: [stop(losses, patience + 1)[0] for patience in patiences],
        ),
        WrongFormula(
            "best epoch in place of the last",
            "these are the epochs whose parameters you get. Training stops later.",
            STOPPING,
            lambda losses, *patiences: [stop(losses, patience)[1] for patience in patiences],
        ),
    ),
)

# The epochs whose parameters you get.
RESTORED_EPOCHS = Formula(
    lambda losses, *patiences: [stop(losses, patience)[1] for patience in patiences],
    (
        WrongFormula(
            "parameters of the last epoch",
            "these are the epochs after which training stops. The parameters are those of the "
            "smallest validation loss.",
            STOPPING,
            lambda losses, *patiences: [stop(losses, patience)[0] for patience in patiences],
        ),
        WrongFormula(
            "minimum of all epochs",
            "the smallest of all nine losses is of no use if training stops before it.",
            STOPPING,
            lambda losses, *patiences: [len(losses) - losses[::-1].index(min(losses))]
            * len(patiences),
        ),
        WrongFormula(
            "last epoch before the patience runs out",
            "these are the epochs just before the last one. The parameters are those of the "
            "smallest validation loss so far.",
            STOPPING,
            lambda losses, *patiences: [stop(losses, patience)[0] - 1 for patience in patiences],
        ),
    ),
)

# The gradient over all samples, from those over two parts and the sizes of the parts.
COMBINED_GRADIENT = Formula(
    lambda first, second, n, m: (n * first + m * second) / (n + m),
    (
        WrongFormula(
            "plain mean of the parts",
            "both parts got the same weight. Each gradient is a mean over its own samples, so a "
            "part counts as much as it has samples.",
            BATCHES,
            lambda first, second, n, m: (first + second) / 2,
        ),
        WrongFormula(
            "gradients added",
            "the two means were added. That would be right for sums.",
            BATCHES,
            lambda first, second, n, m: first + second,
        ),
        WrongFormula(
            "shares exchanged",
            "each part got the share of the other one.",
            BATCHES,
            lambda first, second, n, m: (m * first + n * second) / (n + m),
        ),
        WrongFormula(
            "sum in place of the mean",
            "this is the sum over all samples. Divide it by their number.",
            BATCHES,
            lambda first, second, n, m: n * first + m * second,
        ),
    ),
)

# How many times as far from the full gradient a batch of `few` samples is as one of `many`; `runs`
# and `other_runs` are how often each was drawn.
DISTANCE_RATIO = Formula(
    lambda few, many, runs, other_runs: sqrt(many / few),
    (
        WrongFormula(
            "root left out",
            "this is the ratio of the variances. The distance is like a standard deviation, their "
            "square root.",
            BATCHES,
            lambda few, many, runs, other_runs: many / few,
        ),
        WrongFormula(
            "number of batches in place of their size",
            "this compares how often a batch was drawn. That makes the measured mean more precise, "
            "but a single batch is not nearer to the full gradient.",
            BATCHES,
            lambda few, many, runs, other_runs: sqrt(runs / other_runs),
        ),
        WrongFormula(
            "quotient turned over",
            "a small batch is further away than a large one. This is the distance of the large "
            "batches divided by that of the small ones.",
            BATCHES,
            lambda few, many, runs, other_runs: sqrt(few / many),
        ),
        WrongFormula(
            "batches of any size alike",
            "a mean over more samples is less noisy.",
            BATCHES,
            lambda few, many, runs, other_runs: 1.0,
        ),
    ),
)
