"""Find the mistake in a gradient from its values alone.

A wrong gradient is seldom wrong in a new way. `backprop.mistakes` has the known mistakes, each as a
backward pass with one step replaced. The gradients they give on the network's own rows are compared
with the gradient in question. If two agree, the mistake has a name, a reason and a section to read
again; the same holds if they agree up to a factor with a known cause, such as the number of rows.

`diagnose` takes numbers and runs none of their author's code; `diagnose_function` takes a function.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop import checks
from backprop.losses import DIVISORS, SquaredError
from backprop.mistakes import Examination, WrongGradient, all_mistakes, sections
from backprop.mistakes.dense import AtKink, HalfwayAtKink, Magnitude, MissingBias, NewWeights
from backprop.network import ForwardPass, Network

__all__ = ["Diagnosis", "diagnose", "diagnose_function", "wrong_gradients"]

TOLERANCE = 1e-4
CONSTANT_FACTOR = (
    "constant factor",
    "every number is off by the same factor. The direction is right, but every step is longer or "
    "shorter.",
    sections.CONSTANTS,
)


@dataclass(frozen=True)
class Diagnosis:
    """The result of `diagnose`.

    `right` says whether the gradient is right, and `explanation` why, in a sentence or two. `form`
    is the short name of a known mistake, None for a right gradient and for one that is wrong in an
    unknown way; `also` names other mistakes that give the same numbers on these rows. `parameter`
    says where the gradient differs most, such as 'layer 1, W[0, 2]'. `section` is the page and
    heading of the book to read again. `factor` is the constant by which the numbers of that mistake
    were multiplied, where it is not 1. The right numbers are never revealed.
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
    """Say whether `gradient` is that of the network's loss on X, Y; if not, name the mistake.

    `gradient` is a flat vector in the order of `network.parameters` or a list of (dW, db) for each
    layer, starting at the inputs; db is None where there are no biases. Any object gets a
    diagnosis. Given the `learning_rate` of the step, mistakes that involve the new weights are
    recognized too. `tolerance` is the largest error of an entry that counts as rounding, relative
    to the largest entry of its W or b; float32 and central differences are allowed their own
    rounding.

    The network is not changed. Give several different rows: with a single row, a sum and a mean are
    the same. Mistakes that change nothing on these rows cannot be seen. Raises ValueError for X and
    Y that do not fit the network, and for a tolerance or learning rate that is not a finite number
    greater than 0, and TypeError for a network that is not a Network.
    """
    if not isinstance(network, Network):
        raise TypeError(
            f"the network is a {type(network).__name__}: call diagnose(gradient, network, X, Y)"
        )
    checks.number(tolerance, "the tolerance", above=0)
    if learning_rate is not None:
        checks.number(learning_rate, "the learning rate", above=0)
    X, Y = network.check_examples(X, Y)
    try:
        vector, misshapen = read_gradient(gradient, network)
    except Unreadable as problem:
        return problem.diagnosis
    unusable = np.flatnonzero(~np.isfinite(vector))
    if unusable.size:
        explanation = (
            f"{unusable.size} of {vector.size} numbers are NaN or infinite. The most common "
            f"causes are an exp that overflows, a logarithm of 0, and a division by 0."
        )
        where = network.parameter_name(int(unusable[0]))
        return Diagnosis(False, explanation, "not finite", where, sections.SIGMOID)
    with np.errstate(over="ignore", invalid="ignore"):  # huge entries are not a reason to warn
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

    `function` receives copies of the rows, and the network's parameters are restored afterwards. An
    exception that `function` raises becomes the diagnosis. Raises the errors of `diagnose`.
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


def wrong_gradients(
    network: Network, X: ArrayLike, Y: ArrayLike, *, learning_rate: float | None = None
) -> tuple[np.ndarray, list[WrongGradient]]:
    """The gradient of the network's loss on X, Y, and those that the known mistakes give.

    A mistake that changes nothing on these rows is in the list too. Given the `learning_rate` of
    the step, the list has the mistakes that involve it. Raises the errors of `diagnose`.
    """
    X, Y = network.check_examples(X, Y)
    nothing = np.zeros(network.parameters.size)
    comparison = Comparison(nothing, network, X, Y, TOLERANCE, learning_rate)
    found = [*comparison.known(), *comparison.multiples_of_right(), *comparison.layouts()]
    return comparison.right, found


class Comparison:
    """A gradient, compared with the right one and with those of the known mistakes."""

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
        self.network, self.Y = network, Y
        self.tolerance, self.learning_rate = tolerance, learning_rate
        self.examination = Examination(network, X, Y, learning_rate)
        parts = self.examination.network.parts
        self.part_names = [name.rpartition(", ")[2] for name in parts.shapes]
        self.layer_of_part = [
            int(name.split(",")[0].removeprefix("layer ")) for name in parts.shapes
        ]
        sizes = [view.size for view in parts.views.values()]
        self.part_of = np.repeat(np.arange(len(sizes)), sizes)  # the part of each entry
        self.is_bias = np.array(self.part_names)[self.part_of] == "b"
        self.parameters = parts.vector
        self.data = self.examination.gradient()
        self.penalty = network.l2 * np.where(network.penalized, self.parameters, 0.0)
        self.right = self.data + self.penalty
        # The rounding of the least precise numbers involved, and that of central differences, which
        # is relative to the loss.
        coarsest = max(np.finfo(vector.dtype).eps, np.finfo(network.dtype).eps)
        terms = self.largest_of_part(self.magnitude() + np.abs(self.penalty))
        self.rounding = (64 * float(coarsest) + 1e-8) * terms + 1e-9 * terms.max()

    def magnitude(self) -> np.ndarray:
        """The gradient's sums without cancellation; rounding errors are a small part of them."""
        wrong = self.examination.with_mistake(Magnitude, None)
        forward, Y = self.examination.forward, self.examination.Y
        apart = ForwardPass([*forward.A[:-1], np.abs(forward.A[-1])], forward.Z, forward.caches)
        magnitude: np.ndarray = np.abs(wrong.gradient_of(apart, -np.abs(Y)))
        return magnitude

    def largest_of_part(self, vector: np.ndarray) -> np.ndarray:
        """For each entry, the largest absolute value in its W or b."""
        largest = np.zeros(self.part_of[-1] + 1)
        np.maximum.at(largest, self.part_of, np.abs(vector))
        return largest[self.part_of]

    def errors(self, candidate: np.ndarray, scale: float = 1.0) -> np.ndarray:
        """The differences from a candidate, entry by entry, as multiples of the largest allowed."""
        allowed = self.tolerance * self.largest_of_part(candidate) + abs(scale) * self.rounding
        errors: np.ndarray = np.abs(self.vector - candidate)
        errors /= np.maximum(allowed, np.finfo(float).tiny)
        return errors

    def agrees(self, candidate: np.ndarray, scale: float = 1.0) -> bool:
        """Whether the gradient equals the candidate, which was multiplied by `scale`."""
        return bool((self.errors(candidate, scale) <= 1).all())

    def is_right(self) -> bool:
        """Whether the gradient is the network's."""
        return self.agrees(self.right) or any(
            self.agrees(self.examination.gradient(kind) + self.penalty)
            for kind in (AtKink, HalfwayAtKink)
        )

    def diagnosis(self, misshapen: str | None) -> Diagnosis:
        """The verdict: right, one of the known mistakes, or wrong in another way."""
        if misshapen is not None:
            found = self.first(self.layouts())
            return found or Diagnosis(False, misshapen, "wrong shape", section=sections.BP4)
        if self.is_right():
            return Diagnosis(True, "every entry agrees with the gradient of the network's loss.")
        if not self.vector.any():
            explanation = "every number is 0. Perhaps the result was never filled in."
            return self.wrong(WrongGradient("all zero", explanation, sections.CHECK, self.right))
        known = [*self.known(), *self.layouts()]
        return (
            self.first(known)
            or self.first(self.multiples(WrongGradient("", "", "", self.right), any_factor=True))
            or self.first(self.biases_or_penalty())
            or self.first(multiple for mistake in known for multiple in self.multiples(mistake))
            or self.unknown()
        )

    def first(self, suspects: Iterable[WrongGradient]) -> Diagnosis | None:
        """The diagnosis by the first suspect that agrees; others that do are named in `also`."""
        found = [
            mistake for mistake in suspects if self.agrees(mistake.vector, mistake.factor or 1.0)
        ]
        return self.wrong(found[0], found[1:]) if found else None

    def wrong(self, mistake: WrongGradient, others: Iterable[WrongGradient] = ()) -> Diagnosis:
        """The diagnosis by this mistake."""
        also = dict.fromkeys(other.form for other in others if other.form != mistake.form)
        return Diagnosis(
            right=False,
            explanation=mistake.explanation,
            form=mistake.form,
            parameter=self.network.parameter_name(int(self.errors(self.right).argmax())),
            section=mistake.section,
            factor=mistake.factor,
            also=tuple(also),
        )

    def known(self) -> Iterator[WrongGradient]:
        """Every known mistake in the backward pass, first in all layers and then in some."""
        for kind in all_mistakes():
            if kind is NewWeights and self.learning_rate is None:
                continue
            for where, name in self.examination.places(kind):
                vector = self.examination.gradient(kind, where) + self.penalty
                yield WrongGradient(kind.form, kind.explanation + name, kind.section, vector)
        if self.learning_rate is not None:
            yield WrongGradient(
                "new parameters in place of the gradient",
                "these are the parameters after the step. The step is made from the gradient.",
                sections.DOWNHILL,
                self.parameters - self.learning_rate * self.right,
            )
        if self.network.l2:
            yield WrongGradient(
                "penalty on the biases",
                "the penalty acts on the biases too. It belongs to the weights alone.",
                sections.PENALTY,
                self.data + self.network.l2 * self.parameters,
            )

    def layouts(self) -> Iterator[WrongGradient]:
        """The right numbers in the wrong places."""
        views = self.examination.network.parts.shapes.values()
        parts = np.split(self.right, np.flatnonzero(np.diff(self.part_of)) + 1)
        turned = [part.reshape(shape).T.ravel() for part, shape in zip(parts, views)]
        by_layer = [
            [part for part, owner in zip(parts, self.layer_of_part) if owner == number]
            for number in sorted(set(self.layer_of_part))
        ]
        if len(by_layer) > 1:
            yield WrongGradient(
                "wrong layer order",
                "the numbers are right, but the layers come in reverse order. The backward pass "
                "reaches the last layer first; the result starts with the first.",
                sections.ONE_VECTOR,
                np.concatenate([part for own in reversed(by_layer) for part in own]),
            )
        yield WrongGradient(
            "transposed gradient",
            "the numbers are right, but rows and columns of each dW are exchanged. A gradient has "
            "the shape of its parameter, (inputs, outputs), and is read row by row.",
            sections.BP4,
            np.concatenate(turned),
        )
        if not self.is_bias.any():
            return
        explanation = (
            "the numbers are right, but in the wrong places of the vector. Each layer, starting "
            "at the inputs, has first its W, row by row, and then its b."
        )
        biases_last = [
            parts[i] for i in np.argsort(np.array(self.part_names) == "b", kind="stable")
        ]
        biases_first = [part for own in by_layer for part in reversed(own)]
        for order in (biases_last, biases_first):
            yield WrongGradient(
                "parameters in another order",
                explanation,
                sections.ONE_VECTOR,
                np.concatenate(order),
            )

    def multiples(
        self, mistake: WrongGradient, any_factor: bool = False
    ) -> Iterator[WrongGradient]:
        """The mistake times the factor that fits best, with and without the penalty in the product.

        Without `any_factor`, only if that factor has a known cause: a mistake that is allowed an
        arbitrary factor would be found too easily where there are no others.
        """
        for fixed in (np.zeros_like(self.penalty), self.penalty)[: 2 if self.network.l2 else 1]:
            factor = best_factor(mistake.vector - fixed, self.vector - fixed)
            if not factor:
                continue
            reasons = list(self.reasons(factor))
            for reason in reasons or ([CONSTANT_FACTOR] if any_factor else []):
                form, explanation, section = reason
                if mistake.form:
                    form, section = mistake.form, mistake.section
                    explanation = f"{mistake.explanation} Besides, {explanation}"
                explanation += f" (The factor is {factor:.4g}.)"
                vector = factor * (mistake.vector - fixed) + fixed
                yield WrongGradient(form, explanation, section, vector, factor)

    def multiples_of_right(self) -> Iterator[WrongGradient]:
        """The right gradient times each factor that has a known cause."""
        rows, outputs = self.Y.shape
        counts = {1.0, float(rows), float(rows * outputs), float(outputs)}
        ratios = {a / b * half for a in counts for b in counts for half in (0.5, 1.0, 2.0)}
        for factor in (-1.0, self.learning_rate or -1.0, *sorted(ratios - {1.0})):
            vector = factor * self.data + self.penalty
            for form, explanation, section in self.reasons(factor):
                yield WrongGradient(form, explanation, section, vector, factor)

    def reasons(self, factor: float) -> Iterator[tuple[str, str, str]]:
        """Form, explanation and section for each known cause of this factor."""
        loss, (rows, outputs) = self.network.loss, self.Y.shape
        squared, own, own_half = False, "rows", True
        if isinstance(loss, SquaredError):
            squared, own, own_half = True, loss.divide_by, loss.half
        divisors = {"rows": rows, "elements": rows * outputs, "nothing": 1}

        def equals(number: float) -> bool:
            return abs(abs(factor) - number) <= 10 * self.tolerance * number

        if factor < 0 and equals(1):
            yield (
                "sign",
                "every number has the wrong sign. The gradient is built from output − target and "
                "points uphill; a step subtracts it.",
                sections.DOWNHILL,
            )
        if self.learning_rate is not None and equals(self.learning_rate):
            yield (
                "step in place of the gradient",
                "the numbers are multiplied by the learning rate, as the step is. The gradient "
                "does not depend on the learning rate.",
                sections.DOWNHILL,
            )
        turned = " The sign is wrong as well." if factor < 0 else ""
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
                    sections.CONSTANTS,
                )
        if divisors[own] > 1 and equals(1 / divisors[own]):
            yield (
                "mean taken twice",
                f"the numbers were divided by the number of {own} twice.{turned}",
                sections.CONSTANTS,
            )

    def biases_or_penalty(self) -> Iterator[WrongGradient]:
        """The weights, or the loss's part, are right; the rest is off by a constant factor."""
        if self.is_bias.any():
            factor = best_factor(self.right[self.is_bias], self.vector[self.is_bias])
            if factor is not None:
                vector = np.where(self.is_bias, factor * self.right, self.right)
                yield self.bias_mistake(factor, vector)
        if self.network.l2:
            factor = best_factor(self.penalty, self.vector - self.data)
            if factor is not None and abs(factor) < 10 * self.tolerance:
                explanation = "the penalty's part, α · W, is missing. It is part of the loss."
                yield WrongGradient("missing penalty", explanation, sections.PENALTY, self.data)
            elif factor is not None:
                explanation = f"the penalty's part is {factor:.4g} times what it should be."
                vector = self.data + factor * self.penalty
                form = "constant factor in the penalty"
                yield WrongGradient(form, explanation, sections.PENALTY, vector, factor)

    def bias_mistake(self, factor: float, vector: np.ndarray) -> WrongGradient:
        """Bias gradients that are all `factor` times the right ones; the weights' are right."""
        if abs(factor) < 10 * self.tolerance:
            vector = np.where(self.is_bias, 0.0, self.right)
            return WrongGradient(MissingBias.form, MissingBias.explanation, sections.BP3, vector)
        explanation = (
            f"the weights' gradient is right, but the biases' is {factor:.4g} times what it "
            f"should be. A bias acts on every row: add up the deltas over the rows, and take the "
            f"mean as for the weights, once."
        )
        return WrongGradient(
            "constant factor in the biases", explanation, sections.BP3, vector, factor
        )

    def unknown(self) -> Diagnosis:
        """No known mistake: say which equation to look at, starting from the last layer."""
        errors = self.errors(self.right)
        layer_of = np.array(self.layer_of_part)[self.part_of]
        number = int(layer_of[errors > 1].max())
        own = layer_of == number
        weights_off = (errors[own & ~self.is_bias] > 1).any()
        biases_off = (errors[own & self.is_bias] > 1).any()
        last = number == max(self.layer_of_part)
        if weights_off and not biases_off and (own & self.is_bias).any():
            advice, section = "its db is right, so check how its dW is computed", sections.BP4
        elif biases_off and not weights_off:
            advice, section = "its dW is right, so check how its db is computed", sections.BP3
        elif last:
            advice, section = "check its delta first", sections.BP1
        else:
            advice, section = (
                "the layers above are right, so check how its delta is computed",
                sections.BP2,
            )
        explanation = (
            f"this is none of the known mistakes. Counted from the output, the first wrong layer "
            f"is layer {number}: {advice}."
        )
        return replace(self.wrong(WrongGradient("", explanation, section, self.right)), form=None)


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
    """The gradient cannot be compared; `diagnosis` says why."""

    def __init__(self, form: str, explanation: str, section: str | None = None) -> None:
        super().__init__(explanation)
        self.diagnosis = Diagnosis(False, explanation, form, section=section)


def read_gradient(gradient: object, network: Network) -> tuple[np.ndarray, str | None]:
    """The gradient as one flat vector, and the fault in its shapes, or None.

    Raises Unreadable if it holds no numbers, or not as many as the network has parameters.
    """
    if isinstance(gradient, np.ndarray) or is_list_of_numbers(gradient):
        return read_vector(as_numbers(gradient, "the gradient"), network)
    if not isinstance(gradient, list | tuple):
        raise Unreadable(
            "no gradient",
            f"the result has the type {type(gradient).__name__}. Return a flat vector of "
            f"{network.parameters.size} numbers, or a list with (dW, db) for each layer.",
            sections.ONE_VECTOR,
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
        raise Unreadable(
            "not numbers", f"{name} is not an array of real numbers.", sections.ONE_VECTOR
        )
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def read_vector(vector: np.ndarray, network: Network) -> tuple[np.ndarray, str | None]:
    """`read_gradient` for one array."""
    wanted = network.parameters.size
    if vector.size != wanted:
        layers: list[Any] = network.layers
        weights = sum(layer.W.size for layer in layers)
        if vector.size == weights and vector.ndim == 1:
            raise Unreadable(
                MissingBias.form,
                f"the vector has {weights} numbers, one per weight. {MissingBias.explanation}",
                sections.BP3,
            )
        raise Unreadable(
            "wrong length",
            f"the gradient has {vector.size} numbers, but the network has {wanted} parameters: "
            f"each parameter needs one.",
            sections.ONE_VECTOR,
        )
    if vector.ndim == 1:
        return vector, None
    return vector.ravel(), f"the vector has shape {vector.shape}; give it ({wanted},)."


def read_layers(gradient: Sequence[object], network: Network) -> tuple[np.ndarray, str | None]:
    """`read_gradient` for a list with an entry for each layer."""
    layers: list[Any] = network.layers  # dense ones
    if len(gradient) != len(layers):
        raise Unreadable(
            "wrong length",
            f"the list has {len(gradient)} entries, but the network has {len(layers)} layers of "
            f"weights: each layer needs its (dW, db).",
            sections.ONE_VECTOR,
        )
    parts, misshapen = [], ""
    for number, (entry, layer) in enumerate(zip(gradient, layers), 1):
        dW, db = entry if isinstance(entry, list | tuple) and len(entry) == 2 else (entry, None)
        expected: dict[str, list[tuple[int, ...]]] = {"W": [(layer.inputs, layer.outputs)]}
        arrays = {"W": as_numbers(dW, f"dW of layer {number}")}
        if layer.bias:
            expected["b"] = [(layer.outputs,), (1, layer.outputs)]
            missing = db is None
            arrays["b"] = (
                np.zeros(layer.outputs) if missing else as_numbers(db, f"db of layer {number}")
            )
        elif db is not None and np.size(as_numbers(db, f"db of layer {number}")):
            explanation = f"layer {number} has no biases, but a db was returned for it."
            raise Unreadable("wrong shape", explanation, sections.BIAS)
        for name, array in arrays.items():
            if array.shape not in expected[name]:
                misshapen = misshapen or (
                    f"d{name} of layer {number} has shape {array.shape}; {name} has shape "
                    f"{expected[name][0]}, and a gradient has the shape of its parameter."
                )
            parts.append(array.ravel())
    vector = np.concatenate(parts)
    if vector.size != network.parameters.size:
        raise Unreadable("wrong shape", misshapen, sections.BP4)
    return vector, misshapen or None
