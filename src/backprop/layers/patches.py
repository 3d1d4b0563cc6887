"""Patches: the places under a window that moves over images, or along sequences, and their sums.

An array of images is (samples, height, width, channels), one of sequences (samples, steps,
channels): any number of axes can lie between the samples and the channels. A window of the size
`kernel` moves over these axes by `stride`, and `padding` places of zeros are added at each end
first. Along an axis of n places there are::

    (n + 2·padding − kernel) // stride + 1        places of the window
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from backprop import checks

__all__ = ["Window"]

Sizes = int | Sequence[int]


@dataclass(frozen=True)
class Window:
    """A window of the size `kernel` over an array of the size `size`.

    It moves by `stride`, after `padding` was added. Each has a number per axis.
    """

    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    @classmethod
    def of(cls, size: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes) -> Window:
        """A window from whole numbers, or a sequence of them with one per axis.

        Raises ValueError for numbers that are none, and for a kernel that is larger than its image.
        """
        axes = [size] if isinstance(size, int) else list(size)
        if not axes:
            raise ValueError("the size of the input is empty: give such as (28, 28)")
        given = {"size": axes, "kernel": kernel, "stride": stride, "padding": padding}
        window = cls(*(per_axis(value, name, len(axes)) for name, value in given.items()))
        for axis, (n, k, p) in enumerate(zip(window.size, window.kernel, window.padding)):
            if k > n + 2 * p:
                raise ValueError(
                    f"along axis {axis} the kernel has {k} places and the input {n}"
                    f"{f' and {2 * p} of padding' if p else ''}: the kernel must fit in; take one "
                    f"of at most {n + 2 * p}, or more padding"
                )
            if p >= k:
                raise ValueError(
                    f"along axis {axis} the padding is {p} and the kernel has {k} places: some of "
                    f"them would see nothing but zeros; take a padding below {k}"
                )
        return window

    @property
    def places(self) -> tuple[int, ...]:
        """How many places the window has along each axis."""
        sizes = zip(self.size, self.kernel, self.stride, self.padding)
        return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in sizes)

    def padded(self, X: np.ndarray, value: float = 0.0) -> np.ndarray:
        """X with its padding around it."""
        if not any(self.padding):
            return X
        widths = [(0, 0), *((p, p) for p in self.padding), (0, 0)]
        return np.pad(X, widths, constant_values=value)

    def inside(self, padded: np.ndarray) -> np.ndarray:
        """An array without its padding."""
        axes = zip(self.size, self.padding)
        return padded[:, *(slice(p, p + n) for n, p in axes)]

    def shifts(self) -> Iterator[tuple[int, tuple[slice, ...]]]:
        """Each entry of the kernel: its number, and what it sees of the padded array."""
        for number, start in enumerate(product(*map(range, self.kernel))):
            axes = zip(start, self.stride, self.places)
            yield number, (slice(None), *(slice(i, i + s * n, s) for i, s, n in axes))

    def take(self, padded: np.ndarray) -> np.ndarray:
        """All patches, (samples, places…, entries of the kernel, channels)."""
        entries = int(np.prod(self.kernel))
        shape = (len(padded), *self.places, entries, padded.shape[-1])
        patches = np.empty(shape, padded.dtype)
        for number, seen in self.shifts():
            patches[..., number, :] = padded[seen]
        return patches

    def put_back(self, patches: np.ndarray) -> np.ndarray:
        """The adjoint of `take`: an entry that several patches saw receives their sum."""
        sizes = (n + 2 * p for n, p in zip(self.size, self.padding))
        padded = np.zeros((len(patches), *sizes, patches.shape[-1]), patches.dtype)
        for number, seen in self.shifts():
            padded[seen] += patches[..., number, :]
        return padded


def per_axis(value: Sizes, name: str, axes: int) -> tuple[int, ...]:
    """A whole number for each axis. Raises ValueError for other numbers, or too few."""
    values = [value] * axes if isinstance(value, int) else list(value)
    if len(values) != axes:
        raise ValueError(f"{name} is {value!r}: give one number, or {axes}, one for each axis")
    least = 0 if name == "padding" else 1
    return tuple(checks.whole_number(one, f"the {name}", least) for one in values)
