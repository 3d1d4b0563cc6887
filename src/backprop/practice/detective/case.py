"""A case: a program with one mistake, and the verdicts on what a learner says about it."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable
from dataclasses import dataclass
from difflib import ndiff
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.random import Generator

from backprop import checks
from backprop.diagnosis import Diagnosis, diagnose, wrong_gradients
from backprop.gradients import numerical_gradient
from backprop.network import Network
from backprop.practice.detective.changes import CHANGES, Change
from backprop.practice.detective.program import flat
from backprop.practice.detective.programs import PROGRAMS
from backprop.practice.question import Verdict, as_text, capital, plain

__all__ = ["Case", "Solution", "case", "cases"]

LEVELS = (1, 2, 3)
ROUNDS = 1000  # a case is drawn with one of so many sets of numbers
FORMS = tuple(sorted({change.form for change in CHANGES}))


@dataclass(frozen=True)
class Solution:
    """What was wrong: the `diagnosis`, and the `lines` to remove (-) and to add (+)."""

    diagnosis: Diagnosis
    lines: str

    def __str__(self) -> str:
        return f"{capital(str(self.diagnosis))}\n\n{self.lines}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"{capital(str(self.diagnosis))}\n\n```diff\n{self.lines}\n```"


class Case:
    """A program with exactly one mistake.

    `number` identifies the case, and `level` says how hard it is, from 1 to 3. `source` is the
    program: at most forty lines, which run as they are. Its `loss` is right, its `gradient` is not.
    """

    def __init__(self, number: int) -> None:
        name, change = all_cases()[(number - 1) % cases()]
        self.number, self.level = number, change.level
        self._program = PROGRAMS[name]
        self._settings = self._program.settings(np.random.default_rng(number))
        right = self._program.text
        self._right_source = self._program.filled(right, self._settings)
        wrong = right.replace(change.old, change.new)
        self.source = self._program.filled(wrong, self._settings)

    def run(self) -> dict[str, Any]:
        """Run the program, and return its names: parameters, X, Y, loss, gradient and others."""
        namespace: dict[str, Any] = {"__name__": f"case_{self.number}"}
        with np.errstate(all="ignore"):  # some mistakes make the numbers grow without end
            exec(compile(self.source, f"<case {self.number}>", "exec"), namespace)
        return namespace

    @cached_property
    def _names(self) -> dict[str, Any]:
        """The names after a run whose output is not shown."""
        with contextlib.redirect_stdout(io.StringIO()):
            return self.run()

    @property
    def X(self) -> np.ndarray:
        """The program's rows, (samples, inputs)."""
        return np.array(self._names["X"])

    @property
    def Y(self) -> np.ndarray:
        """The program's targets, (samples, outputs)."""
        return np.array(self._names["Y"])

    @property
    def network(self) -> Network:
        """The network of the program, with the same parameters."""
        return self._program.network(self._names, self._settings["kind"])

    def measure(self) -> dict[str, float]:
        """The largest error of the program's gradient in each W and b.

        An error is the difference from a central difference of the program's own loss, relative to
        the largest number in that W or b.
        """
        network = self.network
        views = network.parts.views
        measured = numerical_gradient(
            lambda _: float(self._names["loss"](list(views.values()), self.X, self.Y)),
            network.parameters,
        )
        errors: dict[str, float] = {}
        start = 0
        difference = np.abs(self._gradient() - measured)
        for name, view in views.items():
            part = slice(start, start := start + view.size)
            largest = np.abs(measured[part]).max()
            errors[name] = float(difference[part].max() / max(largest, 1e-12))
        return errors

    def judge(self, form: str) -> Verdict:
        """Whether the mistake has this name; if not, what that mistake would have done."""
        known = {plain(name): name for name in (*FORMS, *self._wrong)}
        if not isinstance(form, str) or plain(form) not in known:
            names = ", ".join(sorted(known.values()))
            return Verdict(False, f"There is no mistake of this name. Choose one of: {names}.")
        name, diagnosis = known[plain(form)], self._diagnosis
        if name in (diagnosis.form, *diagnosis.also):
            return Verdict(True, capital(diagnosis.explanation), section=diagnosis.section)
        return Verdict(False, self._evidence_against(name))

    def judge_repair(self, function: Callable[..., Any]) -> Verdict:
        """Whether `function(parameters, X, Y)` returns the right gradient."""
        if not callable(function):
            return Verdict(False, "Give the repaired function gradient(parameters, X, Y).")
        try:
            found = self._diagnose(function(*self._arguments()))
        except Exception as error:
            return Verdict(False, f"It raised {type(error).__name__}: {error}.")
        if found.right:
            return Verdict(True, capital(found.explanation))
        if found.form == self._diagnosis.form:
            return Verdict(False, f"It is the same mistake. Look again near {found.parameter}.")
        text = f"{found.form}: {found.explanation}" if found.form else found.explanation
        return Verdict(False, capital(text), found.form, found.section)

    def reveal(self) -> Solution:
        """The solution."""
        lines = ndiff(self.source.splitlines(), self._right_source.splitlines())
        changed = [line for line in lines if line.startswith(("-", "+"))]
        return Solution(self._diagnosis, "\n".join(changed))

    def _arguments(self) -> tuple[Any, ...]:
        return tuple(copy.deepcopy([self._names[name] for name in ("parameters", "X", "Y")]))

    def _gradient(self) -> np.ndarray:
        """What the program computes, as one vector."""
        return np.asarray(flat(self._names["gradient"](*self._arguments())), dtype=float)

    def _diagnose(self, gradient: Any) -> Diagnosis:
        rate = self._names["rate"]
        return diagnose(flat(gradient), self.network, self.X, self.Y, learning_rate=rate)

    @cached_property
    def _diagnosis(self) -> Diagnosis:
        return self._diagnose(self._names["gradient"](*self._arguments()))

    @cached_property
    def _wrong(self) -> dict[str, list[np.ndarray]]:
        """What each known mistake gives in this program; several if it can be in several places."""
        rate = self._names["rate"]
        _, found = wrong_gradients(self.network, self.X, self.Y, learning_rate=rate)
        gradients: dict[str, list[np.ndarray]] = {}
        for mistake in found:
            gradients.setdefault(mistake.form, []).append(mistake.vector)
        return gradients

    def _evidence_against(self, form: str) -> str:
        """One number that shows that the program does not have this mistake."""
        own = self._gradient()
        if form not in self._wrong:
            return "That mistake gives other numbers. Measure again."
        nearest = min(self._wrong[form], key=lambda vector: float(np.abs(vector - own).max()))
        place = int(np.abs(nearest - own).argmax())
        return (
            f"With that mistake, the gradient for {self.network.parameter_name(place)} would be "
            f"{as_text(float(nearest[place]))}. The program computes "
            f"{as_text(float(own[place]))}."
        )

    def __repr__(self) -> str:
        return f"Case {self.number}, level {self.level}\n\n{self.source}"

    def _repr_markdown_(self) -> str:
        return (
            f"**Case {self.number}** (level {self.level}). The loss of this program is right, and "
            f"its gradient has one mistake.\n\n```python\n{self.source}```"
        )


@cache
def all_cases() -> tuple[tuple[str, Change], ...]:
    """The program and the mistake of each case: the levels in order, each of them shuffled."""
    fitting = [(name, c) for name in PROGRAMS for c in CHANGES if c.fits(PROGRAMS[name])]
    order = np.random.default_rng(0).permutation(len(fitting))
    return tuple(sorted((fitting[place] for place in order), key=lambda pair: pair[1].level))


def case(
    number: int | None = None, level: int | None = None, generator: Generator | None = None
) -> Case:
    """The case of this number, counted from 1, or one drawn from a level or from all.

    A number is always the same case. From `cases()` + 1 on, the mistakes return in programs with
    other numbers, sizes and names. Raises ValueError for a number or level that does not exist, and
    for both at once.
    """
    if number is not None and level is not None:
        raise ValueError("give the number of a case or a level to draw one from, not both")
    if number is None:
        generator = np.random.default_rng() if generator is None else generator
        checks.random_generator(generator)
        of_level = cases(level)
        first = 1 if level is None else 1 + sum(map(cases, LEVELS[: level - 1]))
        number = first + int(generator.integers(of_level))
        number += cases() * int(generator.integers(ROUNDS))
    checks.whole_number(number, "the number of the case")
    return Case(number)


def cases(level: int | None = None) -> int:
    """How many different mistakes in programs a level has, or all levels together.

    Raises ValueError for another level.
    """
    if level is not None:
        checks.whole_number(level, "the level", highest=LEVELS[-1])
    return sum(level in (None, change.level) for _, change in all_cases())
