"""What the figures of recurrent networks show."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle
from test_figures import shown, texts_of

from backprop import figures
from backprop.figures import style

W = np.array([[0, 0.5, 0], [0, 0, 2], [1, 0, 0]])  # round in a circle
STATES = np.array([[0, 0, 0], [0.5, -0.25, 1], [0.125, 0, -0.0625]])


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


def arrows(figure):
    return [(arrow, np.array(arrow._posA_posB)) for arrow in shown(figure, FancyArrowPatch)]


def test_a_relaxation_shows_the_numbers_of_the_steps_asked_for():
    texts = texts_of(figures.draw_relaxation(W, STATES, steps=[1, 2]))
    assert {"step 1", "step 2", "1\n0.500", "2\n−0.250", "3\n1.000", "1\n0.125"} <= set(texts)
    assert "step 0" not in texts


def test_the_arrows_of_a_relaxation_follow_the_weights_and_turn_round_in_the_backward_pass():
    forward = arrows(figures.draw_relaxation(W, STATES, steps=[0]))
    backward = arrows(figures.draw_relaxation(W, STATES, steps=[0], passes="backward"))
    ends = [tuple(places.ravel().round(6)) for _, places in forward]
    turned = [tuple(places[::-1].ravel().round(6)) for _, places in backward]
    assert len(set(ends)) == 3 and set(ends) == set(turned)
    assert {arrow.get_linestyle() for arrow, _ in forward} == {"-"}
    assert {arrow.get_linestyle() for arrow, _ in backward} == {"--"}
    top, right, left = (places[0] for _, places in forward)  # from neurons 1, 2 and 3
    assert top[1] > right[1] and right[0] > left[0]


def test_the_adjoint_network_has_the_same_weights_on_arrows_turned_round():
    figure = figures.draw_cycles(W)
    texts = texts_of(figure)
    assert [texts.count(label) for label in ("0.5", "2", "1", "3")] == [2, 2 + 2, 2 + 2, 2]
    solid = [ends for arrow, ends in arrows(figure) if arrow.get_linestyle() == "-"]
    dashed = [ends for arrow, ends in arrows(figure) if arrow.get_linestyle() == "--"]
    across = dashed[0][0] - solid[0][1]  # from one panel to the other
    assert len(solid) == len(dashed) == 3 and across[0] > 2
    for forward, backward in zip(solid, dashed):
        assert backward - across == pytest.approx(forward[::-1])


def back_in_time(figure):
    """How many dashed arrows lead from one column to the column before."""
    return sum(
        arrow.get_linestyle() == "--" and places[1, 0] < places[0, 0] - 0.1
        for arrow, places in arrows(figure)
    )


@pytest.mark.parametrize(
    ("settings", "outputs", "back", "cuts"),
    [
        ({}, 1, 4, 0),
        ({"reading": "every step"}, 5, 4, 0),
        ({"truncation": 2}, 1, 2, 2),
        ({"truncation": 5}, 1, 4, 0),
        ({"truncation": 1, "reading": "every step"}, 5, 0, 4),
    ],
)
def test_an_unrolled_network(settings, outputs, back, cuts):
    figure = figures.draw_unrolled(5, **settings)
    texts = texts_of(figure)
    assert sum(text.startswith("$P_") for text in texts) == outputs
    assert {"$H_{0}$", "$H_{5}$", "$X_{1}$", "$X_{5}$", "$P_{5}$"} <= set(texts)
    assert [texts.count(weight) for weight in ("$U$", "$W$", "$V$")] == [5, 5, outputs]
    assert back_in_time(figure) == back
    assert texts.count("cut") == cuts
    assert len(shown(figure, Rectangle)) >= 6  # the inputs and the state before the first step
    assert style.BACKWARD != style.FORWARD


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.draw_relaxation(W[:2], STATES, steps=[0]), r"W has shape \(2, 3\)"),
        (lambda: figures.draw_relaxation(W, STATES[:, :2], steps=[0]), r"states \(3, 2\)"),
        (lambda: figures.draw_relaxation(W, STATES, steps=[3]), "step 3 is not among the 3"),
        (
            lambda: figures.draw_relaxation(W, STATES, steps=[0], passes="both"),
            "unknown passes 'both'",
        ),
        (lambda: figures.draw_cycles(W[:2]), r"W has shape \(2, 3\)"),
        (lambda: figures.draw_unrolled(0), "steps is 0"),
        (lambda: figures.draw_unrolled(3, truncation=0), "truncation is 0"),
        (lambda: figures.draw_unrolled(3, reading="never"), "unknown reading 'never'"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
