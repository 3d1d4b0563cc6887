"""What chapter 11's network reads on each test image: for the checks of the chapter's exercises.

The network that `train_reader()` returns reads the 1,000 test images, as they are and after a shift
by 1, 2 or 4 pixels to the right or down. The network without the L2 penalty reads them as they are.
A few seconds:

    python book/experiments/readings.py

The columns of `readings.csv`, one line per image, are the label, what the network reads and the
output that it gives to this digit, what the network without the penalty reads, and what the first
network reads after each shift.
"""

from pathlib import Path

import numpy as np
from digit_readers import learn
from results import Line, store

from backprop.datasets import load_digits

RESULTS = Path(__file__).with_suffix(".csv")
SHIFTS = {
    f"{name}_{by}": (axis, by) for axis, name in ((2, "right"), (1, "down")) for by in (1, 2, 4)
}


def run() -> list[Line]:
    """One line per test image."""
    _, test = load_digits()
    reader, without = learn(100, 1), learn(100, 1, l2=0.0)
    images = test.X.reshape(-1, 28, 28)
    columns = {
        "label": test.labels,
        "read": reader.classify(test.X),
        "certainty": reader.predict(test.X).max(axis=1).round(4),
        "without_penalty": without.classify(test.X),
    }
    for name, (axis, by) in SHIFTS.items():
        moved = np.roll(images, by, axis=axis).reshape(-1, 784)
        columns[name] = reader.classify(moved)
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


if __name__ == "__main__":
    store(run(), RESULTS)
