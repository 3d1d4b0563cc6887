"""Photographs of handwritten digits as they really are, drawn at random: shadows, tables, rules.

A photograph is `light × reflectance`, blurred, with noise. `Photograph.clean` is the same digit in
the same place on even white paper, which `as_mnist` always could read. The command
`python tests/staged_photographs.py 300` prints how many of each kind are read, rejected, and wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from backprop.datasets import load_digits

KINDS = {
    "even light": (),
    "soft shadow": ("soft shadow",),
    "hard shadow": ("hard shadow",),
    "dark table": ("table",),
    "ruled paper": ("rules",),
    "specks": ("specks",),
    "shadow, specks": ("hard shadow", "specks"),
    "table, shadow": ("table", "soft shadow"),
    "rules, shadow": ("rules", "soft shadow"),
    "rules, table": ("rules", "table"),
    "all": ("soft shadow", "hard shadow", "table", "rules", "specks"),
}


@dataclass
class Photograph:
    """What the camera saw, and what it should have seen."""

    image: Image.Image
    clean: Image.Image


def stage(kind: str, generator: np.random.Generator, *, digit: bool = True) -> Photograph:
    """A random digit, or paper without one, photographed with the troubles of this kind.

    One in five is chalk on a board.
    """
    troubles = KINDS[kind]
    height, width = generator.integers(350, 1000, size=2)
    place = ink = place_digit(generator, height, width)
    if not digit:
        ink = np.zeros(place.shape)
    clean = Image.fromarray((255 * (1 - ink)).round().astype(np.uint8))
    chalk = generator.random() < 0.2

    paper, pen = generator.uniform(0.6, 0.95), generator.uniform(0.05, 0.35)
    if chalk:
        paper, pen = generator.uniform(0.12, 0.3), generator.uniform(0.6, 0.95)
    reflectance = np.full((height, width), paper)
    if "rules" in troubles:
        reflectance = draw_rules(reflectance, pen, generator)
    reflectance += ink * (pen - reflectance)
    if "specks" in troubles:
        reflectance = sprinkle(reflectance, pen, generator)
    if "table" in troubles:
        reflectance = lay_on_table(reflectance, place, paper, generator)
    light = np.ones((height, width))
    if "soft shadow" in troubles:
        light *= soft_shadow(generator, height, width)
    if "hard shadow" in troubles:
        light *= hard_shadow(generator, height, width)
    seen = ndimage.gaussian_filter(255 * light * reflectance, generator.uniform(0.3, 2.0))
    seen += generator.normal(scale=generator.uniform(0, 6), size=seen.shape)
    return Photograph(Image.fromarray(seen.clip(0, 255).astype(np.uint8)), clean)


def place_digit(generator: np.random.Generator, height: int, width: int) -> np.ndarray:
    """The ink of a test digit, with the sharp edges of a pen, somewhere inside the picture."""
    _, test = load_digits()
    small = test.X[generator.integers(len(test.X))].reshape(28, 28)
    side = int(min(height, width) * generator.uniform(0.5, 1.0))
    large = Image.fromarray(small.astype(np.float32)).resize((side, side), Image.BICUBIC)
    edge = generator.uniform(0.3, 0.6)
    digit = ((np.asarray(large, dtype=float) - edge) / 0.2 + 0.5).clip(0, 1)
    parts, count = ndimage.label(digit > 0)  # some digits of MNIST have specks of their own
    areas = ndimage.sum_labels(digit, parts, range(count + 1))
    digit *= areas[parts] > 0.05 * areas.max()
    top, left = (generator.integers(0, size - side + 1) for size in (height, width))
    ink = np.zeros((height, width))
    ink[top : top + side, left : left + side] = digit
    return ink


def across(generator: np.random.Generator, height: int, width: int, angle: float) -> np.ndarray:
    """The distance of each pixel from a straight line at this angle through the picture."""
    y, x = np.mgrid[:height, :width]
    y0, x0 = generator.uniform(0.2, 0.8) * height, generator.uniform(0.2, 0.8) * width
    return (x - x0) * np.cos(angle) + (y - y0) * np.sin(angle)


def soft_shadow(generator, height, width) -> np.ndarray:
    depth = generator.uniform(0.2, 0.75)
    softness = generator.uniform(0.08, 0.5) * max(height, width)
    distance = across(generator, height, width, generator.uniform(0, 2 * np.pi))
    return 1 - depth / (1 + np.exp(-4 * distance / softness))


def hard_shadow(generator, height, width) -> np.ndarray:
    depth = generator.uniform(0.2, 0.7)
    distance = across(generator, height, width, generator.uniform(0, 2 * np.pi))
    shape = generator.choice(["plane", "corner", "blob"], p=[0.5, 0.25, 0.25])
    if shape == "corner":
        other = across(generator, height, width, generator.uniform(0, 2 * np.pi))
        distance = np.minimum(distance, other)
    if shape == "blob":
        y, x = np.mgrid[:height, :width]
        y0, x0 = generator.uniform(0, height), generator.uniform(0, width)
        radii = generator.uniform(0.3, 0.8, size=2) * (height, width)
        distance = min(radii) * (1 - np.hypot((y - y0) / radii[0], (x - x0) / radii[1]))
    edge = generator.uniform(0.5, 12)
    return 1 - depth / (1 + np.exp(-np.clip(4 * distance / edge, -50, 50)))


def draw_rules(paper, pen, generator) -> np.ndarray:
    height, width = paper.shape
    spacing, thickness = generator.uniform(25, 120), generator.uniform(1, 4)
    strength, angle = generator.uniform(0.1, 0.7), np.deg2rad(generator.uniform(-3, 3))
    pattern = generator.choice(["rules", "squares", "margin", "rules and margin"])
    y, x = np.mgrid[:height, :width]
    down, right = y * np.cos(angle) - x * np.sin(angle), x * np.cos(angle) + y * np.sin(angle)
    phase = generator.uniform(0, spacing)

    def rules(distance):
        off = np.abs((distance + phase) % spacing - spacing / 2)
        return (thickness / 2 - off + 0.5).clip(0, 1)

    lines = np.zeros(paper.shape)
    if pattern != "margin":
        lines = rules(down)
    if pattern == "squares":
        lines = np.maximum(lines, rules(right))
    if "margin" in pattern:
        off = np.abs(right - generator.uniform(0.05, 0.3) * width)
        lines = np.maximum(lines, (thickness / 2 - off + 0.5).clip(0, 1))
    return paper + lines * strength * (pen - paper)


def sprinkle(reflectance, pen, generator) -> np.ndarray:
    height, width = reflectance.shape
    y, x = np.mgrid[:height, :width]
    count = int(generator.choice([1, 2, 4, 8, 16]))
    radii = generator.uniform(0.5, 0.015 * max(height, width), size=count)
    for radius in radii:
        shade = pen + generator.uniform(0, 0.3) * (reflectance.mean() - pen)
        centre = generator.uniform(0, height), generator.uniform(0, width)
        if generator.random() < 0.2:  # in a corner
            centre = generator.choice([radius, height]), generator.choice([radius, width])
        speck = (radius - np.hypot(y - centre[0], x - centre[1]) + 0.5).clip(0, 1)
        reflectance = reflectance + speck * (shade - reflectance)
    return reflectance


def lay_on_table(reflectance, digit, paper, generator) -> np.ndarray:
    """A table, darker than paper (and lighter than a blackboard), on one to four sides."""
    height, width = reflectance.shape
    table = generator.uniform(0.05, 0.75) * paper if paper > 0.5 else generator.uniform(0.4, 0.9)
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    margins = rows[0], height - rows[-1], columns[0], width - columns[-1]
    y, x = np.mgrid[:height, :width]
    distances = y, height - y, x, width - x
    sides = generator.permutation(4)[: generator.integers(1, 5)]
    beyond = np.zeros(reflectance.shape)
    for side in sides:
        tilt = np.deg2rad(generator.uniform(-4, 4))
        along = (x - width / 2) if side < 2 else (y - height / 2)
        free = margins[side] - abs(np.tan(tilt)) * max(height, width) / 2
        edge = generator.uniform(0.1, 0.85) * max(free, 0)
        off = distances[side] + np.tan(tilt) * along
        beyond = np.maximum(beyond, (edge - off + 0.5).clip(0, 1))
    grain = generator.uniform(0, 0.15) * np.sin(y / generator.uniform(4, 30))
    return reflectance + beyond * (table * (1 + grain) - reflectance)


def outcome(photograph: Photograph, read) -> tuple[str, object]:
    """'read', 'rejected' or 'wrong', and the message or the correlation."""
    try:
        right = read(photograph.clean)
    except ValueError as problem:
        return "clean rejected", str(problem)
    try:
        digit = read(photograph.image)
    except ValueError as problem:
        return "rejected", str(problem)
    correlation = float(np.corrcoef(digit.ravel(), right.ravel())[0, 1])
    return ("read" if correlation >= 0.9 else "wrong"), correlation


def reading(photograph: Photograph, read) -> str:
    """The digit that `read` makes of a photograph in three numbers, or why it is rejected."""
    try:
        digit = read(photograph.image)
    except ValueError as problem:
        return str(problem).split(":")[0]
    rows, columns = np.cos(np.arange(28)), np.sin(np.arange(28))
    return " ".join(
        f"{number:.3f}" for number in (digit.sum(), rows @ digit.sum(1), columns @ digit.sum(0))
    )


if __name__ == "__main__":
    from backprop.photographs import as_mnist

    count, seed = int(sys.argv[1]), int(sys.argv[2])
    ends = ("read", "rejected", "wrong", "clean rejected")
    print(f"{'of ' + str(count):16}", *(f"{end:>14}" for end in ends))
    for number, kind in enumerate(KINDS):
        generator = np.random.default_rng([seed, number])
        found = [outcome(stage(kind, generator), as_mnist) for _ in range(count)]
        counted = Counter(end for end, _ in found)
        wrong = sorted(round(why, 2) for end, why in found if end == "wrong")
        print(f"{kind:16}", *(f"{counted[end]:14}" for end in ends), wrong, flush=True)
