"""The explorer of products and shapes: what NumPy computes, and whether it is what is wanted."""

from itertools import product

import numpy as np
import pytest
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop.explorers.data import arrays_of_a_layer
from backprop.layers import Dense
from backprop.mistakes.formulas import shapes

NAME = "matrix-product"
PRODUCTS = {
    "forward": ("Z", ["A_in", "W"], shapes.PRODUCT_OF_Z),
    "weights": ("∂L/∂W", ["A_in", "delta"], shapes.PRODUCT_OF_DW),
    "passed": ("∂L/∂A_in", ["delta", "W"], shapes.PRODUCT_PASSED_BACK),
}


def arrays(samples, inputs, outputs):
    sizes = {"A_in": (samples, inputs), "W": (inputs, outputs), "delta": (samples, outputs)}
    largest = {name: np.array(values) for name, values in arrays_of_a_layer().items()}
    return {name: largest[name][:rows, :columns] for name, (rows, columns) in sizes.items()}


def by_the_package(wanted, A_in, W, delta):
    """The three products as a dense layer of the package computes them."""
    layer = Dense(*W.shape, "identity", bias=False)
    layer.W = W
    Z, cache = layer.forward(A_in)
    passed = layer.backward(delta, cache, layer.gradients)
    return {"forward": Z, "weights": layer.dW, "passed": passed}[wanted]


def evaluate(expression, given):
    """What NumPy makes of an expression, or None if it raises an error."""
    try:
        return eval(expression, {}, given)
    except ValueError:
        return None


def expression_of(wanted, order, first, second, sign):
    names = PRODUCTS[wanted][1]
    turned = [name + ".T" * (how == "transposed") for name, how in zip(names, [first, second])]
    return f" {sign} ".join(turned if order == "usual" else reversed(turned))


def expected(wanted, samples, inputs, outputs, order, first, second, sign, row, column):
    """The explorer's table, computed with NumPy and the package."""
    given = arrays(int(samples), int(inputs), int(outputs))
    expression = expression_of(wanted, order, first, second, sign)
    left, right = (evaluate(factor, given) for factor in expression.split(f" {sign} "))
    found, target = evaluate(expression, given), by_the_package(wanted, **given)
    same = found is not None and found.shape == target.shape
    is_right = same and np.allclose(found, target)
    name = PRODUCTS[wanted][0]
    gap = np.abs(found - target).max() if same else "another shape"
    products = 0 if found is None else found.size * (left.shape[1] if sign == "@" else 1)
    return {
        "expression": expression,
        "first shape": str(left.shape),
        "second shape": str(right.shape),
        "shape of the product": "an error" if found is None else str(found.shape),
        "multiplications": products,
        f"is it {name}?": "yes" if is_right else "no",
        f"largest difference from {name}": gap,
    } | {
        f"entry ({r + 1}, {c + 1})": value
        for (r, c), value in ([] if found is None else np.ndenumerate(found))
    }


@pytest.fixture
def page(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        yield visit.page


def test_its_numbers_are_those_of_the_package(page):
    generator = np.random.default_rng(5)
    for drawn in usual_and_drawn(page, NAME, generator):
        check_agreement(values(page, NAME, drawn), expected(**drawn))


SAY = """settings => {
    const explorer = document.querySelector("matrix-product");
    explorer.known = true;
    explorer.set(settings);
    explorer.known = true;
    explorer.refresh();
    return explorer.querySelector(".explorer-status").textContent;
}"""
CHOICES = [("usual", "exchanged"), ("plain", "transposed"), ("plain", "transposed"), ("@", "*")]


@pytest.mark.parametrize("wanted", PRODUCTS)
def test_every_expression_gets_its_verdict_in_a_square_layer_too(page, wanted):
    name, _, formula = PRODUCTS[wanted]
    known = {mistake.compute(): mistake for mistake in formula.mistakes}
    for sizes, chosen in product([(5, 3, 4), (5, 4, 4), (4, 4, 4)], product(*CHOICES)):
        settings = dict(zip(["samples", "inputs", "outputs"], sizes))
        settings |= dict(zip(["order", "first", "second", "sign"], chosen), wanted=wanted)
        wording = page.evaluate(SAY, settings)
        given, expression = arrays(*sizes), expression_of(wanted, *chosen)
        found, target = evaluate(expression, given), by_the_package(wanted, **given)
        if found is None:
            assert wording.startswith(f"{expression} raises an error"), wording
        elif found.shape == target.shape and np.allclose(found, target):
            assert wording.startswith(f"{expression} is {name}: it sums over the "), wording
        else:
            assert wording.startswith(f"{expression} fits and gives {found.shape}, but"), wording
        if expression in known:
            assert known[expression].form in wording.lower()


def test_a_prediction_is_shown_as_a_product(page):
    page.evaluate("document.querySelector('matrix-product').set({wanted: 'weights', inputs: 5})")
    page.get_by_role("button", name="delta.T @ A_in", exact=True).click()
    assert "Transposed gradient" in page.inner_text(".verdict")
    assert page.inner_text(".explorer-status").startswith("delta.T @ A_in fits and gives (4, 5)")
    page.get_by_role("button", name="A_in @ delta", exact=True).click()
    assert "Transpose forgotten" in page.inner_text(".verdict")
    assert page.inner_text(".explorer-status").startswith("A_in @ delta fits and gives (5, 4)")
    page.get_by_role("button", name="Transpose A_in").click()
    assert page.inner_text(".explorer-status").startswith("A_in.T @ delta is ∂L/∂W")


def test_an_entry_is_chosen_by_key_and_by_click(page):
    page.get_by_role("button", name="A_in @ W", exact=True).click()
    state = """() => {
        const { row, column } = document.querySelector("matrix-product").state;
        return [row, column];
    }"""
    page.locator("rect.chosen-entry").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(state) == [3, 4]
    box = page.locator("rect.chosen-entry").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] - box["height"] / 2)
    assert page.evaluate(state) == [2, 4]
    A_in, W, _ = arrays(5, 3, 4).values()
    assert page.inner_text(".explorer-note").endswith(
        f"= {A_in[1] @ W[:, 3]:.4g}".replace("-", "−")
    )
