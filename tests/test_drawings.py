"""Every figure looks as it did when somebody last looked at it.

What each sample draws is recorded in drawings.json: texts, lines, shapes and images with their
places and looks. If a figure is to change, look at it, and record all of them again with
`python tests/test_drawings.py`; the difference of the file shows what has changed.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.text import Annotation, Text
from test_figures import SAMPLES, made

RECORDED = Path(__file__).with_name("drawings.json")
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


def described(figure):
    """What a figure draws, one line of text for each artist."""
    lines = [f"figure {numbers(figure.get_size_inches())}"]
    todo = figure.get_children()[::-1]
    while todo:
        artist = todo.pop()
        look = looks(artist)
        if artist.get_visible() and look:
            lines.append(f"{type(artist).__name__} z {numbers(artist.get_zorder())} {look}")
        # An axis has its own ticks; what it draws from them is told in the line of its axes.
        if artist.get_visible() and not isinstance(artist, Axis):
            todo += artist.get_children()[::-1]
    return lines


def looks(artist: Artist) -> str:
    """Where an artist is and what it looks like; nothing for one that only holds others."""
    match artist:
        case Axes():
            parts = [f"{artist.get_xscale()} {artist.get_yscale()}", *map(axis, xy_axes(artist))]
            return " ".join([*parts, numbers(artist.get_xlim()), numbers(artist.get_ylim())])
        case Annotation() if artist.arrow_patch:
            arrow = artist.arrow_patch
            ends = [*artist.xy, *artist.xyann, arrow.get_mutation_scale(), arrow.get_linewidth()]
            ends += [arrow.shrinkA, arrow.shrinkB]
            return f"{artist.get_text()!r} {numbers(ends)} {to_hex(arrow.get_edgecolor())}"
        case Text() if artist.get_text():
            place = (*artist.get_position(), artist.get_fontsize(), artist.get_rotation())
            aligned = f"{artist.get_ha()} {artist.get_va()} {to_hex(artist.get_color())}"
            return f"{artist.get_text()!r} {numbers(place)} {aligned}"
        case Line2D():
            style = f"{artist.get_linestyle()} {artist.get_marker()} {to_hex(artist.get_color())}"
            size = (artist.get_linewidth(), artist.get_markersize())
            label = artist.get_label()
            return f"{label!r} {summary(artist.get_xydata())} {numbers(size)} {style}"
        case FancyArrowPatch():
            look = f"{artist.get_linestyle()} {to_hex(artist.get_edgecolor())}"
            sizes = [artist.get_linewidth(), artist.shrinkA, artist.shrinkB]
            return f"{summary(artist.get_path().vertices)} {numbers(sizes)} {look}"
        case Patch():
            corners = artist.get_patch_transform().transform(artist.get_path().vertices)
            colors = [to_hex(artist.get_facecolor(), True), to_hex(artist.get_edgecolor(), True)]
            look = f"{' '.join(colors)} {artist.get_hatch()}"
            return f"{summary(corners)} {numbers(artist.get_linewidth())} {look}"
        case Collection():
            colors = np.vstack([artist.get_facecolor(), artist.get_edgecolor()])
            paths = [path.vertices for path in artist.get_paths()]
            return " ".join(map(summary, [artist.get_offsets(), colors, *paths]))
        case AxesImage():
            return f"{summary(artist.get_array())} {numbers(artist.get_extent())}"
    return ""


def xy_axes(axes):
    return axes.xaxis, axes.yaxis


def axis(axis):
    """The label, the texts at the ticks, and whether there is a grid."""
    texts = [label.get_text() for label in axis.get_ticklabels()]
    grid = any(tick.gridline.get_visible() for tick in axis.get_major_ticks())
    return f"{axis.get_label_text()!r} {texts} grid {grid}"


def summary(values):
    """All numbers of a small array, of a large one some that any change would move."""
    values = np.ma.filled(np.ma.asarray(values, dtype=float), 0).ravel()
    if values.size > 24:
        weights = np.cos(np.arange(values.size))
        values = np.array([values.size, values[0], values[-1], values.mean(), weights @ values])
    return numbers(values)


def numbers(values):
    return " ".join(f"{value + 0:.4g}" for value in np.ravel(values).astype(float))


def differences(now, before):
    """The lines that differ in a text, or in a number by more than fonts may move a node."""
    if len(now) != len(before):
        return [f"{len(now)} artists, not {len(before)}"]
    return [f"now {line}\nwas {old}" for line, old in zip(now, before) if not alike(line, old)]


def alike(line, old):
    values, olds = ([float(n) for n in NUMBER.findall(text)] for text in (line, old))
    same_texts = NUMBER.sub("", line) == NUMBER.sub("", old)
    return same_texts and np.allclose(values, olds, rtol=2e-3, atol=2e-3)


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def test_every_sample_is_recorded(recorded):
    assert set(recorded) == set(SAMPLES), f"record the figures: {__doc__}"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_figure_draws_what_was_recorded(name, recorded):
    found = differences(described(made(name)), recorded[name])
    assert not found, "\n".join([*found[:10], "", __doc__])


def test_small_changes_are_noticed():
    before = ["Text 'a' 1 2", "Line2D 0.5 0.25"]
    assert differences(["Text 'a' 1 2", "Line2D 0.5 0.2501"], before) == []
    assert differences(["Text 'b' 1 2", "Line2D 0.5 0.25"], before)
    assert differences(["Text 'a' 1 2", "Line2D 0.51 0.25"], before)
    assert differences(before[:1], before) == ["1 artists, not 2"]


if __name__ == "__main__":
    record = {name: described(made(name)) for name in SAMPLES}
    RECORDED.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
