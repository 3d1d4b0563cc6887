"""Update rules and schedules, step by step against PyTorch, live or as it was recorded."""

import numpy as np
import pytest

from backprop.optimizers import (
    OPTIMIZERS,
    Adam,
    GradientDescent,
    Momentum,
    RMSProp,
    constant,
    cosine,
    step_decay,
    warm_up,
)

START = np.array([1.0, -2.0, 0.5])


def gradient(w):
    """The slopes of a valley that is 50 times as steep across as along."""
    return np.array([w[0] + 0.1 * w[1], 0.1 * w[0] + 5 * w[1], 0.1 * w[2]])


OURS = {
    "SGD": lambda: GradientDescent(0.1),
    "momentum": lambda: Momentum(0.05, 0.9),
    "Nesterov": lambda: Momentum(0.05, 0.9, nesterov=True),
    "RMSprop": lambda: RMSProp(0.02, 0.95),
    "Adam": lambda: Adam(0.1),
}
# What torch.optim (PyTorch 2.13.0, float64) leaves after 1, 2 and 20 steps from START.
RECORDED = {
    "SGD": [
        [0.92, -1.01, 0.495],
        [0.8381, -0.5142, 0.49005],
        [0.128282175512, -0.00320691726771, 0.408953468799],
    ],
    "momentum": [
        [0.96, -1.505, 0.4975],
        [0.883525, -0.68805, 0.4927625],
        [-0.120858766972, 0.341665445751, 0.241356143661],
    ],
    "Nesterov": [
        [0.924, -1.0595, 0.49525],
        [0.81388525, -0.1640655, 0.488520125],
        [-0.0737713899092, 0.00774127600028, 0.232984392761],
    ],
    "RMSprop": [
        [0.9105572859, -1.9105572813, 0.4105573609],
        [0.849901985481, -1.84793556881, 0.352930515581],
        [0.39533632846, -1.31139836012, 0.0368997291357],
    ],
    "Adam": [
        [0.90000000125, -1.9000000001, 0.40000002],
        [0.800487340285, -1.80016442587, 0.301187461017],
        [-0.15318071016, -0.220018633445, 0.0531875194492],
    ],
}


def test_every_optimizer_is_compared_and_has_a_rate_to_begin_with():
    assert {type(make()) for make in OURS.values()} == set(OPTIMIZERS.values())
    for kind in OPTIMIZERS.values():
        assert kind(kind.usual_rate).learning_rate == kind.usual_rate


def test_a_rate_to_begin_with_is_changed_on_purpose_only():
    rates = {name: kind.usual_rate for name, kind in OPTIMIZERS.items()}
    known = {"gradient descent": 0.2, "momentum": 0.02, "rmsprop": 0.001, "adam": 0.001}
    assert {name: rates[name] for name in known} == known


def trajectory(optimizer, steps=20):
    w, points = START.copy(), []
    for _ in range(steps):
        optimizer.step(w, gradient(w))
        points.append(w.copy())
    return np.array(points)


@pytest.mark.parametrize("name", OURS)
def test_the_recorded_trajectory_comes_back(name):
    points = trajectory(OURS[name]())[[0, 1, 19]]
    assert points == pytest.approx(np.array(RECORDED[name]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", OURS)
def test_every_step_agrees_with_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    w = torch.tensor(START, requires_grad=True)
    theirs = {
        "SGD": lambda: torch.optim.SGD([w], lr=0.1),
        "momentum": lambda: torch.optim.SGD([w], lr=0.05, momentum=0.9),
        "Nesterov": lambda: torch.optim.SGD([w], lr=0.05, momentum=0.9, nesterov=True),
        "RMSprop": lambda: torch.optim.RMSprop([w], lr=0.02, alpha=0.95),
        "Adam": lambda: torch.optim.Adam([w], lr=0.1),
    }[name]()
    for point in trajectory(OURS[name]()):
        w.grad = torch.tensor(gradient(w.detach().numpy()))
        theirs.step()
        assert point == pytest.approx(w.detach().numpy(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", OURS)
def test_float32_stays_float32(name):
    w = START.astype(np.float32)
    OURS[name]().step(w, gradient(w).astype(np.float32))
    assert w.dtype == np.float32


def test_schedules():
    assert [constant(0.3)(step) for step in (0, 7)] == [0.3, 0.3]
    assert [step_decay(1.0, 10)(step) for step in (0, 9, 10, 25)] == pytest.approx(
        [1, 1, 0.1, 0.01]
    )
    wave = cosine(1.0, 100, lowest=0.2)
    assert [wave(step) for step in (0, 50, 100, 150, 500)] == pytest.approx([1, 0.6, 0.2, 0.2, 0.2])
    warm = warm_up(cosine(1.0, 100), 4)
    assert [warm(step) for step in range(5)] == pytest.approx([0.25, 0.5, 0.75, 1, 1])
    assert warm(54) == pytest.approx(0.5)
    assert warm_up(0.4, 2)(9) == 0.4


@pytest.mark.parametrize("name", ["step", "cosine", "warm-up"])
def test_every_rate_agrees_with_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    theirs = torch.optim.lr_scheduler
    ours, make = {
        "step": (step_decay(0.3, 7, 0.5), lambda sgd: theirs.StepLR(sgd, 7, 0.5)),
        "cosine": (cosine(0.3, 20, 0.1), lambda sgd: theirs.CosineAnnealingLR(sgd, 20, 0.1)),
        "warm-up": (warm_up(0.3, 5), lambda sgd: theirs.LinearLR(sgd, 1 / 5, 1.0, 4)),
    }[name]
    sgd = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule = make(sgd)
    for step in range(21):
        assert ours(step) == pytest.approx(sgd.param_groups[0]["lr"], rel=1e-12)
        sgd.step()
        schedule.step()


def test_an_optimizer_follows_its_schedule():
    optimizer = GradientDescent(step_decay(1.0, 2))
    w = np.zeros(1)
    rates = []
    for _ in range(5):
        rates.append(optimizer.learning_rate)
        optimizer.step(w, np.ones(1))
    assert rates == pytest.approx([1, 1, 0.1, 0.1, 0.01]) and w == pytest.approx([-2.21])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Adam(-1), "the learning rate is -1"),
        (lambda: Momentum(0.1, 1.0), "the momentum is 1.0"),
        (lambda: RMSProp(0.1, -0.5), "the decay is -0.5"),
        (lambda: Adam(0.1, beta2=2), "beta2 is 2"),
        (lambda: constant(0), "the learning rate is 0"),
        (lambda: step_decay(0.1, 0), "steps is 0|every is 0"),
        (lambda: step_decay(0.1, 5, factor=-0.5), "-0.5: give a finite number greater than 0"),
        (lambda: cosine(0.1, -1), "steps is -1"),
        (lambda: cosine(0.1, 5, lowest=-0.1), "the lowest learning rate is -0.1"),
        (lambda: warm_up(0.1, 0), "steps is 0|every is 0"),
    ],
)
def test_settings_that_cannot_be_meant(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_adams_learning_rate_is_the_usual_one_unless_given():
    assert Adam().learning_rate == 0.001
