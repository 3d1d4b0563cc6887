"""Figures as SVG: the same bytes in every process, in the palette's colours, parts of a page."""

import base64
import hashlib
import io
import os
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise

import matplotlib
import matplotlib.pyplot as plt
from figure_in_page import as_part_of_page, foreign_colors
from PIL import Image
from test_figures import SAMPLES, contrast, each_sample, made
from test_notebooks import ROOT

from backprop.figures import style

# Texts and arrows; a hatch; pictures; contour lines. All ids of an SVG come from such things.
VARIED = ["draw_trace", "plot_regions", "plot_images", "plot_paths", "plot_boxes"]
PROGRAM = "from test_sharp_figures import fingerprints; print(*fingerprints())"
CSS = (ROOT / "book" / "_static" / "style.css").read_text(encoding="utf-8")


@cache
def svg_of(name):
    """A sample as SVG, drawn for that alone."""
    return made(name).as_svg()


def fingerprints():
    return [hashlib.sha256(svg_of(name).encode()).hexdigest() for name in VARIED]


def test_figures_are_the_same_bytes_in_every_process():
    path = os.pathsep.join([*sys.path, str(ROOT / "tests")])
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "MPLBACKEND": "agg"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert outputs == [fingerprints(), fingerprints()]


def test_settings_of_a_reader_change_no_byte():
    expected = SAMPLES["plot_scores"]().as_svg()
    with matplotlib.rc_context({"svg.fonttype": "none", "savefig.bbox": "tight", "font.size": 30}):
        assert SAMPLES["plot_scores"]().as_svg() == expected
    plt.close("all")


@each_sample
def test_an_svg_is_one_element_in_the_colours_of_the_palette(name):
    svg = svg_of(name)
    assert svg.startswith("<svg ") and svg.endswith("</svg>") and "\n" not in svg
    assert foreign_colors(svg) == []
    assert "Matplotlib" not in svg and "<text" not in svg


def test_a_pixel_of_a_small_image_stays_one_sharp_pixel():
    svg = svg_of("plot_images")
    images = re.findall(r"<image [^>]*>", svg)
    assert len(images) == 3
    for image in images:
        assert "image-rendering:pixelated" in image
        data = base64.b64decode(re.search('base64,([^"]+)', image)[1])
        assert Image.open(io.BytesIO(data)).size == (4, 4)


def references(svg):
    return {*re.findall(r'href="#([^"]+)"', svg), *re.findall(r"url\(#([^)]+)\)", svg)}


@each_sample
def test_a_figure_fits_into_a_page_beside_others(name):
    svg = svg_of(name)
    first, second = (as_part_of_page(svg, 'a < b & "c"', prefix) for prefix in ("f1-", "f2-"))
    ids = [re.findall(r' id="([^"]+)"', part) for part in (first, second)]
    for part, own in zip((first, second), ids):
        assert len(set(own)) == len(own) and references(part) == set(own)
        assert "<style" not in part
        opening = (
            r'style="aspect-ratio: (\d+) / (\d+)" width="\1" height="\2" viewBox="0 0 [\d. ]+">'
        )
        assert re.search(opening, part)
        assert part.startswith('<svg class="figure" role="img" aria-label="')
        assert 'aria-label="a &lt; b &amp; &quot;c&quot;"' in part
    assert set(ids[0]).isdisjoint(ids[1])
    assert len(first) == len(second)


def test_each_colour_becomes_a_variable_and_a_foreign_one_is_found():
    line = f'<path style="fill: {style.BLUE}; stroke: #cccccc"/>'
    svg = f'<svg width="72pt" height="36pt" viewBox="0 0 72 36">{line}</svg>'
    assert f"fill: var(--figure-blue, {style.BLUE})" in as_part_of_page(svg, "", "f1-")
    assert foreign_colors(svg) == ["#cccccc"]


def variables(theme):
    """The figures' variables of the style sheet in that mode, each with its colour."""
    blocks = re.findall(r'html\[data-theme(?:="(\w+)")?\] \{(.*?)\n\}', CSS, re.DOTALL)
    text = "".join(block for mode, block in blocks if mode in ("", theme))
    found = dict(re.findall(r"--([\w-]+): ([^;]+);", text))
    resolve = {name: re.sub(r"var\(--([\w-]+)\)", lambda m: found.get(m[1], ""), value)
               for name, value in found.items()}  # fmt: skip
    return {name: resolve[f"figure-{name}"] for name in style.PALETTE}


def test_the_light_colours_of_pages_are_those_of_the_palette():
    light = variables("light")
    assert {**light, "paper": style.PAPER} == style.PALETTE


def mixed(color, ground, share):
    channels = zip(matplotlib.colors.to_rgb(color), matplotlib.colors.to_rgb(ground))
    return tuple(share * one + (1 - share) * other for one, other in channels)


def test_everything_stands_out_in_the_dark():
    dark = variables("dark")
    ground = "#121212"  # the theme's, and the darkest; the ground of code is #29313d
    for name in ("ink", "muted", "blue", "orange", "green", "purple"):
        for behind in (ground, "#29313d"):
            assert contrast(dark[name], behind) >= 4.5, (name, behind)
    tints = [mixed(dark[color], ground, style.TINT) for color in ("blue", "orange")]
    for behind in (dark["grid"], *tints):
        assert contrast(dark["ink"], behind) >= 4.5
    for one, other in pairwise([ground, dark["grid"], dark["muted"]]):
        assert contrast(one, other) > 1.3
