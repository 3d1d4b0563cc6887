"""The explorer of the backward pass's order: its gradients are those of the package's engine."""

import numpy as np
import pytest
from explorer_pages import check_agreement, opened, values

from backprop.autodiff import Value
from backprop.mistakes.formulas.autodiff import BACKWARD_PASS
from backprop.mistakes.formulas.order import BACKWARD_ORDER
from backprop.practice.chapters.chapter_14 import twice_in_the_middle

NAME = "backward-engine"
RIGHT = "rsba"
SAID = """([name, state]) => {
    const explorer = document.querySelector(name);
    explorer.set(state);
    return explorer.say(explorer.compute(explorer.state));
}"""


def graph(a):
    """The nodes of the program by the explorer's letters."""
    result = twice_in_the_middle(Value(a))
    total, middle = result.parents
    return {"r": result, "s": total, "b": middle, "a": middle.parents[0]}


def expected(a, order):
    """The explorer's table, from the backward rules that the package's values carry."""
    nodes = graph(a)
    letters = {node: letter for letter, node in nodes.items()}
    gradients = dict.fromkeys(nodes, 0.0) | {"r": 1.0}
    steps, read = {}, "not read yet"
    for step, letter in enumerate(order, start=1):
        steps[f"step {step}: {letter} is processed with"] = gradients[letter]
        if letter == "a":
            read = gradients["a"]
            continue
        shares = nodes[letter].pass_back(np.array(gradients[letter]))
        for parent, share in zip(nodes[letter].parents, shares):
            gradients[letters[parent]] += float(share)
    nodes["r"].backward()
    return {
        "order": ", ".join(order),
        **{f"value of {letter}": float(node.data) for letter, node in nodes.items()},
        **steps,
        **{f"gradient of {letter} so far": value for letter, value in gradients.items()},
        "gradient read at a": read,
        "derivative of r with respect to a": float(nodes["a"].gradient),
    }


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(14)
    drawn = [(2.0, "r"), (2.0, RIGHT)]
    for _ in range(200):
        a = round(float(generator.uniform(-3, 3)), 1)
        drawn.append((a, "".join(generator.choice(list(RIGHT), size=generator.integers(9)))))
    with opened(chromium, tmp_path, NAME) as visit:
        for a, order in drawn:
            found = values(visit.page, NAME, {"a": a, "order": order})
            check_agreement(found, expected(a, order))


@pytest.mark.parametrize(
    ("form", "order", "gradient"),
    [("passed on too early", "rbsa", 28), ("processed once per use", "rbsba", 68)],
)
def test_wrong_orders_give_the_numbers_of_the_chapter(chromium, tmp_path, form, order, gradient):
    wrong = {one.form: one for one in BACKWARD_PASS.wrong_values(twice_in_the_middle, [Value(2.0)])}
    assert wrong[form].value == [gradient]
    with opened(chromium, tmp_path, NAME) as visit:
        found = values(visit.page, NAME, {"a": 2, "order": order})
        assert found["gradient read at a"] == gradient
        said = visit.page.evaluate(SAID, [NAME, {"order": order}])
        assert said.lower().startswith(form) and f"a gets {gradient}; the derivative is 44." in said


def test_each_known_wrong_order_is_named(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        for wrong in BACKWARD_ORDER.wrong_values("a", "b", "s", "r"):
            state = {"order": wrong.value.replace(", ", "")}
            said = visit.page.evaluate(SAID, [NAME, state])
            assert said.lower().startswith(wrong.form) and wrong.explanation in said
        assert visit.page.evaluate(SAID, [NAME, {"order": RIGHT}]).startswith("Right")


def test_nodes_are_chosen_with_the_mouse_and_with_keys(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        page, order = visit.page, f"document.querySelector('{NAME}').state.order"
        nodes = {name: page.locator(f"g.choosable[aria-label^='Process {name}']") for name in RIGHT}
        nodes["s"].click()  # answers the question
        assert page.locator(".verdict").get_attribute("data-verdict") == "right"
        assert page.evaluate(order) == "r"
        nodes["s"].click()
        nodes["b"].focus()
        page.keyboard.press("Enter")
        nodes["a"].focus()
        page.keyboard.press("Space")
        assert page.evaluate(order) == RIGHT
        assert "the derivative is 44" in page.locator(".explorer-status").inner_text()
        page.get_by_role("button", name="Undo").click()
        assert page.evaluate(order) == "rsb"
