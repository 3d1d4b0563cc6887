"""The explorer of drawn digits prepares and reads them as the package does, with stored weights."""

import json

import numpy as np
import pytest
from explorer_pages import check_agreement, opened, settings_of, usual_and_drawn
from explorer_weights import restored, stored
from PIL import Image
from scipy import ndimage

from backprop.datasets import load_digits
from backprop.explorers import read
from backprop.network import Network
from backprop.photographs import as_mnist, box_of, centred

NAME = "draw-digit"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SIDE, FIELD = 112, 28
COMPUTE = """([name, settings]) => {
    const explorer = document.querySelector(name);
    const result = explorer.compute(settings);
    const {ink, pictures, reading, slopes} = result;
    const rows = explorer.rows(result);
    return JSON.stringify({ink: [...ink], pictures, ...reading, slopes, rows});
}"""


def untrained():
    """Chapter 11's network as `new_reader` makes it."""
    return Network(
        [784, 100, 10],
        ["relu", "softmax"],
        loss="categorical cross-entropy",
        initialization="he",
        generator=np.random.default_rng(1),
    )


@pytest.fixture(scope="module")
def network():
    """The same with the weights of the page."""
    found = untrained()
    for layer, weights in zip(found.layers, stored("reader_weights.js")["layers"]):
        layer.W[...], layer.b[...] = restored(weights)
    return found


def draw(generator):
    """The letters of a random drawing: some strokes, each of some places of the pen."""
    strokes = []
    for _ in range(generator.integers(1, 5)):
        places = generator.integers(64, size=(generator.integers(1, 8), 2))
        strokes.append("".join(LETTERS[x] + LETTERS[y] for x, y in places))
    return ".".join(strokes)


def ink_of(drawing, pen):
    """How much ink a drawing leaves at each pixel: 1 within half the pen's width of a stroke."""
    centres = np.stack(np.mgrid[:SIDE, :SIDE][::-1], axis=-1) + 0.5
    ink = np.zeros((SIDE, SIDE))
    for stroke in drawing.split("."):
        places = np.array([LETTERS.index(letter) for letter in stroke]).reshape(-1, 2)
        places = (places + 0.5) * SIDE / 64
        for start, end in zip(np.vstack([places[:1], places]), places):
            way, length = end - start, np.square(end - start).sum()
            part = (
                ((centres - start) @ way / length).clip(0, 1) if length else np.zeros((SIDE,) * 2)
            )
            distance = np.linalg.norm(centres - start - part[..., None] * way, axis=-1)
            ink = np.maximum(ink, (pen / 2 + 0.5 - distance).clip(0, 1))
    return ink


def input_gradient(network, X, target):
    first, last = network.layers
    _, A, P = network.forward(X).A
    return ((P - np.eye(10)[[target]]) @ last.W.T * (A > 0)) @ first.W.T


def check_drawing(network, found, settings):
    """Compare everything that was computed for one drawing; return the table's numbers."""
    ink = np.array(found["ink"]).reshape(SIDE, SIDE)
    assert np.abs(ink - ink_of(settings["drawing"], settings["pen"])).max() < 1 / 256
    prepared = centred(ink).reshape(1, -1)
    target = int(network.classify(prepared)[0])
    signs = np.sign(input_gradient(network, prepared, target))
    pictures = {
        "resized": ink.reshape(FIELD, 4, FIELD, 4).mean(axis=(1, 3)).reshape(1, -1),
        "prepared": prepared,
        "step": (prepared + settings["size"] * signs).clip(0, 1),
    }
    for name, picture in pictures.items():
        np.testing.assert_allclose(found["pictures"][name], picture[0], rtol=0, atol=1e-12)
    X = pictures[settings["input"]]
    _, A, P = network.forward(X).A
    np.testing.assert_allclose(found["hidden"], A[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["outputs"], P[0], rtol=0, atol=1e-12)
    gradient = input_gradient(network, X, target)
    np.testing.assert_allclose(found["slopes"], gradient[0], rtol=0, atol=1e-12)
    return table(ink, A[0], P[0], target)


def table(ink, hidden, outputs, target):
    left, top, right, bottom = box_of(ink > 0.5)
    pixel = max(right - left, bottom - top) / 20
    y, x = ndimage.center_of_mass(ink)
    return {
        "left edge of the digit": left,
        "upper edge of the digit": top,
        "width of the digit": right - left,
        "height of the digit": bottom - top,
        "pixels of the drawing per pixel of 28": pixel,
        "centre of mass, from the left": x,
        "centre of mass, from the top": y,
        "left edge of the field": np.clip(x + 0.5 - 14.5 * pixel, right - 28 * pixel, left),
        "upper edge of the field": np.clip(y + 0.5 - 14.5 * pixel, bottom - 28 * pixel, top),
        **{f"probability of {digit}": float(output) for digit, output in enumerate(outputs)},
        f"error, if {target} is right": float(-np.log(outputs[target])),
        **{f"output of hidden neuron {j}": float(a) for j, a in enumerate(hidden, start=1)},
    }


def test_its_numbers_are_those_of_the_package(network, chromium, tmp_path):
    generator = np.random.default_rng(11)
    with opened(chromium, tmp_path, NAME) as visit:
        usual, *drawn = usual_and_drawn(visit.page, NAME, generator)
        for one in [usual, *(one | {"drawing": draw(generator)} for one in drawn)]:
            found = json.loads(visit.page.evaluate(COMPUTE, [NAME, one]))
            check_agreement(dict(found["rows"]), check_drawing(network, found, one))


def test_the_accuracy_that_the_page_states_is_measured(network, chromium, tmp_path):
    _, test = load_digits()
    correct = int((network.classify(test.X) == test.labels).sum())
    assert stored("reader_weights.js")["accuracy"] == correct / 1000 > 0.93
    assert len(read("reader_weights.js").encode()) < 200_000
    with opened(chromium, tmp_path, NAME) as visit:
        assert f"reads {correct} of the 1,000 test digits" in visit.page.content()


def test_the_stored_weights_are_those_of_a_training_run():
    """The weights of a pixel where no digit has ink are the initial ones, made smaller."""
    training, _ = load_digits()
    blank = training.X.max(axis=0) == 0
    W, _ = restored(stored("reader_weights.js")["layers"][0])
    start = untrained().layers[0].W
    assert np.corrcoef(start[blank].ravel(), W[blank].ravel())[0, 1] > 0.999


def test_a_photograph_of_the_drawing_would_be_prepared_alike(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        usual = {name: one["value"] for name, one in settings_of(visit.page, NAME).items()}
        found = json.loads(visit.page.evaluate(COMPUTE, [NAME, usual]))
    ink = np.array(found["ink"]).reshape(SIDE, SIDE)
    photograph = Image.fromarray((235 - 195 * ink).astype(np.uint8)).resize((448, 448))
    prepared = as_mnist(photograph).ravel()
    assert np.corrcoef(prepared, found["pictures"]["prepared"])[0, 1] > 0.98


def test_it_is_drawn_with_the_mouse_and_with_keys(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        page, drawing = visit.page, f"document.querySelector('{NAME}').state.drawing"
        field = page.locator("canvas.digit-field")
        box = field.bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 20, steps=5)
        page.mouse.up()
        by_mouse = page.evaluate(drawing)
        assert (
            "." not in by_mouse and len(by_mouse) >= 8
        )  # the example is gone, one stroke is there
        for key in ["ArrowDown", "Space", "ArrowDown", "ArrowLeft", "Space", "ArrowLeft"]:
            page.keyboard.press(key)
        first, second = page.evaluate(drawing).split(".")
        assert first == by_mouse and len(second) == 6
        steps = np.diff([LETTERS.index(letter) for letter in second[1::2]])
        assert steps.tolist() == [2, 0]
        page.get_by_role("button", name="Take back a stroke").click()
        assert page.evaluate(drawing) == by_mouse
        page.get_by_role("button", name="Clear").click()
        assert page.evaluate(drawing) == ""
        page.get_by_role("button", name="7", exact=True).click()
        assert "The field is empty" in page.locator(".verdict").inner_text()
        assert not visit.complaints
