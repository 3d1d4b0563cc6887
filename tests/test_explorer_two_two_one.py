"""The explorer of the 2-2-1 network has the numbers of the package, and names mistakes."""

import re

import numpy as np
import pytest
from explorer_pages import check_agreement, draw_settings, opened, settings_of, values

from backprop.byhand import WEIGHTS, repeat_steps, trace_step
from backprop.losses import SquaredError
from backprop.mistakes.formulas.counting import BACKWARD_COUNTS
from backprop.network import Network

NAME = "two-two-one"
BIASES = ("b1", "b2", "b3")
SHARED = re.compile(r"∂E/∂[phz]\d?")  # no quantities if each slope is written out
QUANTITIES = """() => {
    const explorer = document.querySelector("two-two-one");
    const {step} = explorer.compute(explorer.state);
    const plain = ({phase, symbol, formula, value}) => [phase, symbol, formula, value];
    return [step.quantities.map(plain), Object.values(step.operations())];
}"""
# Type what each known mistake in the next quantity gives: its names, the verdict, what is seen.
MISTAKES = """at => {
    const explorer = document.querySelector("two-two-one");
    explorer.set({at});
    const {right, digits, wrong} = explorer.question(explorer.compute(explorer.state));
    const near = (a, b) => Answers.agrees([a], b, 2.1 * Answers.tolerance(digits));
    const different = wrong.filter((one) => Number.isFinite(one.value) && !near(one.value, right));
    return different.map((one) => {
        explorer.ask();
        explorer.querySelector(".explorer-question input").value = String(one.value);
        explorer.querySelector(".explorer-question form").requestSubmit();
        const same = different.filter((other) => near(one.value, other.value));
        const verdict = explorer.querySelector(".verdict").textContent;
        return [same.map((other) => other.form), verdict, explorer.state.at];
    });
}"""
# Texts that are wider than their shape, or leave the picture.
TOO_WIDE = """() => {
    const runsOver = (part) => {
        const inside = (text, around) => {
            const [inner, outer] = [text, around].map((one) => one.getBoundingClientRect());
            return inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
        };
        const texts = [...part.querySelectorAll("text")].filter((text) => text.textContent);
        return texts.some((text) =>
            !inside(text, part.querySelector("rect, circle")) ||
            !inside(text, part.ownerSVGElement));
    };
    const parts = document.querySelectorAll(".explorer-picture :is(.node, .chip)");
    return [...parts].filter(runsOver).map((part) => part.textContent);
}"""


def draw_first_step(settings, generator):
    """Settings at random, without steps before and with nothing shown."""
    return draw_settings(settings, generator) | {"done": 0, "at": 0}


def pretty(symbol):
    return re.sub(r"([a-z])(\d)", lambda m: m[1] + "₀₁₂₃₄₅₆"[int(m[2])], symbol)


def traced(settings):
    """A step without biases, by the package."""
    return trace_step(
        inputs=[settings["x1"], settings["x2"]],
        target=settings["y"],
        weights=[settings[name] for name in WEIGHTS],
        learning_rate=settings["η"],
        activation="sigmoid" if settings["activation"] == "sigmoid" else "linear",
        in_floats=True,
    )


def biased(settings):
    """The quantities of a step with sigmoids and biases, by the package's Network."""
    network = Network(
        [2, 2, 1],
        activations="sigmoid",
        loss=SquaredError(divide_by="nothing", half=True),
        generator=np.random.default_rng(0),
    )
    X = np.array([[settings["x1"], settings["x2"]]], dtype=float)
    Y = np.array([[settings["y"]]], dtype=float)
    names = ("w1", "w3", "w2", "w4", "b1", "b2", "w5", "w6", "b3")  # as in the network's vector
    network.parameters[:] = [settings[name] for name in names]
    found = forward_of(network, X, Y, "")
    gradient = network.gradient_of(network.forward(X), Y)
    found |= {f"∂E/∂{name}": slope for name, slope in zip(names, gradient)}
    found |= {f"∂E/∂z{index}": found[f"∂E/∂b{index}"] for index in (1, 2, 3)}
    found |= {f"∂E/∂h{i}": found["∂E/∂z3"] * settings[f"w{i + 4}"] for i in (1, 2)}
    found["∂E/∂p"] = found["p"] - settings["y"]
    network.parameters -= settings["η"] * gradient
    found |= {f"{name}′": number for name, number in zip(names, network.parameters)}
    return found | forward_of(network, X, Y, "′")


def forward_of(network, X, Y, prime):
    W1, b1 = network.layers[0].W, network.layers[0].b
    W2, b2 = network.layers[1].W, network.layers[1].b
    Z1 = X @ W1 + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = A1 @ W2 + b2
    p = network.predict(X)[0, 0]
    found = {"z1": Z1[0, 0], "z2": Z1[0, 1], "z3": Z2[0, 0], "h1": A1[0, 0], "h2": A1[0, 1]}
    found |= {"p": p, "E": (p - Y[0, 0]) ** 2 / 2}
    return {f"{name}{prime}": value for name, value in found.items()}


def expected(settings, order):
    """The explorer's table, in the order of its quantities, computed by the package."""
    sigmoid = settings["activation"] == "sigmoid"
    trace = traced(settings)
    computed = biased(settings) if sigmoid else {q.symbol: q.value for q in trace.quantities}
    given = ["x1", "x2", "y", *WEIGHTS, *(BIASES if sigmoid else ()), "η"]
    wanted = {pretty(name): float(settings[name]) for name in given}
    return wanted | {pretty(name): float(computed[name]) for name in order}


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(2)
    kinds = set()
    with opened(chromium, tmp_path, NAME) as visit:
        settings = settings_of(visit.page, NAME)
        usual = {name: one["value"] for name, one in settings.items() if "label" in one}
        for drawn in [usual, *(draw_first_step(settings, generator) for _ in range(200))]:
            found = values(visit.page, NAME, drawn)
            order = [symbol for _, symbol, *_ in visit.page.evaluate(QUANTITIES)[0]]
            check_agreement(found, expected(drawn, order))
            kinds.add((drawn["activation"], drawn["reuse"]))
        assert len(kinds) == 4 and not visit.complaints


@pytest.mark.parametrize("activation", ["none", "sigmoid"])
def test_its_quantities_and_formulas_are_those_of_trace_step(activation, chromium, tmp_path):
    generator = np.random.default_rng(3)
    with opened(chromium, tmp_path, NAME) as visit:
        settings = settings_of(visit.page, NAME)
        for _ in range(20):
            drawn = draw_first_step(settings, generator)
            drawn |= {"activation": activation, "reuse": "on"}
            drawn |= dict.fromkeys(BIASES, 0)
            values(visit.page, NAME, drawn)
            quantities = [
                (
                    phase,
                    symbol,
                    re.sub(r" \+ b\d′?", "", formula),
                    pytest.approx(value, 1e-12, 1e-12),
                )
                for phase, symbol, formula, value in visit.page.evaluate(QUANTITIES)[0]
                if not re.search(r"b\d", symbol)
            ]
            wanted = [(q.phase, q.symbol, q.formula, q.value) for q in traced(drawn).quantities]
            if activation == "sigmoid":  # new biases, which trace_step has not, change the rest
                wanted = [row for row in wanted if row[0] != "again"]
                quantities = [row for row in quantities if row[0] != "again"]
            assert quantities == wanted


def test_the_defaults_are_those_of_chapter_2(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        found = values(visit.page, NAME, {})
        trace = trace_step()
        check_agreement(found, {pretty(name): float(trace[name]) for name in trace_symbols(trace)})


def trace_symbols(trace):
    return [*trace.given, *(quantity.symbol for quantity in trace.quantities)]


def test_twenty_steps_are_those_of_the_package(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME, state=f"{NAME}?at=23") as visit:
        visit.page.get_by_role("button", name="20 steps").click()
        found = values(visit.page, NAME, {})
        for number, trace in enumerate(repeat_steps(20), 1):
            assert found[f"E before step {number}"] == pytest.approx(trace["E"], rel=1e-12)
        assert visit.page.locator(".explorer-picture polyline.curve").count() == 1
        visit.page.get_by_role("button", name="1 step").click()
        assert visit.page.evaluate("document.querySelector('two-two-one').state.done") == 21


def test_the_operations_are_counted_with_and_without_reuse(chromium, tmp_path):
    written_out, subtractions, with_reuse = BACKWARD_COUNTS([2, 2, 1])
    with opened(chromium, tmp_path, NAME, state=f"{NAME}?at=23") as visit:
        assert visit.page.evaluate(QUANTITIES)[1] == [with_reuse, 1]
        visit.page.locator(".explorer-work select").select_option("off")
        quantities, operations = visit.page.evaluate(QUANTITIES)
        assert operations == [written_out, subtractions] == [10, 6]
        assert not any(SHARED.fullmatch(symbol) for _, symbol, *_ in quantities)
        assert "multiplications 10 of 10" in visit.page.locator(".explorer-work").inner_text()


@pytest.mark.parametrize("activation", ["none", "sigmoid"])
def test_each_known_mistake_is_named_in_each_quantity(activation, chromium, tmp_path):
    state = f"{NAME}?activation={activation}&b1=0.3&b2=-0.2&b3=0.4"
    forms = set()
    with opened(chromium, tmp_path, NAME, state=state) as visit:
        quantities = visit.page.evaluate(QUANTITIES)[0]
        for at, (_, symbol, *_) in enumerate(quantities):
            answers = visit.page.evaluate(MISTAKES, at)
            assert answers, symbol
            for same, verdict, seen in answers:
                assert any(form.lower() in verdict.lower() for form in same), (symbol, verdict)
                assert seen == at, "a wrong number must not show the right one"
                forms |= set(same)
    wanted = {"step uphill", "weights exchanged", "factor ½ left out", "divided by the weight"}
    if activation == "sigmoid":
        wanted |= {"derivative for A, given Z", "biases missing in the forward pass"}
    assert wanted <= forms


def test_a_right_number_steps_on_and_the_next_is_not_seen_yet(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        page = visit.page
        field = page.locator(".explorer-question input")
        for number, after in (("0,85", "0.85"), ("0.48", "0.48")):
            assert after not in page.locator(".explorer-picture").first.inner_text()
            field.fill(number)
            field.press("Enter")
            assert after in page.locator(".explorer-picture").first.inner_text()
        # The cursor stays in the field, so that all numbers can be typed one after another.
        assert page.evaluate("document.activeElement.localName") == "input"
        assert (
            "h₂ = w₃·x₁ + w₄·x₂ = 0.12·2 + 0.08·3 = 0.48"
            in page.locator("[role=status]").all_text_contents()[0]
        )
        field.fill("0.4")
        field.press("Enter")
        assert page.locator(".verdict").inner_text().startswith("✗ ")
        assert page.locator(".explorer-picture .factor").count() == 4
        page.get_by_role("button", name="Show it").press("Enter")
        page.keyboard.press("Enter")
        assert page.locator(".explorer-picture .result").text_content() == "E0.3272"
        page.get_by_role("button", name="Back").click()
        assert "0.3272" not in page.locator(".explorer-picture").first.inner_text()


def test_every_number_can_be_edited(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME, state=f"{NAME}?at=5&activation=sigmoid") as visit:
        page = visit.page
        page.get_by_text("Change any number").click()
        fields = page.locator(".explorer-field input:visible")
        assert fields.count() == 13
        for index in range(13):
            fields.nth(index).fill("0.77")
            fields.nth(index).press("Enter")
        found = values(page, NAME, {})
        assert [found[pretty(name)] for name in ("x1", "x2", "y", *WEIGHTS, *BIASES, "η")] == [
            0.77
        ] * 13


def test_another_activation_keeps_the_place(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME, state=f"{NAME}?at=6") as visit:
        last = """() => {
            const explorer = document.querySelector("two-two-one");
            const {step, at} = explorer.compute(explorer.state);
            return step.quantities[at - 1].symbol;
        }"""
        assert visit.page.evaluate(last) == "∂E/∂w5"
        for change in ("activation: 'sigmoid'", "reuse: 'off'", "activation: 'none'"):
            visit.page.evaluate(f"document.querySelector('two-two-one').set({{{change}}})")
            assert visit.page.evaluate(last) == "∂E/∂w5"


def test_no_number_runs_over_its_circle(chromium, tmp_path):
    generator = np.random.default_rng(5)
    for width in (320, 375, 1280):
        with opened(chromium, tmp_path, NAME, width, reduced_motion="reduce") as visit:
            settings = settings_of(visit.page, NAME)
            visit.page.add_style_tag(content="body {font-family: 'DejaVu Sans', sans-serif}")
            for _ in range(8):
                drawn = draw_settings(settings, generator) | {
                    "at": int(generator.integers(61)),
                    "done": 3,
                }
                values(visit.page, NAME, drawn)
                assert visit.page.evaluate(TOO_WIDE) == [], (width, drawn)
