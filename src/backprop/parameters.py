"""All parameters of a network in one flat vector, with a named view for each part.

Each weight matrix, each bias, and every other part of a network is a *view*: an array with its own
shape that shares the numbers of the vector. So an optimizer is one line of arithmetic, and a
gradient check one loop, whatever the network looks like. The gradient has the same layout::

    parameters   [ W … W  b b | W … W  b b ]
    sections       layer 1      layer 2
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop import checks

__all__ = ["Gradient", "Parameters", "Part", "Shapes"]

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each part, by its name, in the order of the vector."""


class Parameters:
    """A flat `vector`, and in `views` one view for each named shape, in the order of the names.

    `storage` is the vector to use; without it, a vector of zeros of the given type is allocated.
    """

    def __init__(
        self, shapes: Shapes, storage: np.ndarray | None = None, dtype: DTypeLike = np.float64
    ) -> None:
        self.shapes = dict(shapes)
        size = sum(math.prod(shape) for shape in self.shapes.values())
        self.vector = np.zeros(size, dtype) if storage is None else storage
        self.views: dict[str, np.ndarray] = {}
        self._sections: list[Self] = []
        start = 0
        for name, shape in self.shapes.items():
            stop = start + math.prod(shape)
            self.views[name] = self.vector[start:stop].reshape(shape)
            start = stop

    def __getitem__(self, name: str) -> np.ndarray:
        return self.views[name]

    def name_of(self, index: int) -> str:
        """The place of an entry of the vector, such as 'W[0, 2]'. Raises IndexError."""
        index = range(self.vector.size)[index]
        for name, view in self.views.items():
            if index < view.size:
                place = ", ".join(str(int(i)) for i in np.unravel_index(index, view.shape))
                return f"{name}[{place}]" if place else name
            index -= view.size
        raise AssertionError("the parts own every number")

    def sections(self, all_shapes: Sequence[Shapes]) -> list[Self]:
        """The vector as consecutive sections, each with its own views of the same numbers."""
        if not self._sections:
            start = 0
            for shapes in all_shapes:
                stop = start + sum(math.prod(shape) for shape in shapes.values())
                self._sections.append(type(self)(shapes, self.vector[start:stop]))
                start = stop
        return self._sections


class Gradient(Parameters):
    """The gradient with respect to each part. The first term added to an empty part overwrites it.

    So a part that receives a single term, as most do, costs no more than an assignment.
    """

    def __init__(
        self, shapes: Shapes, storage: np.ndarray | None = None, dtype: DTypeLike = np.float64
    ) -> None:
        super().__init__(shapes, storage, dtype)
        self.empty = set(self.shapes)

    def clear(self) -> None:
        """Mark every part as empty, in the sections if there are any."""
        self.empty.update(self.shapes)
        for section in self._sections:
            section.clear()

    def add(self, name: str, term: np.ndarray) -> None:
        """Add a term that has the shape of the part."""
        if name in self.empty:
            self.views[name][...] = term
            self.empty.remove(name)
        else:
            self.views[name] += term

    def add_rows(self, name: str, terms: np.ndarray) -> None:
        """Add the sum of an array (rows, …) over its rows."""
        if name in self.empty:
            terms.sum(axis=0, out=self.views[name])
            self.empty.remove(name)
        else:
            self.views[name] += terms.sum(axis=0)

    def add_product(self, name: str, left: np.ndarray, right: np.ndarray) -> None:
        """Add the matrix product left @ right."""
        if name in self.empty:
            np.dot(left, right, out=self.views[name])  # for small matrices faster than matmul
            self.empty.remove(name)
        else:
            self.views[name] += left @ right

    def finish(self) -> None:
        """Fill parts that received no term with zeros: the loss does not depend on them."""
        for section in self._sections:
            section.finish()
        if not self._sections:
            for name in self.empty:
                self.views[name][...] = 0.0
        self.empty.clear()


class Part:
    """An attribute that is a named view: reading gives the view, assigning writes into the vector.

    `vector` is the name of the owner's vector, 'parts' or 'gradients'. A part that the
    owner does not have, such as the bias of a layer without biases, is None.
    """

    def __init__(self, name: str, vector: str = "parts") -> None:
        self.name, self.vector = name, vector

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        if owner is None:
            return self
        return getattr(owner, self.vector).views.get(self.name)

    def __set__(self, owner: Any, value: ArrayLike) -> None:
        views = getattr(owner, self.vector).views
        if self.name not in views:
            raise AttributeError(f"this {type(owner).__name__} has no part {self.name!r}")
        if value is not views[self.name]:  # after `layer.W += step` it is the view itself
            checks.assign(views[self.name], value, self.name)
