"""The explorer of the valley: numbers of the optimizers, and verdicts of the theory."""

import numpy as np
import pytest
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop.mistakes.formulas.optimizer_limits import MOMENTUM_LIMIT, NESTEROV_LIMIT
from backprop.optimizers import Adam, GradientDescent, Momentum, RMSProp

NAME = "optimizer-valley"
RULES = {
    "plain": lambda rate, mu: GradientDescent(rate),
    "momentum": Momentum,
    "nesterov": lambda rate, mu: Momentum(rate, mu, nesterov=True),
    "rmsprop": RMSProp,
    "adam": Adam,
}
BEHAVIOUR = """([name, settings]) => {
    const explorer = document.querySelector(name);
    explorer.set(settings);
    return explorer.compute(explorer.state).behaviour;
}"""
MISTAKE = """([name, settings, chosen]) => {
    const explorer = document.querySelector(name);
    explorer.set(settings);
    const label = Valley.behaviours[chosen];
    const { options } = explorer.question(explorer.compute(explorer.state));
    return options.find((one) => one.label === label).explanation;
}"""


def walk(rule, rate, mu, curvature, steps, w1, w2):
    """The path of the package's optimizer."""
    optimizer, w = RULES[rule](rate, mu), np.array([w1, w2], float)
    path = [w.copy()]
    for _ in range(int(steps)):
        optimizer.step(w, np.array([1, curvature]) * w)
        path.append(w.copy())
    return path


def factor(rule, rate, mu, q):
    """The factor per step: the largest eigenvalue of one step on weight and velocity."""
    along = {
        "plain": [[1 - rate * q]],
        "momentum": [[1 - rate * q, -rate * mu], [q, mu]],
        "nesterov": [[1 - rate * q * (1 + mu), -rate * mu * mu], [q, mu]],
    }[rule]
    return float(np.abs(np.linalg.eigvals(along)).max())


def expected(rule, rate, mu, curvature, steps, w1, w2):
    """The explorer's table, computed by the package; the factors of the theory come apart."""
    table = {}
    if rule not in ("rmsprop", "adam"):
        limit = NESTEROV_LIMIT if rule == "nesterov" else MOMENTUM_LIMIT
        table["largest learning rate that converges"] = limit(
            0 if rule == "plain" else mu, curvature
        )
    for step, (first, second) in enumerate(walk(rule, rate, mu, curvature, steps, w1, w2)):
        table[f"w₁ after {step} steps"] = first
        table[f"w₂ after {step} steps"] = second
        table[f"loss after {step} steps"] = 0.5 * (first**2 + curvature * second**2)
    return table


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(10)
    with opened(chromium, tmp_path, NAME) as visit:
        usual, *drawn_settings = usual_and_drawn(visit.page, NAME, generator)
        starts = generator.uniform([-4.5, -2], [4.5, 2], size=(200, 2)).round(1).tolist()
        for drawn, (w1, w2) in zip(drawn_settings, starts):
            drawn |= {"w1": w1, "w2": w2}
        for drawn in [usual, *drawn_settings]:
            found = values(visit.page, NAME, drawn)
            for weight, q in [("w₁", 1), ("w₂", drawn["curvature"])]:
                if drawn["rule"] not in ("rmsprop", "adam"):
                    # A double solution comes out of an eigenvalue routine with half of the digits.
                    wanted = factor(drawn["rule"], drawn["rate"], drawn["mu"], q)
                    assert abs(found.pop(f"factor per step along {weight}") - wanted) < 1e-7
            check_agreement(found, expected(**drawn))


@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov"])
def test_it_converges_below_the_limit_and_diverges_above(rule, chromium, tmp_path):
    mu = 0.6
    limit = NESTEROV_LIMIT(mu, 20) if rule == "nesterov" else MOMENTUM_LIMIT(mu, 20)
    limit = 0.1 if rule == "plain" else limit
    with opened(chromium, tmp_path, NAME) as visit:
        for share, wanted in [(0.98, "swings"), (1, "endless"), (1.02, "diverges")]:
            settings = {"rule": rule, "rate": share * limit, "mu": mu, "curvature": 20}
            assert visit.page.evaluate(BEHAVIOUR, [NAME, settings]) == wanted
            far = np.abs(walk(rule, share * limit, mu, 20, 2000, -4, 1.5)[-1]).max()
            assert {"swings": far < 1e-3, "endless": 1 < far < 20, "diverges": far > 1e6}[wanted]


def test_it_tells_a_direct_way_from_one_that_crosses_an_axis(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        for rate, wanted in [(0.04, "direct"), (0.06, "swings")]:
            settings = {"rule": "plain", "rate": rate, "curvature": 20}
            assert visit.page.evaluate(BEHAVIOUR, [NAME, settings]) == wanted


def test_a_weight_that_starts_at_its_minimum_stays_there_above_the_limit(chromium, tmp_path):
    reason = """([name, settings]) => {
        const explorer = document.querySelector(name);
        const result = explorer.compute({...explorer.state, ...settings});
        return explorer.constructor.reason(result.settings, result.theory, result.behaviour);
    }"""
    with opened(chromium, tmp_path, NAME) as visit:
        settings = {"rule": "plain", "rate": 0.2, "curvature": 20, "w2": 0}
        assert visit.page.evaluate(BEHAVIOUR, [NAME, settings]) == "direct"
        said = visit.page.evaluate(reason, [NAME, settings])
        assert "larger than the limit" in said and "w₂ starts at 0" in said
        assert walk("plain", 0.2, 0, 20, 2000, -4, 0)[-1][1] == 0
        said = visit.page.evaluate(reason, [NAME, settings | {"rate": 0.05}])
        assert "smaller than the limit" in said and "w₂ starts" not in said


def test_adaptive_rules_do_not_diverge(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        for rule, mu, wanted in [("rmsprop", 0.9, "endless"), ("adam", 0.9, "swings")]:
            settings = {"rule": rule, "rate": 0.4, "mu": mu, "curvature": 60}
            assert visit.page.evaluate(BEHAVIOUR, [NAME, settings]) == wanted
            last = np.array(walk(rule, 0.4, mu, 60, 2000, -4, 1.5)[-100:])
            assert (np.abs(last).max() > 0.01) == (wanted == "endless")


def test_a_wrong_prediction_has_the_name_of_its_mistake(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        between = {"rule": "momentum", "rate": 0.12, "mu": 0.5, "curvature": 20}
        said = visit.page.evaluate(MISTAKE, [NAME, between, "diverges"])
        assert said.startswith("limit of plain gradient descent: ")
        above = {"rule": "momentum", "rate": 0.2, "mu": 0.5, "curvature": 20}
        said = visit.page.evaluate(MISTAKE, [NAME, above, "swings"])
        assert said.startswith("not divided by the curvature: ")


def test_the_start_moves_with_arrow_keys_and_mouse(chromium, tmp_path):
    state = (
        f"(() => {{ const s = document.querySelector('{NAME}').state; return [s.w1, s.w2]; }})()"
    )
    with opened(chromium, tmp_path, NAME) as visit:
        ball = visit.page.locator("circle.draggable")
        ball.focus()
        visit.page.keyboard.press("ArrowRight")
        visit.page.keyboard.press("ArrowDown")
        assert visit.page.evaluate(state) == [-3.9, 1.4]
        box = ball.bounding_box()
        visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        visit.page.mouse.down()
        visit.page.mouse.move(box["x"] + 100, box["y"] + 100)
        visit.page.mouse.up()
        w1, w2 = visit.page.evaluate(state)
        assert w1 > -3.5 and w2 < 1
