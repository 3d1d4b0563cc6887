"""The explorer of training on XOR: its networks are those of `backprop.loops`, epoch by epoch."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop import loops

NAME = "xor-training"
STARTS = Path(__file__).parents[1] / "book" / "experiments" / "xor_starts.csv"
EXAMPLES = [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
LOSSES = {"0": 0, "⅛": 1 / 8, "⅙": 1 / 6}
PICTURE = """() => {
    const explorer = document.querySelector("xor-training");
    const path = (name) => explorer.querySelector(name).getAttribute("d");
    return [path(".region"), [...explorer.querySelectorAll("polyline")].map(one =>
        one.getAttribute("points"))];
}"""


@cache
def trained(neurons, seed):
    """The network after each tenth epoch, and the loss of each epoch."""
    network = loops.initialize_network([2, neurons, 2], Random(seed))
    copies, losses = [deepcopy(network)], []
    for _ in range(200):
        losses += loops.train_network(network, EXAMPLES, 1.0, 10)
        copies.append(deepcopy(network))
    return copies, losses


def expected(neurons, seed, epoch):
    """The explorer's table, computed by the package."""
    copies, losses = trained(int(neurons), int(seed))
    epoch = int(epoch)
    network = copies[epoch // 10]
    rows = {
        f"loss in epoch {max(epoch, 1)}": losses[max(epoch, 1) - 1],
        "right answers": sum(loops.predict(network, x) == label for x, label in EXAMPLES),
    }
    for inputs, _ in EXAMPLES:
        for number, output in enumerate(loops.forward_propagate(network, inputs), 1):
            rows[f"output {number} for ({inputs[0]:g}, {inputs[1]:g})"] = output
    for layer, name in zip(network, ["hidden", "output"]):
        for number, neuron in enumerate(layer, 1):
            *weights, bias = neuron["weights"]
            for index, weight in enumerate(weights, 1):
                rows[f"{name} neuron {number}, weight {index}"] = weight
            rows[f"{name} neuron {number}, bias"] = bias
    return rows


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(3)
    with opened(chromium, tmp_path, NAME) as visit:
        for drawn in usual_and_drawn(visit.page, NAME, generator):
            check_agreement(values(visit.page, NAME, drawn), expected(**drawn))


def test_the_right_prediction_is_what_the_measured_starts_say(chromium, tmp_path):
    starts = pd.read_csv(STARTS)
    starts = starts[(starts["epochs"] == 2000) & starts["seed"].between(0, 19)]
    right = """([neurons, seed]) => {
        const explorer = document.querySelector("xor-training");
        explorer.set({neurons: String(neurons), seed});
        const { options } = explorer.question(explorer.compute(explorer.state));
        return options.filter((option) => option.right).map((option) => option.label);
    }"""
    with opened(chromium, tmp_path, NAME) as visit:
        for neurons in (2, 3):
            for start in starts[starts["network"] == f"2-{neurons}-2"].itertuples():
                (label,) = visit.page.evaluate(right, [neurons, start.seed])
                assert ("four right" in label) == (start.right == 4), (neurons, start.seed)
                (near,) = (loss for sign, loss in LOSSES.items() if f"near {sign}" in label)
                assert abs(start.loss - near) < 0.01, (neurons, start.seed)


def test_the_region_is_where_the_network_predicts_1(chromium, tmp_path):
    inside = """points => {
        const explorer = document.querySelector("xor-training");
        explorer.known = true;
        explorer.set({epoch: 1200});
        const region = explorer.querySelector(".region");
        return points.map(([a, b]) => region.isPointInFill(
            new DOMPoint(explorer.plane.toX(a), explorer.plane.toY(b))));
    }"""
    network = trained(3, 1)[0][120]
    centres = np.random.default_rng(4).integers(0, 90, size=(60, 2)) / 30 - 1 + 1 / 60
    with opened(chromium, tmp_path, NAME) as visit:
        found = visit.page.evaluate(inside, centres.tolist())
        wanted = [loops.predict(network, point) == 1 for point in centres.tolist()]
        assert found == wanted and 10 < sum(found) < 50


def test_the_end_is_not_seen_before_the_prediction(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        before = visit.page.evaluate(PICTURE)
        visit.page.evaluate("document.querySelector('xor-training').set({epoch: 2000})")
        assert visit.page.evaluate(PICTURE) == before
        visit.page.evaluate(
            "e = document.querySelector('xor-training'); e.known = true; e.refresh()"
        )
        assert visit.page.evaluate(PICTURE) != before


def test_a_prediction_starts_the_training_and_another_seed_asks_again(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        visit.page.click("xor-training .choices button")
        visit.page.wait_for_function("document.querySelector('xor-training').state.epoch === 2000")
        assert "4 of 4" in visit.page.inner_text(".explorer-status")
        visit.page.locator("circle.draggable").focus()
        visit.page.keyboard.press("ArrowLeft")
        assert visit.page.evaluate("document.querySelector('xor-training').state.epoch") == 1990
        visit.page.evaluate("document.querySelector('xor-training').set({seed: 4})")
        assert visit.page.inner_text(".explorer-status").startswith("Predict")
        assert "seed 4" in visit.page.inner_text(".explorer-question")


def test_with_less_motion_the_end_comes_at_once(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME, reduced_motion="reduce") as visit:
        visit.page.click("xor-training .choices button")
        assert visit.page.evaluate("document.querySelector('xor-training').state.epoch") == 2000
