"""What is wrong with a gradient, judged from its values alone.

A wrong gradient is seldom wrong in a new way. `backprop.slips` has the known slips, each as a
backward pass in which one step is replaced. What they give on the network's own rows is compared
with the gradient in question. If the two agree, the slip has a name, a reason and a section to read
again; also if they agree up to a factor that comes from somewhere, such as the number of rows.

No code of the author is run: `diagnose` takes numbers. `diagnose_function` takes a function.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from backprop import slips
from backprop.losses import DIVISORS, SquaredError
from backprop.network import Network
from backprop.slips import Backward, Forward, Slip, flat

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found.

    `form` is the short name of a known wrong form, None for a right gradient and for one that is
    wrong in an unknown way; `also` names other forms that give the same numbers on these rows.
    `parameter` says where the gradient is off most, such as 'layer 1, W[0, 2]'. `section` is the
    page and heading of the book to read again. `factor` is the constant by which the numbers of
    that form were multiplied, where it is not 1. The right numbers are never told.
    """

    right: bool
    explanation: str
    form: str | None = None
    parameter: str | None = None
    section: str | None = None
    factor: float | None = None
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.right:
            return f"right: {self.explanation}"
        text = f"{self.form or 'not right'}: {self.explanation}"
        if self.parameter:
            text += f" The largest difference is at {self.parameter}."
        if self.also:
            text += f" On these rows it cannot be told from: {', '.join(self.also)}."
        return text + (f" Read again: {self.section}" if self.section else "")


def diagnose(
    gradient: object,
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: float | None = None,
    tolerance: float = TOLERANCE,
) -> Diagnosis:
    """Say whether `gradient` is that of the network's loss on X, Y, and if not, which slip it is.

    `gradient` is a flat vector in the order of `network.parameters` or a list of (dW, db) for each
    layer, from the inputs on; db is None where there are no biases. Whatever it is, a diagnosis
    comes back. With the `learning_rate` of the step, also slips that involve the new weights are
    recognized. `tolerance` is the largest error of an entry that counts as none, relative to the
    largest entry of its W or b; float32 and central differences are allowed their rounding.

    The network is not changed. Give several rows, different from each other: with a single one,
    a sum and a mean are the same. Slips that change nothing on these rows cannot be seen. Raises
    ValueError for X and Y that do not fit the network, and for a tolerance or learning rate that
    is not a finite number greater than 0.
    """
    for name, value in {"tolerance": tolerance, "learning rate": learning_rate}.items():
        if value is not None and not 0 < value < np.inf:
            raise ValueError(f"the {name} is {value}: give a finite number greater than 0")
    X, Y = network.check_examples(X, Y)
    try:
        vector, misshapen = read_gradient(gradient, network)
    except Unreadable as problem:
        return problem.diagnosis
    unusable = np.flatnonzero(~np.isfinite(vector))
    if unusable.size:
        explanation = (
            f"{unusable.size} of {vector.size} numbers are NaN or infinite. Most often an exp "
            f"overflowed, a logarithm was given 0, or something was divided by 0."
        )
        where = network.parameter_name(int(unusable[0]))
        return Diagnosis(False, explanation, "not finite", where, slips.SIGMOID)
    with np.errstate(over="ignore", invalid="ignore"):  # a wild gradient is no reason to warn
        comparison = Comparison(vector, network, X, Y, tolerance, learning_rate)
        return comparison.diagnosis(misshapen)


def diagnose_function(
    function: Callable[[Network, np.ndarray, np.ndarray], object],
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: float | None = None,
    tolerance: float = TOLERANCE,
) -> Diagnosis:
    """`diagnose` for what `function(network, X, Y)` returns.

    The rows that it is given are copies, and the network's parameters are restored afterwards. An
    exception that `function` raises becomes the diagnosis. Raises what `diagnose` raises.
    """
    X, Y = network.check_examples(X, Y)
    parameters = network.parameters.copy()
    try:
        gradient = function(network, X.copy(), Y.copy())
    except Exception as problem:
        return Diagnosis(
            right=False,
            form="stopped by an error",
            explanation=f"the function raised {type(problem).__name__}: {problem}.",
        )
    finally:
        network.parameters[...] = parameters
    return diagnose(gradient, network, X, Y, learning_rate=learning_rate, tolerance=tolerance)


class Comparison:
    """A gradient beside the right one and beside those that the known slips give."""

    def __init__(
        self,
        vector: np.ndarray,
        network: Network,
        X: np.ndarray,
        Y: np.ndarray,
        tolerance: float,
        learning_rate: float | None,
    ) -> None:
        self.vector = vector.astype(np.float64)
        self.network, self.X, self.Y = network, X, Y
        self.tolerance, self.learning_rate = tolerance, learning_rate
        self.forward = Forward(network, X, Y)
        self.pairs = Backward(self.forward).run()
        self.data, self.penalty = flat(self.pairs), self.penalty_on(biases=False)
        self.right = self.data + self.penalty
        sizes = [part.size for pair in self.pairs for part in pair if part is not None]
        self.part_of = np.repeat(np.arange(len(sizes)), sizes)  # W or b number, for each entry
        self.is_bias = flat(
            (np.zeros(dW.shape, bool), None if db is None else np.ones(db.shape, bool))
            for dW, db in self.pairs
        )
        # The rounding of the coarsest numbers involved, and that of central differences, which
        # is relative to the loss.
        coarsest = max(np.finfo(vector.dtype).eps, np.finfo(network.dtype).eps)
        terms = self.largest_of_part(
            flat(slips.Magnitude(self.forward).run()) + np.abs(self.penalty)
        )
        self.rounding = (64 * float(coarsest) + 1e-8) * terms + 1e-9 * terms.max()

    def penalty_on(self, biases: bool) -> np.ndarray:
        """The penalty's part of the gradient, λ times each weight, and each bias if asked."""
        return self.network.l2 * flat(
            (W, biases * layer.b.astype(np.float64) if layer.bias else None)
            for layer, W in zip(self.network.layers, self.forward.W)
        )

    def largest_of_part(self, vector: np.ndarray) -> np.ndarray:
        """For each entry the largest absolute value of the W or b that it belongs to."""
        largest = np.zeros(self.part_of[-1] + 1)
        np.maximum.at(largest, self.part_of, np.abs(vector))
        return largest[self.part_of]

    def errors(self, candidate: np.ndarray, scale: float = 1.0) -> np.ndarray:
        """The differences from a candidate, entry by entry, where 1 is the most that is allowed."""
        allowed = self.tolerance * self.largest_of_part(candidate) + abs(scale) * self.rounding
        return np.abs(self.vector - candidate) / np.maximum(allowed, np.finfo(float).tiny)

    def agrees(self, candidate: np.ndarray, scale: float = 1.0) -> bool:
        """Whether the gradient is the candidate, which was multiplied by `scale`."""
        return bool((self.errors(candidate, scale) <= 1).all())

    def is_right(self) -> bool:
        """Whether the gradient is the network's."""
        return self.agrees(self.right) or any(
            self.agrees(flat(kind(self.forward).run()) + self.penalty)
            for kind in (slips.AtKink, slips.HalfwayAtKink)
        )

    def diagnosis(self, misshapen: str | None) -> Diagnosis:
        """What the gradient is: right, one of the known slips, or wrong in another way."""
        if misshapen is not None:
            found = self.first(self.layouts())
            return found or Diagnosis(False, misshapen, "wrong shape", section=slips.BP4)
        if self.is_right():
            return Diagnosis(True, "every entry agrees with the gradient of the network's loss.")
        if not self.vector.any():
            explanation = "every number is 0. Perhaps the result was never filled in."
            return self.wrong(Slip("all zero", explanation, slips.CHECK, self.right))
        known = [*self.known(), *self.layouts()]
        return (
            self.first(known)
            or self.first(self.multiples(Slip("", "", "", self.right), any_factor=True))
            or self.first(self.biases_or_penalty())
            or self.first(multiple for slip in known for multiple in self.multiples(slip))
            or self.unknown()
        )

    def first(self, suspects: Iterable[Slip]) -> Diagnosis | None:
        """The diagnosis by the first suspect that agrees; others that do are named in `also`."""
        found = [slip for slip in suspects if self.agrees(slip.vector, slip.factor or 1.0)]
        return self.wrong(found[0], found[1:]) if found else None

    def wrong(self, slip: Slip, others: Iterable[Slip] = ()) -> Diagnosis:
        """The diagnosis by this slip."""
        also = dict.fromkeys(other.form for other in others if other.form != slip.form)
        return Diagnosis(
            right=False,
            explanation=slip.explanation,
            form=slip.form,
            parameter=self.network.parameter_name(int(self.errors(self.right).argmax())),
            section=slip.section,
            factor=slip.factor,
            also=tuple(also),
        )

    def known(self) -> Iterator[Slip]:
        """Every known slip in the backward pass, made in all layers first and then in some."""
        count = len(self.pairs)
        for kind in slips.SLIPS:
            for where, name in slips.places(count):
                yield self.slip(kind(self.forward, where), name)
        if self.learning_rate is not None:
            yield self.slip(slips.NewWeights(self.forward, None, self.learning_rate))
            yield Slip(
                "new parameters in place of the gradient",
                "these are the parameters after the step. The step is made from the gradient.",
                slips.DOWNHILL,
                self.network.parameters - self.learning_rate * self.right,
            )
        if self.is_bias.any():
            for number in range(count):
                part = self.part_of == 2 * number + 1
                yield Slip(
                    slips.MISSING_BIAS,
                    f"{slips.MISSING_BIAS_EXPLANATION} That concerns layer {number + 1}.",
                    slips.BP3,
                    np.where(part, 0.0, self.right),
                )
            yield self.slip(slips.UnbiasedForward(Forward(self.network, self.X, self.Y, False)))
        yield self.slip(slips.LastRowOnly(self.forward))
        if self.network.l2:
            yield Slip(
                "penalty on the biases",
                "the penalty acts on the biases too. It belongs to the weights alone.",
                slips.PENALTY,
                self.data + self.penalty_on(biases=True),
            )

    def slip(self, backward: Backward, where: str = "") -> Slip:
        """The slip that a backward pass stands for, with the penalty, which has no part in it."""
        vector = flat(backward.run()) + self.penalty
        return Slip(backward.form, backward.explanation + where, backward.section, vector)

    def layouts(self) -> Iterator[Slip]:
        """The right numbers at wrong places."""
        right = np.split(self.right, np.flatnonzero(np.diff(self.part_of)) + 1)
        weights = right[::2] if self.is_bias.any() else right
        biases = right[1::2] if self.is_bias.any() else [right[0][:0]] * len(right)
        turned = [
            W.reshape(layer.inputs, layer.outputs).T.ravel()
            for W, layer in zip(weights, self.network.layers)
        ]
        if len(weights) > 1:
            yield Slip(
                "wrong layer order",
                "the numbers are right, and the layers come in reversed order. The backward pass "
                "meets the last layer first; the result starts with the first.",
                slips.ONE_VECTOR,
                interleave(weights[::-1], biases[::-1]),
            )
        yield Slip(
            "transposed gradient",
            "the numbers are right, and in each dW rows and columns are exchanged. A gradient has "
            "the shape of what it belongs to, (inputs, outputs), and is read row by row.",
            slips.BP4,
            interleave(turned, biases),
        )
        if not self.is_bias.any():
            return
        explanation = (
            "the numbers are right and stand at other places of the vector. For each layer, from "
            "the inputs on, it holds first W, row by row, and then b."
        )
        for vector in (np.concatenate(weights + biases), interleave(biases, weights)):
            yield Slip("parameters in another order", explanation, slips.ONE_VECTOR, vector)

    def multiples(self, slip: Slip, any_factor: bool = False) -> Iterator[Slip]:
        """The slip times the factor that fits best, with and without the penalty in the product.

        Without `any_factor` only where that factor has a known reason: a slip that was made up to
        an arbitrary factor would be found too easily where there are no others.
        """
        for fixed in (np.zeros_like(self.penalty), self.penalty)[: 2 if self.network.l2 else 1]:
            factor = best_factor(slip.vector - fixed, self.vector - fixed)
            reasons = list(self.reasons(factor)) if factor else []
            for reason in reasons or ([slips.CONSTANT_FACTOR] if factor and any_factor else []):
                form, explanation, section = reason
                if slip.form:
                    form, section = slip.form, slip.section
                    explanation = f"{slip.explanation} Besides, {explanation}"
                explanation += f" (The factor is {factor:.4g}.)"
                vector = factor * (slip.vector - fixed) + fixed
                yield Slip(form, explanation, section, vector, factor)

    def reasons(self, factor: float) -> Iterator[tuple[str, str, str]]:
        """Form, explanation and section for a factor that comes from somewhere."""
        loss, (rows, outputs) = self.network.loss, self.Y.shape
        squared = isinstance(loss, SquaredError)
        divisors = {"rows": rows, "elements": rows * outputs, "nothing": 1}
        own = loss.divide_by if squared else "rows"
        own_half = loss.half if squared else True

        def equals(number: float) -> bool:
            return abs(abs(factor) - number) <= 10 * self.tolerance * number

        if factor < 0 and equals(1):
            yield (
                "sign",
                "every number has the wrong sign. The gradient is that of the loss, which grows "
                "with output − target; a step goes against it.",
                slips.DOWNHILL,
            )
        if self.learning_rate is not None and equals(self.learning_rate):
            yield (
                "step in place of the gradient",
                "the numbers are multiplied by the learning rate, as the step is. The gradient "
                "does not know the rate.",
                slips.DOWNHILL,
            )
        turned = " The sign is turned as well." if factor < 0 else ""
        for name in sorted(DIVISORS, key=lambda name: name != own):  # its own first
            for half in (own_half, not own_half) if squared else (own_half,):
                ratio = divisors[own] / divisors[name] * 2.0 ** (own_half - half)
                if ratio == 1 or not equals(ratio):
                    continue
                form = "constant factor"
                if name == "nothing" and own != "nothing":
                    form = "sum instead of mean"
                elif own == "nothing" and name != "nothing":
                    form = "mean instead of sum"
                yield (
                    form,
                    f"this is the gradient of {describe(name, half, squared)}; the network's loss "
                    f"is {describe(own, own_half, squared)}. The direction is the same, and every "
                    f"step is longer or shorter.{turned}",
                    slips.CONSTANTS,
                )
        if divisors[own] > 1 and equals(1 / divisors[own]):
            yield (
                "mean taken twice",
                f"the numbers were divided by the number of {own} once more.{turned}",
                slips.CONSTANTS,
            )

    def biases_or_penalty(self) -> Iterator[Slip]:
        """The weights, or the loss's part, are right, and the rest is off by a constant factor."""
        if self.is_bias.any():
            factor = best_factor(self.right[self.is_bias], self.vector[self.is_bias])
            if factor is not None:
                vector = np.where(self.is_bias, factor * self.right, self.right)
                yield self.bias_slip(factor, vector)
        if self.network.l2:
            factor = best_factor(self.penalty, self.vector - self.data)
            if factor is not None and abs(factor) < 10 * self.tolerance:
                explanation = "the penalty's part λ · W is missing. It belongs to the loss."
                yield Slip("missing penalty", explanation, slips.PENALTY, self.data)
            elif factor is not None:
                explanation = f"the penalty's part is {factor:.4g} times what it should be."
                vector = self.data + factor * self.penalty
                form = "constant factor in the penalty"
                yield Slip(form, explanation, slips.PENALTY, vector, factor)

    def bias_slip(self, factor: float, vector: np.ndarray) -> Slip:
        """The slip of biases that are all `factor` times their gradient beside right weights."""
        if abs(factor) < 10 * self.tolerance:
            vector = np.where(self.is_bias, 0.0, self.right)
            return Slip(slips.MISSING_BIAS, slips.MISSING_BIAS_EXPLANATION, slips.BP3, vector)
        explanation = (
            f"the weights' gradient is right, and the biases' is {factor:.4g} times what it should "
            f"be. A bias acts on every row: add the deltas up over the rows, with the same mean as "
            f"for the weights, taken once."
        )
        return Slip("constant factor in the biases", explanation, slips.BP3, vector, factor)

    def unknown(self) -> Diagnosis:
        """No known slip: say which equation to look at, beginning at the last layer."""
        errors = self.errors(self.right)
        per_layer = 2 if self.is_bias.any() else 1
        for number in reversed(range(len(self.pairs))):
            layer_parts = self.part_of // per_layer == number
            if (errors[layer_parts] > 1).any():
                break
        weights_off = (errors[layer_parts & ~self.is_bias] > 1).any()
        biases_off = (errors[layer_parts & self.is_bias] > 1).any()
        last = number == len(self.pairs) - 1
        if weights_off and not biases_off and per_layer == 2:
            advice, section = "its db is right, so look at how its dW is made", slips.BP4
        elif biases_off and not weights_off:
            advice, section = "its dW is right, so look at how its db is made", slips.BP3
        elif last:
            advice, section = "look at its delta first", slips.BP1
        else:
            advice, section = (
                "the layers above are right, so look at how its delta is made",
                slips.BP2,
            )
        explanation = (
            f"it is none of the known slips. Seen from the output, the first layer that is off is "
            f"layer {number + 1}: {advice}."
        )
        return replace(self.wrong(Slip("", explanation, section, self.right)), form=None)


def interleave(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> np.ndarray:
    """One vector of the parts, in turn from the one and the other."""
    return np.concatenate([part for pair in zip(first, second) for part in pair])


def best_factor(vector: np.ndarray, multiple: np.ndarray) -> float | None:
    """The c for which c · vector is closest to `multiple`; None where the vector is 0."""
    largest = np.abs(vector).max(initial=0.0)
    if largest == 0:
        return None
    unit = vector / largest
    return float(unit @ multiple / (unit @ unit) / largest)


def describe(divide_by: str, half: bool, squared: bool) -> str:
    """A loss's constant in words."""
    text = {"rows": "a mean over rows", "elements": "a mean over elements", "nothing": "a sum"}
    if not squared:
        return text[divide_by]
    return text[divide_by] + (" with the factor ½" if half else " without the factor ½")


class Unreadable(Exception):
    """The gradient is no set of numbers that can be compared; holds the diagnosis that says why."""

    def __init__(self, form: str, explanation: str, section: str | None = None) -> None:
        super().__init__(explanation)
        self.diagnosis = Diagnosis(False, explanation, form, section=section)


def read_gradient(gradient: object, network: Network) -> tuple[np.ndarray, str | None]:
    """The gradient as one flat vector, and what is wrong with its shapes, or None.

    Raises Unreadable for what holds no numbers, or not as many as the network has parameters.
    """
    if isinstance(gradient, np.ndarray) or is_list_of_numbers(gradient):
        return read_vector(as_numbers(gradient, "the gradient"), network)
    if not isinstance(gradient, list | tuple):
        raise Unreadable(
            "no gradient",
            f"the result is of the type {type(gradient).__name__}; expected is a flat vector of "
            f"{network.parameters.size} numbers, or a list with (dW, db) for each layer.",
            slips.ONE_VECTOR,
        )
    return read_layers(gradient, network)


def is_list_of_numbers(value: object) -> bool:
    """Whether the value is a list or tuple of plain numbers."""
    return isinstance(value, list | tuple) and all(isinstance(x, numbers.Real) for x in value)


def as_numbers(value: object, name: str) -> np.ndarray:
    """The value as an array of floats. Raises Unreadable."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, OverflowError):
        array = np.asarray(None)
    if array.dtype.kind not in "fiu":
        raise Unreadable("not numbers", f"{name} is no array of real numbers.", slips.ONE_VECTOR)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def read_vector(vector: np.ndarray, network: Network) -> tuple[np.ndarray, str | None]:
    """`read_gradient` for one array."""
    wanted = network.parameters.size
    if vector.size != wanted:
        weights = sum(layer.W.size for layer in network.layers)
        if vector.size == weights and vector.ndim == 1:
            raise Unreadable(
                slips.MISSING_BIAS,
                f"the vector has {weights} numbers, as many as there are weights. "
                f"{slips.MISSING_BIAS_EXPLANATION}",
                slips.BP3,
            )
        raise Unreadable(
            "wrong length",
            f"the gradient has {vector.size} numbers and the network {wanted} parameters: each "
            f"needs one.",
            slips.ONE_VECTOR,
        )
    if vector.ndim == 1:
        return vector, None
    return vector.ravel(), f"the vector has shape {vector.shape}; expected is ({wanted},)."


def read_layers(gradient: Sequence, network: Network) -> tuple[np.ndarray, str | None]:
    """`read_gradient` for a list with an entry for each layer."""
    layers = network.layers
    if len(gradient) != len(layers):
        raise Unreadable(
            "wrong length",
            f"the list has {len(gradient)} entries and the network {len(layers)} layers of "
            f"weights: each needs its (dW, db).",
            slips.ONE_VECTOR,
        )
    parts, misshapen = [], None
    for number, (entry, layer) in enumerate(zip(gradient, layers), 1):
        dW, db = entry if isinstance(entry, list | tuple) and len(entry) == 2 else (entry, None)
        expected = {"W": [(layer.inputs, layer.outputs)]}
        arrays = {"W": as_numbers(dW, f"dW of layer {number}")}
        if layer.bias:
            expected["b"] = [(layer.outputs,), (1, layer.outputs)]
            missing = db is None
            arrays["b"] = (
                np.zeros(layer.outputs) if missing else as_numbers(db, f"db of layer {number}")
            )
        elif db is not None and np.size(as_numbers(db, f"db of layer {number}")):
            explanation = f"layer {number} has no biases, and a db was returned for it."
            raise Unreadable("wrong shape", explanation, slips.BIAS)
        for name, array in arrays.items():
            if array.shape not in expected[name]:
                misshapen = misshapen or (
                    f"d{name} of layer {number} has shape {array.shape}; {name} has shape "
                    f"{expected[name][0]}, and a gradient has the shape of what it belongs to."
                )
            parts.append(array.ravel())
    vector = np.concatenate(parts)
    if vector.size != network.parameters.size:
        raise Unreadable("wrong shape", misshapen, slips.BP4)
    return vector, misshapen
