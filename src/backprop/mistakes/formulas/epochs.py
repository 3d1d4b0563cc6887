"""The known mistakes in counting the updates of a training run."""

from __future__ import annotations

from math import ceil

from backprop.mistakes.formula import Formula, WrongFormula

BATCHES = "08_deeper_networks.ipynb#mini-batches-by-steps-and-by-time"

# The updates of a training run: from the rows, the rows per mini-batch and the epochs.
UPDATES = Formula(
    lambda rows, batch, epochs: ceil(rows / batch) * epochs,
    (
        WrongFormula(
            "last mini-batch left out",
            "the rest of the rows makes a smaller mini-batch at the end of each epoch. It gives an "
            "update too.",
            BATCHES,
            lambda rows, batch, epochs: rows // batch * epochs,
        ),
        WrongFormula(
            "rests added over the epochs",
            "all rows of all epochs were divided at once. Each epoch ends with its own, smaller "
            "mini-batch.",
            BATCHES,
            lambda rows, batch, epochs: ceil(rows * epochs / batch),
        ),
        WrongFormula(
            "one update per epoch",
            "this is one update per epoch, as without mini-batches.",
            BATCHES,
            lambda rows, batch, epochs: epochs,
        ),
        WrongFormula(
            "one update per row",
            "this is one update per row and epoch. A mini-batch makes one update from all its "
            "rows.",
            BATCHES,
            lambda rows, batch, epochs: rows * epochs,
        ),
        WrongFormula(
            "one epoch only",
            "these are the updates of one epoch.",
            BATCHES,
            lambda rows, batch, epochs: ceil(rows / batch),
        ),
    ),
)
