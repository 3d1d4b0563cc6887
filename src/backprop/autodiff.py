"""Reverse-mode automatic differentiation: backpropagation through any computation.

A `Value` holds an array and records the values it was computed from. Each operation defines its
forward pass and its backward rule side by side: `pass_back` takes the gradient with respect to this
value and returns the gradients with respect to its parents. `backward` calls them from the last
value to the first. This order, and the sum of the gradients wherever a value is used several times,
are the whole method (Linnainmaa 1970; Speelpenning 1980).

>>> x = Value(3.0)
>>> y = x * x + 2 * x
>>> y.backward()
>>> float(x.gradient)
8.0
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from numbers import Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks

__all__ = ["Value", "concatenate", "maximum", "topological_order", "where"]

PassBack = Callable[[np.ndarray], tuple[np.ndarray, ...]]
"""Takes the gradient with respect to a value and returns those with respect to its parents."""


class Value:
    """An array of float64, and the gradient of a later result with respect to it.

    `data` is a number or an array of any shape. An array of float64 is used as it is, not copied,
    so that a value can be a part of a larger array. Other operands of an operation, numbers and
    arrays, become values automatically, and broadcasting follows NumPy. `parents`, `operation` and
    `pass_back` are set by the operations; a value without parents is a *leaf*.

    Length, iteration, truth and comparisons are those of the data, as for an array, but two values
    are the same dictionary key only if they are the same object. `numpy.exp(value)` and the other
    functions in `NUMPY_OPERATIONS` return values. A conversion that would lose the gradient, such
    as `float(value)` or an array made of values, raises TypeError: `data` has the plain numbers.

    Raises TypeError unless `data` is made of real numbers, and RuntimeError if the graph of a
    parent was freed. Do not change `data` in place between an operation and `backward`.
    """

    __slots__ = ("_gradient", "data", "freed", "operation", "parents", "pass_back")

    def __init__(
        self,
        data: ArrayLike,
        parents: tuple[Value, ...] = (),
        operation: str = "",
        pass_back: PassBack | None = None,
    ) -> None:
        self.data = real_array(data)
        for parent in parents:
            check_not_freed(parent)
        self.parents = parents
        self.operation = operation
        self.pass_back: Any = pass_back  # a function; None in a leaf and after freeing
        self.freed = False  # whether the graph behind the value was freed
        self._gradient: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data and of the gradient."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.data.size

    @property
    def gradient(self) -> np.ndarray:
        """The gradient of a later result, in the shape of the data: zeros before `backward`.

        The array is created when it is first needed.
        """
        if self._gradient is None:
            self._gradient = np.zeros(self.shape)
        return self._gradient

    @gradient.setter
    def gradient(self, gradient: ArrayLike) -> None:
        array = real_array(gradient)
        if array.shape != self.shape:
            raise ValueError(
                f"the gradient has shape {array.shape} and the value {self.shape}: the shapes "
                f"must be equal; to set the gradient to 0, call zero_gradient()"
            )
        self._gradient = array if array is self._gradient else array.copy()

    def zero_gradient(self) -> None:
        """Set the gradient to zeros. A leaf's gradients add up until this is called."""
        self._gradient = None

    def backward(self, seed: ArrayLike | None = None, *, keep_graph: bool = False) -> None:
        """Add, to each leaf this value was computed from, the gradient with respect to that leaf.

        The values in between have the gradient of this pass alone. An array needs a `seed` of its
        own shape: the gradient is then that of Σ seed · value. With `keep_graph` the graph is kept
        for another pass; otherwise its memory is freed.

        Raises ValueError for an array without a seed and for a seed of another shape, and
        RuntimeError if the graph was freed.
        """
        seed = self._check_seed(seed)
        order = topological_order(self)
        for value in order:
            check_not_freed(value)
        for value in order:
            if value.parents:
                value.zero_gradient()
        accumulate(self, seed)
        for value in reversed(order):
            if not value.parents:
                continue
            for parent, gradient in zip(value.parents, value.pass_back(value.gradient)):
                accumulate(parent, unbroadcast(gradient, parent.shape))
            if not keep_graph:
                value.parents, value.pass_back, value.freed = (), None, True

    def _check_seed(self, seed: ArrayLike | None) -> np.ndarray:
        """The seed as an array; for a single number it is 1 by default."""
        if seed is None and self.data.size != 1:
            raise ValueError(
                f"backward starts from one number, but this value has shape {self.shape}: take "
                f"its sum or mean first, or give a seed of that shape"
            )
        seed = np.ones(self.shape) if seed is None else real_array(seed)
        if seed.shape != self.shape:
            raise ValueError(
                f"the seed has shape {seed.shape} and the value {self.shape}: the shapes must be "
                f"equal"
            )
        return seed

    # Two operands, elementwise.

    def __add__(self, other: Value | ArrayLike) -> Value:
        a, b = operands(self, other)
        return Value(a.data + b.data, (a, b), "+", lambda g: (g, g))

    def __sub__(self, other: Value | ArrayLike) -> Value:
        a, b = operands(self, other)
        return Value(a.data - b.data, (a, b), "−", lambda g: (g, -g))

    def __mul__(self, other: Value | ArrayLike) -> Value:
        a, b = operands(self, other)
        return Value(a.data * b.data, (a, b), "×", lambda g: (g * b.data, g * a.data))

    def __truediv__(self, other: Value | ArrayLike) -> Value:
        a, b = operands(self, other)
        ratio = a.data / b.data
        return Value(ratio, (a, b), "/", lambda g: (g / b.data, -g * ratio / b.data))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: ArrayLike) -> Value:
        return as_value(other) - self

    def __rtruediv__(self, other: ArrayLike) -> Value:
        return as_value(other) / self

    # The matrix product.

    def __matmul__(self, other: Value | ArrayLike) -> Value:
        a, b = self, as_value(other)
        if a.data.ndim < 2 or b.data.ndim < 2 or a.shape[-1] != b.shape[-2]:
            raise ValueError(
                f"cannot multiply the shapes {a.shape} @ {b.shape}: give two matrices, or two "
                f"stacks of them, the first with as many columns as the second has rows"
            )
        try:
            product = a.data @ b.data
        except ValueError:
            raise ValueError(
                f"cannot multiply the stacks {a.shape} @ {b.shape}: the axes before the last two "
                f"must be equal, or 1"
            ) from None

        def pass_back(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return g @ b.data.swapaxes(-1, -2), a.data.swapaxes(-1, -2) @ g

        return Value(product, (a, b), "@", pass_back)

    def __rmatmul__(self, other: ArrayLike) -> Value:
        return as_value(other) @ self

    # One operand, elementwise.

    def __neg__(self) -> Value:
        return Value(-self.data, (self,), "−", lambda g: (-g,))

    def __pow__(self, exponent: float) -> Value:
        if not isinstance(exponent, Real):
            raise TypeError(
                f"the exponent is a {type(exponent).__name__}: give a number, or write a ** b as "
                f"(b * a.log()).exp()"
            )
        below = exponent - 1 if exponent else 0  # x⁰ is constant, also at x = 0

        def pass_back(g: np.ndarray) -> tuple[np.ndarray]:
            return (g * exponent * self.data**below,)

        return Value(self.data**exponent, (self,), f"^{exponent}", pass_back)

    def exp(self) -> Value:
        """e^x."""
        power = np.exp(self.data)
        return Value(power, (self,), "exp", lambda g: (g * power,))

    def log(self) -> Value:
        """The natural logarithm, ln x."""
        return Value(np.log(self.data), (self,), "log", lambda g: (g / self.data,))

    def tanh(self) -> Value:
        """The hyperbolic tangent; its derivative is 1 − tanh²."""
        a = np.tanh(self.data)
        return Value(a, (self,), "tanh", lambda g: (g * (1 - a * a),))

    def sigmoid(self) -> Value:
        """1 / (1 + e^(−x)) as ½(1 + tanh(x/2)), which cannot overflow; derivative a(1 − a)."""
        a = 0.5 * (1 + np.tanh(0.5 * self.data))
        return Value(a, (self,), "σ", lambda g: (g * a * (1 - a),))

    def relu(self) -> Value:
        """max(0, x). At the kink, x = 0, the derivative is taken as 0."""
        return Value(np.maximum(self.data, 0), (self,), "relu", lambda g: (g * (self.data > 0),))

    # Along an axis, or over all numbers.

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """The sum, as in NumPy: every entry receives the whole gradient."""
        total = self.data.sum(axis=axis, keepdims=True)

        def pass_back(g: np.ndarray) -> tuple[np.ndarray]:
            return (np.broadcast_to(g.reshape(total.shape), self.shape),)

        return Value(total if keepdims else total.squeeze(axis), (self,), "Σ", pass_back)

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """The mean, as in NumPy."""
        total = self.sum(axis, keepdims)
        return total / (self.data.size / total.data.size)

    def logsumexp(self, axis: int = -1) -> Value:
        """The logarithm of a sum of powers, ln Σ e^x, along an axis. Its derivative is the softmax.

        The largest number is first subtracted and then added back, so that nothing overflows. The
        cross-entropy of the rows Y with softmax(Z) is Z.logsumexp() − (Z · Y).sum(axis=1).
        """
        largest = self.data.max(axis=axis, keepdims=True)
        powers = np.exp(self.data - largest)
        total = powers.sum(axis=axis, keepdims=True)
        result = (largest + np.log(total)).squeeze(axis)

        def pass_back(g: np.ndarray) -> tuple[np.ndarray]:
            return (np.expand_dims(g, axis) * powers / total,)

        return Value(result, (self,), "logsumexp", pass_back)

    def max(self, axis: int | None = None, keepdims: bool = False) -> Value:
        """The largest number along an axis, or of all: the first of them receives the gradient."""
        data = self.data.reshape(-1) if axis is None else self.data
        along = 0 if axis is None else axis
        winner = np.expand_dims(data.argmax(along), along)
        largest = np.take_along_axis(data, winner, along)

        def pass_back(g: np.ndarray) -> tuple[np.ndarray]:
            gradient = np.zeros(data.shape)
            np.put_along_axis(gradient, winner, g.reshape(winner.shape), along)
            return (gradient.reshape(self.shape),)

        kept = largest.reshape((1,) * self.ndim) if axis is None else largest
        return Value(kept if keepdims else largest.squeeze(along), (self,), "max", pass_back)

    # The same numbers, rearranged.

    def __getitem__(self, index: Any) -> Value:
        def pass_back(g: np.ndarray) -> tuple[np.ndarray]:
            gradient = np.zeros(self.shape)
            np.add.at(gradient, index, g)  # an entry selected twice counts twice
            return (gradient,)

        return Value(self.data[index], (self,), "[ ]", pass_back)

    def reshape(self, *shape: int) -> Value:
        """The same numbers in another shape."""
        data = self.data.reshape(*shape)
        return Value(data, (self,), "reshape", lambda g: (g.reshape(self.shape),))

    @property
    def T(self) -> Value:
        """The transpose: the axes in reverse order."""
        return Value(self.data.T, (self,), "T", lambda g: (g.T,))

    def swapaxes(self, first: int, second: int) -> Value:
        """Two axes exchanged, as in NumPy."""
        data = self.data.swapaxes(first, second)
        return Value(data, (self,), "swap", lambda g: (g.swapaxes(first, second),))

    # Python's protocols for containers.

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError(f"the single number {self!r} has no length and cannot be iterated over")
        return len(self.data)

    def __iter__(self) -> Iterator[Value]:
        return (self[index] for index in range(len(self)))

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(
                f"a value of shape {self.shape} is neither true nor false: ask value.data.any() or "
                f"value.data.all()"
            )
        return bool(self.data)

    def __contains__(self, entry: object) -> bool:
        return bool(np.any(self == entry))

    # Comparisons have no derivative: they give plain arrays of True and False.

    def __eq__(self, other: object) -> Any:  # object.__eq__ returns a bool
        return self.data == plain(other)

    def __ne__(self, other: object) -> Any:
        return self.data != plain(other)

    def __lt__(self, other: Value | ArrayLike) -> Any:
        return self.data < plain(other)

    def __le__(self, other: Value | ArrayLike) -> Any:
        return self.data <= plain(other)

    def __gt__(self, other: Value | ArrayLike) -> Any:
        return self.data > plain(other)

    def __ge__(self, other: Value | ArrayLike) -> Any:
        return self.data >= plain(other)

    __hash__ = object.__hash__  # by identity: a graph is a dictionary of values

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy a leaf with its numbers and its gradient; the copy shares neither.

        The backward rule of any other value refers to its original parents, not to copies of them.
        """
        if self.parents or self.freed:
            raise TypeError(
                "a value that was computed from others cannot be copied: copy its numbers into a "
                "new leaf with Value(value.data.copy())"
            )
        gradient = None if self._gradient is None else self._gradient.copy()
        return Value, (self.data.copy(),), (None, {"_gradient": gradient})

    def _lose_gradient(self, *_: object, **__: object) -> NoReturn:
        """Raise TypeError for a conversion to plain numbers, through which no gradient passes."""
        raise TypeError(
            "a Value converted to a plain number or array loses its gradient: if that is "
            "intended, take its numbers with .data"
        )

    __array__ = __float__ = __int__ = __complex__ = __index__ = __round__ = _lose_gradient
    __format__ = _lose_gradient

    # NumPy's protocols: `numpy.exp(value)` and `array + value` arrive here.

    def __array_ufunc__(
        self, function: np.ufunc, method: str, *inputs: Any, **settings: object
    ) -> Any:
        operation = NUMPY_OPERATIONS.get(function)
        if operation is None or method != "__call__" or settings:
            raise not_differentiable(function, [*settings] if method == "__call__" else [method])
        first, *others = inputs
        return operation(as_value(first), *others)

    def __array_function__(
        self,
        function: Callable[..., object],
        types: object,
        arguments: tuple[Any, ...],
        settings: dict[str, Any],
    ) -> Any:
        operation = NUMPY_OPERATIONS.get(function)
        if operation is None or not settings.keys() <= {"axis", "keepdims"}:
            raise not_differentiable(function, [*settings])
        first, *others = arguments
        return operation(as_value(first), *others, **settings)

    def __repr__(self) -> str:
        return f"Value({self.data}, gradient {self.gradient})"


def concatenate(values: Sequence[Value | ArrayLike], axis: int = 0) -> Value:
    """Values joined along an axis: each receives its own part of the gradient.

    Raises ValueError for no values, and for shapes that differ along another axis.
    """
    parts = [as_value(value) for value in values]
    try:
        data = np.concatenate([part.data for part in parts], axis)
    except ValueError as problem:
        shapes = ", ".join(str(part.shape) for part in parts)
        raise ValueError(
            f"cannot join the shapes {shapes or '(none)'} along axis {axis}: give at least one "
            f"value, with equal sizes along all other axes ({problem})"
        ) from None
    ends = np.cumsum([part.shape[axis] for part in parts])[:-1]
    return Value(data, tuple(parts), "join", lambda g: tuple(np.split(g, ends, axis)))


def where(condition: ArrayLike, first: Value | ArrayLike, second: Value | ArrayLike) -> Value:
    """`first` where the condition holds, otherwise `second`; each receives its own gradients.

    The condition consists of plain True and False, and no gradient passes through it.
    """
    chosen = np.asarray(plain(condition), dtype=bool)
    a, b = operands(as_value(first), second)
    data = np.where(chosen, a.data, b.data)
    return Value(data, (a, b), "where", lambda g: (np.where(chosen, g, 0), np.where(chosen, 0, g)))


def maximum(first: Value | ArrayLike, second: Value | ArrayLike) -> Value:
    """The larger of two numbers, entry by entry; where they are equal, the first counts."""
    a, b = operands(as_value(first), second)
    return where(a.data >= b.data, a, b)


NUMPY_OPERATIONS: dict[Callable[..., object], Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.matmul: operator.matmul,
    np.dot: operator.matmul,
    np.negative: operator.neg,
    np.power: operator.pow,
    np.square: lambda x: x**2,
    np.sqrt: lambda x: x**0.5,
    np.exp: Value.exp,
    np.log: Value.log,
    np.tanh: Value.tanh,
    np.maximum: maximum,
    np.max: lambda x, axis=None, *, keepdims=False: x.max(axis, keepdims),
    np.swapaxes: lambda x, first, second: x.swapaxes(first, second),
    np.sum: lambda x, axis=None, *, keepdims=False: x.sum(axis, keepdims),
    np.mean: lambda x, axis=None, *, keepdims=False: x.mean(axis, keepdims),
    np.transpose: lambda x: x.T,
    np.reshape: Value.reshape,
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
    np.equal: operator.eq,
    np.not_equal: operator.ne,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
}


def not_differentiable(function: Callable[..., object], settings: list[str]) -> TypeError:
    """The error for a function of NumPy, or an argument of one, that has no backward rule here."""
    name = f"{function.__module__ or 'numpy'}.{function.__name__}"
    if settings:
        name += f" with {'=, '.join(settings)}="
    known = ", ".join(f"numpy.{known.__name__}" for known in NUMPY_OPERATIONS)
    return TypeError(
        f"{name} cannot be differentiated here: use the operations of Value or one of {known}; "
        f"instead of a += b, write a = a + b; for plain numbers, use value.data"
    )


def accumulate(value: Value, gradient: np.ndarray) -> None:
    """Add to the gradient of a value, in place."""
    total = value.gradient
    total += gradient


def topological_order(result: Value) -> list[Value]:
    """`result` and all the values it was computed from, each of them after its parents.

    Uses a stack of its own instead of recursion, which Python limits to about a thousand calls.
    """
    order, seen, stack = [], set(), [(result, False)]
    while stack:
        value, parents_done = stack.pop()
        if parents_done:
            order.append(value)
        elif value not in seen:
            seen.add(value)
            stack.append((value, True))
            stack += [(parent, False) for parent in value.parents]
    return order


def unbroadcast(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient over the axes along which broadcasting repeated an array of this shape.

    An entry that was used in several places receives the sum of their gradients.
    """
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=stretched, keepdims=True)  # type: ignore[no-any-return]  # NumPy gives it no type


def as_value(operand: Value | ArrayLike) -> Value:
    """The operand itself, or a value made of a number or an array."""
    return operand if isinstance(operand, Value) else Value(operand)


def operands(first: Value, second: Value | ArrayLike) -> tuple[Value, Value]:
    """Both operands as values. Raises ValueError if their shapes do not broadcast."""
    second = as_value(second)
    try:
        np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        raise ValueError(
            f"the shapes {first.shape} and {second.shape} do not broadcast: from the last axis "
            f"backwards, sizes must be equal or 1"
        ) from None
    return first, second


def plain(operand: object) -> Any:
    """The numbers of a value, and anything else unchanged."""
    return operand.data if isinstance(operand, Value) else operand


def real_array(data: ArrayLike) -> np.ndarray:
    """`data` as an array of float64. Raises TypeError unless it is made of real numbers."""
    try:
        return checks.real_array(data, "it")
    except (TypeError, ValueError) as problem:
        raise TypeError(
            f"cannot compute with {data!r}, a {type(data).__name__}: give a number, an array of "
            f"real numbers, or a Value ({problem})"
        ) from None


def check_not_freed(value: Value) -> None:
    """Raise RuntimeError if the graph behind a value was freed."""
    if value.freed:
        raise RuntimeError(
            f"this value of shape {value.shape} belongs to a graph that an earlier backward() has "
            f"freed: compute it again, take its numbers with .data, or pass keep_graph=True to "
            f"the earlier backward()"
        )
