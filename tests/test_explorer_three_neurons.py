"""The explorer of three neurons with cycles: both passes are those of FixedPointNetwork."""

import numpy as np
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop.fixed_point import DidNotConverge, FixedPointNetwork

NAME = "three-neurons"
W = np.array([[0.0, 0.4, -0.5], [0.5, 0.0, 0.2], [-0.3, 0.6, 0.0]])
TOLERANCE, LIMIT, SHOWN = 1e-10, 1000, 30


class Recording(FixedPointNetwork):
    """A network that keeps the states of its last pass."""

    def _converge(self, update, state):
        self.states = [state]

        def recorded(current):
            new = update(current)
            self.states.append(current + (1 - self.damping) * (new - current))
            return new

        return super()._converge(recorded, state)


def expected(scale, damping, u1, u2, u3, target, **_):
    """The explorer's table, computed by the package."""
    settings = {"damping": damping, "tolerance": TOLERANCE, "limit": LIMIT}
    network = Recording(scale * W, np.eye(3), outputs=1, **settings)
    try:
        point = network.forward(np.array([[u1, u2, u3]]))
    except DidNotConverge as problem:
        mean = np.mean(network.states[-10:], axis=0)[0]
        return {
            "forward pass": "does not converge",
            "spectral radius": problem.spectral_radius,
            **named("mean of the last outputs {}", mean),
            **after_steps("output", network.states[1:]),
        }
    rows = {
        "forward pass": f"converges in {point.steps} steps",
        "spectral radius": float(network.spectral_radius(point)[0]),
        **named("output {}", point.A[0]),
        "error": float(network.loss_of(point, np.array([[target]]))),
    }
    forward = network.states[1 : point.steps + 1]
    deltas, steps = network.deltas(point, np.array([[target]]))
    gradient = np.outer(point.A[0], deltas[0])
    return (
        rows
        | {"backward pass": f"converges in {steps} steps"}
        | named("delta {}", deltas[0])
        | {f"∂E/∂W{i + 1}{j + 1}": float(gradient[i, j]) for i, j in np.ndindex(3, 3)}
        | after_steps("output", forward)
        | after_steps("delta", network.states[: steps + 1])
    )


def named(name, numbers):
    return {name.format(i): float(number) for i, number in enumerate(numbers, start=1)}


def after_steps(name, states):
    return {
        f"{name} {i} after step {step}": float(number)
        for step, state in enumerate(states[:SHOWN], start=1)
        for i, number in enumerate(state[0], start=1)
    }


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(12)
    with opened(chromium, tmp_path, NAME) as visit:
        converged = 0
        for one in usual_and_drawn(visit.page, NAME, generator):
            found = values(visit.page, NAME, one)
            check_agreement(found, expected(**one))
            converged += found["forward pass"] != "does not converge"
        assert 50 < converged < 200


def test_it_says_what_the_outputs_do(chromium, tmp_path):
    """The answer to its question, compared with the states themselves."""
    ask = """([name, settings]) => {
        const explorer = document.querySelector(name);
        const result = explorer.compute({...explorer.state, ...settings});
        return [explorer.constructor.kindOf(result), result.forward.states.map(state => state[0])];
    }"""
    cases = {
        "sign": {"scale": 1},
        "side": {"scale": 2.5, "damping": 0.2, "u1": 1, "u2": 0.5, "u3": 1},
        "never": {"scale": 5},
    }
    with opened(chromium, tmp_path, NAME) as visit:
        for kind, settings in cases.items():
            found, states = visit.page.evaluate(ask, [NAME, settings])
            assert found == kind
            signs = np.sign(np.array(states[-20:-5]) - np.mean(states[-2:]))
            assert (np.abs(np.diff(signs)) == 2).all() == (kind in ("sign", "never"))
            assert (np.ptp(states[-5:]) < 1e-3) == (kind != "never")


def test_without_convergence_it_speaks_of_the_mean_of_the_last_outputs(chromium, tmp_path):
    said = """([name, settings]) => {
        const explorer = document.querySelector(name);
        const result = explorer.compute({...explorer.state, ...settings});
        return explorer.say(result) + explorer.constructor.because(result);
    }"""
    with opened(chromium, tmp_path, NAME) as visit:
        words = visit.page.evaluate(said, [NAME, {"scale": 5}])
        assert "no fixed point is reached" in words
        assert words.count("the mean of the last outputs") == 2
        assert "mean" not in visit.page.evaluate(said, [NAME, {"scale": 1}])
