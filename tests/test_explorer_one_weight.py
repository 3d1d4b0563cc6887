"""The explorer of one weight: its numbers are those of the package."""

import numpy as np
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop.byhand import trace_step

NAME = "one-weight"
H1 = 0.85


def expected(rate, start, steps):
    """The explorer's table, computed by the package."""
    path, slopes, errors = [start], [], []
    for _ in range(int(steps) + 1):
        weights = [0.11, 0.21, 0.12, 0.08, path[-1], 0.15]
        trace = trace_step(weights=weights, learning_rate=rate)
        slopes.append(float(trace["∂E/∂w5"]))
        errors.append(float(trace["E"]))
        path.append(path[-1] - rate * slopes[-1])
    return (
        {
            "slope at the start": slopes[0],
            "weight at the minimum": (1 - 0.48 * 0.15) / H1,
            "learning rate that jumps there": 1 / H1**2,
            "learning rate where it stops converging": 2 / H1**2,
        }
        | {f"weight after {step} steps": weight for step, weight in enumerate(path[:-1])}
        | {f"error after {step} steps": error for step, error in enumerate(errors)}
    )


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(2)
    with opened(chromium, tmp_path, NAME) as visit:
        for drawn in usual_and_drawn(visit.page, NAME, generator):
            check_agreement(values(visit.page, NAME, drawn), expected(**drawn))


def test_the_ball_moves_with_the_arrow_keys(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        visit.page.locator("circle.draggable").focus()
        visit.page.keyboard.press("ArrowRight")
        assert visit.page.evaluate("document.querySelector('one-weight').state.start") == 0.19


def test_the_ball_moves_with_the_mouse(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        ball = visit.page.locator("circle.draggable").bounding_box()
        middle = ball["x"] + ball["width"] / 2, ball["y"] + ball["height"] / 2
        visit.page.mouse.move(*middle)
        visit.page.mouse.down()
        visit.page.mouse.move(middle[0] + 100, middle[1])
        visit.page.mouse.up()
        assert 0.5 < visit.page.evaluate("document.querySelector('one-weight').state.start") < 1.5


STATE = """() => {
    const explorer = document.querySelector("one-weight");
    const ball = [...explorer.querySelectorAll("circle.backward")].at(-1);
    const end = explorer.compute(explorer.state).path.at(-1);
    return [explorer.rolling, Number(ball?.getAttribute("cx")), explorer.plot.toX(end)];
}"""
PREDICT = """() => {
    const explorer = document.querySelector("one-weight");
    explorer.querySelector(".explorer-question input").value = "0.483825";
    explorer.querySelector("form").requestSubmit();
}"""


def test_after_the_prediction_the_ball_rolls_to_the_end(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        visit.page.evaluate(PREDICT)
        rolling, _, _ = visit.page.evaluate(STATE)
        assert rolling
        visit.page.wait_for_function("!document.querySelector('one-weight').rolling")
        _, place, end = visit.page.evaluate(STATE)
        assert place == end


def test_with_less_motion_it_is_at_the_end_at_once(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME, reduced_motion="reduce") as visit:
        visit.page.evaluate(PREDICT)
        rolling, place, end = visit.page.evaluate(STATE)
        assert not rolling and place == end


def test_the_two_special_learning_rates_have_a_mark(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        marks = visit.page.locator(".explorer-marks button")
        assert not marks.first.is_visible()
        visit.page.evaluate(PREDICT)
        said = {}
        for mark in ("1/h₁²", "2/h₁²"):
            visit.page.get_by_role("button", name=mark).click()
            said[mark] = visit.page.inner_text(".explorer-status")
            rate = visit.page.evaluate("document.querySelector('one-weight').state.rate")
            assert abs(rate - int(mark[0]) / H1**2) < 1e-15
            box = visit.page.get_by_role("button", name=mark).bounding_box()
            slider = visit.page.locator("input[type=range]").first.bounding_box()
            place = slider["x"] + 8 + rate / 3 * (slider["width"] - 16)
            assert abs(box["x"] + box["width"] / 2 - place) < 3
        assert "one step reaches the minimum" in said["1/h₁²"]
        assert "between two places" in said["2/h₁²"]
        visit.page.evaluate("document.querySelector('one-weight').set({rate: 1.38})")
        assert "nearly 1/h₁²" in visit.page.inner_text(".explorer-status")


def test_a_question_that_is_not_answered_follows_the_settings(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        visit.page.evaluate("document.querySelector('one-weight').set({rate: 1.384})")
        assert "learning rate is 1.384" in visit.page.inner_text(".explorer-question")
