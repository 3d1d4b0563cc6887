"""Chapter 15: bugs of published programs, what each one does, and what shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop.arrays import Array
from backprop.datasets import load_iris, load_wheat_seeds, standardize
from backprop.mistakes import Examination, WrongValue, all_mistakes
from backprop.mistakes.formulas.errata import (
    SCORE_OF_TRUTH,
    SQUARE_WEIGHTS,
    STRETCHED_ERROR,
    SUM,
    SUM_FACTORS,
    SUM_OVER_MEAN,
)
from backprop.network import Network
from backprop.practice.measured import measured
from backprop.practice.question import Question, Verdict, ask

COSTS = "15_errata.ipynb#what-each-mistake-costs"
POSITIVE = "15_errata.ipynb#positive-weights-raw-centimetres"
PREPARED = "15_errata.ipynb#prepared-before-the-split"

Gradients = list[tuple[Array, Array]]
GradientFunction = Callable[[Network, Array, Array], Gradients]


# In the text


def stretched_error() -> Question:
    """Before the fit with stretched errors."""
    x = np.linspace(-1, 1, 20)
    return ask(
        "The predictions have the shape (20, 1), the targets (20,). Which $w$ and $b$ does the "
        "neuron end with?",
        STRETCHED_ERROR(x, 3 * x + 1),
        "Every prediction is pulled to every target, so all of them end at the mean of the "
        "targets.",
        STRETCHED_ERROR.wrong_values(x, 3 * x + 1),
    )


def score_of_the_truth() -> Question:
    """Before the scores of a comparison."""
    Y = load_iris().Y
    return ask(
        "The function `share_equal` returns `np.sum(predicted == true) / len(true)`. Which score "
        "do the true one-hot rows of iris get?",
        SCORE_OF_TRUTH(Y),
        "In each row three numbers are equal, two of them zeros.",
        SCORE_OF_TRUTH.wrong_values(Y),
    )


def factor_of_a_sum() -> Question:
    """Before the factor between a sum and a mean."""
    return ask(
        "The program prints the mean of the squared errors over 105 flowers and 3 outputs, and "
        "steps along the gradient of *half their sum*. How many times too long is the step for the "
        "printed loss?",
        SUM_OVER_MEAN(105, 3),
        "$105 \\cdot 3 = 315$ elements, and the printed square has a factor 2 in its derivative.",
        SUM_OVER_MEAN.wrong_values(105, 3),
    )


SIZES = [7, 8, 8, 3]


def errors_by_part() -> dict[str, dict[str, float]]:
    """For each mistake, by its name, how far each W and b of its gradient is off, relatively."""
    wheat = load_wheat_seeds()
    (scaled,) = standardize(wheat)
    activations = ["tanh", "tanh", "sigmoid"]
    network = Network(SIZES, activations, generator=np.random.default_rng(0))
    examination = Examination(network, scaled.X[::2], scaled.Y[::2], learning_rate=1.0)
    right = by_part(examination.gradient(), SIZES)
    found: dict[str, dict[str, float]] = {}
    for kind in all_mistakes():
        wrong = by_part(examination.gradient(kind), SIZES)
        found.setdefault(
            kind.form,
            {
                part: round(
                    float(np.linalg.norm(wrong[part] - right[part]) / np.linalg.norm(right[part])),
                    2,
                )
                for part in right
            },
        )
    return found


def by_part(gradient: Array, sizes: Sequence[int]) -> dict[str, Array]:
    """The parts of a flat gradient: W1, b1, W2, and so on."""
    parts, start = {}, 0
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), 1):
        for name, size in ((f"W_{layer}", inputs * outputs), (f"b_{layer}", outputs)):
            parts[name] = gradient[start : start + size]
            start += size
    return parts


def mistake_behind_the_errors() -> Question:
    """Before the table of gaps: which mistake is it, from the relative errors by layer?"""
    errors = errors_by_part()
    sections = {kind.form: kind.section for kind in all_mistakes()}
    right = "weighted sums in place of outputs"
    below = "the deltas below the last layer are wrong, and so are the biases there"
    reasons = {
        "missing activation derivative": "every delta is wrong, and so is every bias",
        "transposed weights": below,
        "error carried back in place of the delta": below,
        "missing bias gradient": "the biases have no gradient, and the weights are right",
    }

    def listed(form: str) -> str:
        return ", ".join(f"${part}$ {error:g}" for part, error in errors[form].items())

    wrong = [
        WrongValue(
            form,
            f"it gives {listed(form)}, since {reason}.",
            sections[form],
            form,
        )
        for form, reason in reasons.items()
    ]
    return ask(
        f"A gradient of a 7-8-8-3 network has these relative errors: {listed(right)}. Which "
        f"mistake is it?",
        right,
        "All biases are right, so the deltas are. Wrong are the weights that meet an output of a "
        "hidden layer; the first layer meets the inputs.",
        wrong,
    )


def costliest_mistake() -> Question:
    """Before the table of costs."""
    costs = measured("cost_of_mistakes").query("learning_rate_of == 'its own'")
    means = costs.groupby("mistake")["test_accuracy"].mean()
    right = means["none"]
    reasons = {
        "sum instead of mean": "It changes only the length of the step.",
        "transposed weights": "The last layer still learns, and wrong weights can carry an error.",
        "missing activation derivative": "In the last layer every delta keeps its sign.",
        "error not carried back": "The last layer still learns.",
    }
    wrong = [
        WrongValue(
            form,
            f"it costs {100 * (right - means[form]):.1f} points. {reason}",
            COSTS,
            form,
        )
        for form, reason in reasons.items()
    ]
    worst = "last row only"
    return ask(
        "Each mistake now gets the learning rate that suits it best. Which of these costs the most "
        "accuracy?",
        worst,
        f"It costs {100 * (right - means[worst]):.0f} points. No learning rate makes one row say "
        f"what all of them say.",
        wrong,
    )


def weights_around_zero() -> Question:
    """Before the table of initial weights."""
    starts = measured("positive_weights").groupby("program")["test_accuracy"].mean()

    def score(program: str) -> str:
        return f"{starts[program]:.3f}"

    wrong = [
        WrongValue(
            "weights around 0 and a mean",
            "this is the score with the gradient as a mean. Here the program steps along a sum, "
            "and the neurons are saturated at the end.",
            SUM,
            score("mean, weights around 0"),
        ),
        WrongValue(
            "standardized inputs",
            "this is the score with standardized inputs. Here the lengths are raw, so the weighted "
            "sums become large.",
            "05_wheat_seeds.ipynb#scaling",
            score("standardized"),
        ),
        WrongValue(
            "the mean alone",
            "this is the score with the gradient as a mean and positive weights. Only the weights "
            "change here.",
            POSITIVE,
            score("mean"),
        ),
    ]
    return ask(
        f"As published the program scores {score('published')}. What does it score if only the "
        f"weights are changed, to between −½ and ½?",
        score("weights around 0"),
        "Hardly more. The neurons start well, but at the end they are saturated.",
        wrong,
    )


# The exercises


class TruthQuestion(Question):
    """A question whose answer is a function that returns True or False."""

    def judge(self, answer: Any) -> Verdict:
        """The verdict on a function, True and False read as 1 and 0."""
        if not callable(answer):
            return super().judge(answer)

        def number(*arguments: Any) -> Any:
            value = answer(*arguments)
            return int(value) if isinstance(value, bool | np.bool_) else value

        return super().judge(number)


def mean_gradient(network: Network, X: Array, Y: Array) -> Gradients:
    """A gradient of a mean over rows."""
    _, gradient = network.loss_and_gradient(X, Y)
    parts = list(by_part(gradient.copy(), network.sizes).values())
    return list(zip(parts[::2], parts[1::2]))


def sum_gradient(network: Network, X: Array, Y: Array) -> Gradients:
    """The gradient of the sum."""
    return [(len(X) * dW, len(X) * db) for dW, db in mean_gradient(network, X, Y)]


def sum_in_the_last_layer(network: Network, X: Array, Y: Array) -> Gradients:
    """A mean in the first layer, a sum in the last."""
    return [mean_gradient(network, X, Y)[0], sum_gradient(network, X, Y)[1]]


def sum_in_the_biases(network: Network, X: Array, Y: Array) -> Gradients:
    """A mean for the weights, a sum for the biases."""
    both = zip(mean_gradient(network, X, Y), sum_gradient(network, X, Y))
    return [(mean[0], total[1]) for mean, total in both]


def same_twice(function: GradientFunction, network: Network, X: Array, Y: Array) -> np.ndarray:
    """For W and b of each layer, a row each, whether it stays the same with every row twice."""
    once = function(network, X, Y)
    twice = function(network, np.vstack([X, X]), np.vstack([Y, Y]))
    return np.array(
        [[np.allclose(a, b) for a, b in zip(one, two)] for one, two in zip(once, twice)]
    )


def exercise_1() -> Question:
    """A function that says whether a gradient function returns a mean."""
    flowers = load_iris()
    network = Network([4, 5, 3], generator=np.random.default_rng(3))
    functions = (mean_gradient, sum_gradient, sum_in_the_last_layer, sum_in_the_biases)
    calls = tuple((function, network, flowers.X[::5], flowers.Y[::5]) for function in functions)
    tables = [same_twice(*arguments) for arguments in calls]
    right = [int(table.all()) for table in tables]
    wrong = (
        WrongValue(
            "True and False exchanged",
            "the answer is the opposite one. If the gradient stays the same with every row twice, "
            "it is a mean.",
            SUM,
            [1 - value for value in right],
        ),
        WrongValue(
            "first layer only",
            "it looks at the first layer only. Compare the arrays of every layer.",
            SUM,
            [int(table[0].all()) for table in tables],
        ),
        WrongValue(
            "weights only",
            "it looks at the weights only. Compare the biases as well.",
            SUM,
            [int(table[:, 0].all()) for table in tables],
        ),
        WrongValue(
            "one array is enough",
            "it says True if some of the arrays stay the same. All have to.",
            SUM,
            [int(table.any()) for table in tables],
        ),
        WrongValue(
            "never a mean",
            "it says False for a mean too. Two computations round differently: compare with "
            "np.allclose, not with ==.",
            SUM,
            [0 for _ in tables],
        ),
    )
    kept = ask("", right, "", wrong).wrong
    return TruthQuestion("Which function?", right, "", kept, calls=calls)


def exercise_2() -> Question:
    """The sizes for which a forgotten transpose still fits."""
    return ask("Which sizes?", SQUARE_WEIGHTS(4, 3), "", SQUARE_WEIGHTS.wrong_values(4, 3))


def exercise_3() -> Question:
    """How many times too long a sum is, on one row and on thirty."""
    rows = [1, 30]
    all_flowers = WrongValue(
        "all flowers",
        "the second factor is that of all flowers. Every fifth of them is wanted.",
        SUM,
        [1.0, 150.0],
    )
    wrong = [*SUM_FACTORS.wrong_values(rows, 3), all_flowers]
    return ask("Which factors?", SUM_FACTORS(rows, 3), "", wrong)


def exercise_4() -> Question:
    """The leak of scaling, with one decimal."""
    scaled = [mean_over_seeds(scaled_before, before, 60) for before in (True, False)]
    chosen = [mean_over_seeds(chosen_before, before, 30) for before in (True, False)]
    wrong = [
        WrongValue(
            "features chosen by all labels",
            "this is the leak of choosing features. Scaling looks at no label; leave the choice "
            "out, and draw ten features only.",
            PREPARED,
            round(chosen[0] - chosen[1], 1),
        ),
        WrongValue(
            "score in place of the leak",
            "this is a score. The leak is the difference of the two scores.",
            PREPARED,
            round(scaled[0], 1),
        ),
    ]
    return ask("How large?", round(abs(scaled[0] - scaled[1]), 1), "", wrong)


def mean_over_seeds(score: Callable[[bool, int], float], before: bool, seeds: int) -> float:
    """The mean over some seeds."""
    return float(np.mean([score(before, seed) for seed in range(seeds)]))


def scaled_before(before: bool, seed: int) -> float:
    """The test score on coin flips, scaled before the split or after it."""
    X, coins = coin_rows(10, seed)
    known = X if before else X[20:]
    return score_on_coins((X - known.mean(axis=0)) / known.std(axis=0), coins)


def chosen_before(before: bool, seed: int) -> float:
    """The same with the ten features out of a thousand that fit the labels best."""
    X, coins = coin_rows(1000, seed)
    seen = slice(None) if before else slice(20, None)
    fits = np.abs((coins[seen] - coins[seen].mean()) @ X[seen])
    return score_on_coins(X[:, np.argsort(-fits)[:10]], coins)


def coin_rows(features: int, seed: int) -> tuple[Array, np.ndarray]:
    """Sixty rows of noise, with coin flips as labels."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(60, features)), generator.integers(0, 2, size=60)


def score_on_coins(X: Array, coins: np.ndarray) -> float:
    """Learn from forty rows and test on the twenty in front of them."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(X[20:], coins[20:])
    return float(model.score(X[:20], coins[:20]))
