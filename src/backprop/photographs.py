"""From a photograph of a digit to an image like those of MNIST.

MNIST's digits are light ink on dark paper, 20 pixels large in a field of 28 × 28, with the centre
of mass of the ink in the middle (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning
applied to document recognition"). A network trained on them expects this form.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

__all__ = ["as_mnist", "ink_of", "read_photograph"]

FIELD, DIGIT = 28, 20  # pixels
# The formats of cameras, scanners and drawing programs; others may call external programs.
FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "PPM")
READ = 1500  # pixels, for the longer side when read: all pixels of a camera would fill memory
WORKING = 280  # pixels, for the longer side of the copy in which ink is told from paper
AROUND = 0.5  # the margin examined on each side of the digit, as a part of its longer side
THINNEST, THICKEST = 0.06, 0.36  # strokes, as parts of the longer side of the digit
LEAST = 0.05  # the smallest contrast that ink may have with its paper
TOUCHING = np.ones((3, 3))  # pixels of one stroke touch at a side or at a corner

NO_DIGIT = (
    "the image has no digit that differs from its paper: take another one, with paper on all sides "
    "of the digit"
)
AREA = (
    "the mark on the paper is an area, not a stroke: take another photograph, with paper on all "
    "sides of the digit and nothing else in it"
)
UNSURE = (
    "the digit cannot be told from a shadow, a line or an edge: take another photograph, on plain "
    "paper, in even light, with nothing else near the digit"
)
SHADOW = (
    "the edge of a shadow runs through the digit: take another photograph in even light, or with "
    "the whole digit in the shadow"
)


@dataclass(frozen=True)
class Setting:
    """How to tell ink from everything else.

    Strokes are thinner than `window`, a part of the longer side of the image. Ink has more than
    `threshold` of the contrast of the digit's largest stroke. Anything shorter than `smallest`, a
    part of that stroke, is a speck.
    """

    window: float = 0.3
    threshold: float = 0.5
    smallest: float = 0.22


USUAL = Setting()
# A digit stays the same if ink is told from paper a little differently; a shadow does not.
OTHERS = (
    Setting(threshold=0.35),
    Setting(threshold=0.7),
    Setting(window=0.22),
    Setting(window=0.4),
    Setting(smallest=0.12),
    Setting(smallest=0.35),
)
ALIKE = 0.93  # the smallest correlation of two readings of the same digit


def as_mnist(image: Image.Image) -> np.ndarray:
    """The digit in `image` as MNIST would have it: (28, 28), from 0, the paper, to 1, the ink.

    The ink may be darker or lighter than the paper. Shadows, ruled lines, specks and the table
    around the paper are told from the digit where that is possible. The digit is resized so that
    its longer side is 20 pixels, and moved until its centre of mass lies in the middle.

    Raises TypeError for anything but an image, and ValueError if there is no digit, if the edge of
    a shadow runs through it, or if the result depends on the exact settings for telling ink from
    the rest.
    """
    if not isinstance(image, Image.Image):
        raise TypeError(f"image is not a Pillow image but a {type(image).__name__}")
    image, light = close_up(image.convert("L"))
    grey = working_copy(image)
    windows = {setting.window for setting in (USUAL, *OTHERS)}
    papers = {window: paper_of(grey, light, window) for window in windows}
    ink = ink_of(grey, papers[USUAL.window])
    if crosses_shadow(grey, papers[USUAL.window], ink > 0.5):
        raise ValueError(SHADOW)
    digit = centred(ink)
    for setting in OTHERS:
        try:
            other = centred(ink_of(grey, papers[setting.window], setting))
        except ValueError:
            raise ValueError(UNSURE) from None
        if np.corrcoef(digit.ravel(), other.ravel())[0, 1] < ALIKE:
            raise ValueError(UNSURE)
    return digit


@dataclass(frozen=True)
class Strokes:
    """The candidates for ink.

    `mask` says where they are, `light` whether they are lighter than the paper, and `paper` is the
    brightness of the paper at each pixel.
    """

    mask: np.ndarray
    light: bool
    paper: np.ndarray


def close_up(image: Image.Image) -> tuple[Image.Image, bool]:
    """The part of the image where the digit is, and whether its ink is lighter than the paper."""
    grey = working_copy(image)
    found, problems = [], []
    for light in (False, True):
        paper = paper_of(grey, light, USUAL.window)
        try:
            found.append(Strokes(ink_of(grey, paper) > 0.5, light, paper))
        except ValueError as problem:
            problems.append(str(problem))
    if not found:
        raise ValueError(UNSURE if UNSURE in problems else NO_DIGIT)
    found = [strokes for strokes in found if thickness(strokes.mask) <= THICKEST]
    if not found:
        raise ValueError(AREA)
    ink = found[0] if len(found) == 1 else likelier(grey, found)
    box = np.rint(np.array(box_of(ink.mask, AROUND)) * max(image.size) / max(grey.shape)).astype(
        int
    )
    # Where the image ends too early, its border is repeated, as if the paper continued.
    pad = max(0, -box.min(), box[2] - image.width, box[3] - image.height)
    padded = Image.fromarray(np.pad(np.asarray(image), pad, mode="edge"))
    left, top, right, bottom = (int(edge) for edge in box + pad)
    return padded.crop((left, top, right, bottom)), ink.light


def working_copy(image: Image.Image) -> np.ndarray:
    """The brightness in a copy of a fixed size, in which the noise of a camera averages out."""
    scale = WORKING / max(image.size)
    size = [max(1, round(side * scale)) for side in image.size]
    small = image.convert("F").resize(size, Image.Resampling.BILINEAR)
    # Without the addition, a single level of noise would be a large part of a dark shadow.
    return np.asarray(ndimage.gaussian_filter(np.asarray(small, dtype=float), 1)) + 8


def ink_of(grey: np.ndarray, paper: np.ndarray, setting: Setting = USUAL) -> np.ndarray:
    """How much ink there is at each pixel of a working copy, from 0 to 1; see `paper_of`.

    Light multiplies: a shadow makes ink and paper darker by the same factor. So the brightness is
    divided by the paper's at the same place, which is found by painting over everything thinner
    than the window (a closing for dark ink, an opening for light ink).

    Raises ValueError if no digit is found, or if its outline is not an edge in the image.
    """
    contrast = np.abs(grey / paper - 1)
    full = float(np.median(contrast[largest_stroke(contrast)]))

    parts, extents = parts_inside(contrast > setting.threshold * full)
    if max(extents) < 0.1 * max(grey.shape):
        raise ValueError(NO_DIGIT)
    mask = (extents >= max(1, setting.smallest * max(extents)))[parts]

    outline = mask & ~ndimage.binary_erosion(mask)
    breadth = max(5, round(ndimage.distance_transform_edt(mask).max()))  # half a stroke's
    edges = ndimage.morphological_gradient(grey, breadth) / paper > 0.4 * full
    if edges[outline].mean() < 0.9:
        raise ValueError(UNSURE)
    ink = (2 * contrast / full - 0.5).clip(0, 1)  # with the soft edges that a pen leaves
    if not ink[mask].max() > 0.5:
        raise ValueError(UNSURE)
    return np.where(ndimage.binary_dilation(mask, TOUCHING), ink, 0)


def paper_of(grey: np.ndarray, light: bool, window: float) -> np.ndarray:
    """The brightness of the paper at each pixel; anything thinner is painted over."""
    size = max(3, round(window * max(grey.shape)))
    paint_over = ndimage.grey_opening if light else ndimage.grey_closing
    return np.asarray(paint_over(grey, size, mode="nearest"))


def crosses_shadow(grey: np.ndarray, paper: np.ndarray, mask: np.ndarray) -> bool:
    """Whether the edge of a shadow runs through the digit, where it may look like a stroke."""
    contrast = abs(np.median(np.log(grey[mask] / paper[mask])))
    jumps = ndimage.morphological_gradient(np.log(paper), 5) > 0.35 * contrast
    return bool(jumps[ndimage.binary_dilation(mask, iterations=3)].any())


def largest_stroke(contrast: np.ndarray) -> np.ndarray:
    """A mask of the strongest part that is as large as a digit and does not touch the border."""
    level = contrast.max()
    while level > LEAST:
        level /= 1.25
        parts, extents = parts_inside(contrast > level)
        if max(extents) >= 0.1 * max(contrast.shape):
            return np.asarray(parts == np.argmax(extents))
    raise ValueError(NO_DIGIT)


def parts_inside(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The number of each pixel's part, and the extent of each part in pixels.

    Part 0, with an extent of 0, is everything else, including anything that touches the border, as
    tables, ruled lines and shadows do and the digit does not.
    """
    parts, _ = ndimage.label(mask, TOUCHING)
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    parts, _ = ndimage.label(mask & ~np.isin(parts, border), TOUCHING)
    boxes = ndimage.find_objects(parts)
    return parts, np.array([0] + [max(side.stop - side.start for side in box) for box in boxes])


def box_of(mask: np.ndarray, around: float = 0) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box around the true pixels, enlarged on each side.

    `around` is the enlargement as a part of the box's longer side; the box may then extend beyond
    the image.
    """
    rows, columns = ndimage.find_objects(mask.astype(int))[0]
    more = round(around * max(rows.stop - rows.start, columns.stop - columns.start))
    return columns.start - more, rows.start - more, columns.stop + more, rows.stop + more


def likelier(grey: np.ndarray, found: list[Strokes]) -> Strokes:
    """The strokes that are ink, dark or light: the others are the gaps in between or around.

    Ink is thinner than the paper between a digit and a table, and the paper under it is even. The
    gaps between the strokes of a digit can be thinner still, but they do not stand out from the
    surroundings of the digit. Raises ValueError if these signs disagree.
    """
    # Anything thinner than a pen's stroke is a ruled line.
    found = [strokes for strokes in found if thickness(strokes.mask) >= THINNEST] or found
    # A sheet of paper that is narrower than the window has strokes of its own, around the digit.
    found = [strokes for strokes in found if not is_sheet(strokes.mask)] or found
    outstanding = [strokes for strokes in found if stands_out(grey, strokes)]
    thinner = min(found, key=lambda strokes: thickness(strokes.mask))
    evener = min(found, key=lambda strokes: unevenness(grey, strokes))
    if len(outstanding) == 1 and (outstanding[0] is thinner or outstanding[0] is evener):
        return outstanding[0]
    if len(outstanding) != 1 and thinner is evener:
        return thinner
    raise ValueError(UNSURE)


def is_sheet(mask: np.ndarray) -> bool:
    """Whether the mask with its holes filled is a rectangle, upright or tilted, and has a hole."""
    y, x = np.nonzero(ndimage.binary_fill_holes(mask))
    angles = np.deg2rad(np.arange(0, 90, 3))[:, None]
    across = x * np.cos(angles) + y * np.sin(angles)
    along = y * np.cos(angles) - x * np.sin(angles)
    area = (np.ptp(across, axis=1) + 1) * (np.ptp(along, axis=1) + 1)
    return bool(len(x) > mask.sum() and len(x) > 0.88 * area.min())


def unevenness(grey: np.ndarray, strokes: Strokes) -> float:
    """How much the brightness of the paper varies under the strokes, compared with the ink's."""
    paper, ink = np.log(strokes.paper[strokes.mask]), np.log(grey[strokes.mask])
    return float(paper.std() / abs(np.median(ink - paper)))


def stands_out(grey: np.ndarray, strokes: Strokes) -> bool:
    """Whether the strokes differ from their surroundings in the way that ink does."""
    around = np.ones(grey.shape, bool)
    left, top, right, bottom = box_of(strokes.mask, AROUND)
    around[: max(top, 0)] = around[bottom:] = around[:, : max(left, 0)] = around[:, right:] = False
    left, top, right, bottom = box_of(strokes.mask)
    around[top:bottom, left:right] = False
    ratio = np.median(grey[strokes.mask]) / np.median(grey[around])
    return bool(ratio > 1 + LEAST if strokes.light else ratio < 1 - LEAST)


def extent(mask: np.ndarray) -> int:
    """The longer side of the box around the true pixels, in pixels."""
    left, top, right, bottom = box_of(mask)
    return max(right - left, bottom - top)


def thickness(mask: np.ndarray) -> float:
    """The diameter of the largest disc that fits into the strokes, as a part of their extent."""
    return float(2 * ndimage.distance_transform_edt(mask).max() / extent(mask))


def centred(ink: np.ndarray) -> np.ndarray:
    """The ink in a field of 28 × 28, the longer side of the digit 20 pixels, between 0 and 1.

    The middle is pixel 14, counted from 0, as in MNIST itself, whose digits lie half a pixel low.
    """
    pixel = extent(ink > 0.5) / DIGIT
    side = FIELD * pixel
    left, top, right, bottom = box_of(ink > 0.5)
    y, x = (centre + 0.5 - 14.5 * pixel for centre in ndimage.center_of_mass(ink))
    # The whole digit stays in the field, wherever most of its ink lies.
    x, y = np.clip(x, right - side, left), np.clip(y, bottom - side, top)
    pad = int(np.ceil(side))
    box = (x + pad, y + pad, x + pad + side, y + pad + side)
    padded = Image.fromarray(np.pad(ink, pad).astype(np.float32))
    digit = np.asarray(padded.resize((FIELD, FIELD), Image.Resampling.BOX, box), dtype=float)
    return np.asarray(digit / digit.max())


def read_photograph(path: str | Path) -> Image.Image:
    """The image in a file, in shades of grey and the right way up, reduced if it is large.

    Raises FileNotFoundError, and ValueError for a file that is not an image in one of the FORMATS.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no photograph at {path}: check the folder and the spelling")
    with path.open("rb") as file:
        try:
            with Image.open(file, formats=FORMATS) as image:
                image.thumbnail((READ, READ))
                # A camera stores how it was held; transparent places count as white paper.
                upright = eight_bits(ImageOps.exif_transpose(image)).convert("RGBA")
        except UnidentifiedImageError:
            known = ", ".join(FORMATS)
            raise ValueError(
                f"{path} is not an image that can be read: expected one of the formats {known}"
            ) from None
        except Exception as problem:  # a damaged image may raise any error
            raise ValueError(f"{path} is not an image that can be read: {problem}") from None
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright).convert("L")


def eight_bits(image: Image.Image) -> Image.Image:
    """An image of 16 bits per pixel, as from scanners, with 8; any other unchanged.

    Pillow's own conversion does not scale: every shade above 255 would become white. Raises
    ValueError for an image with more than 16 bits.
    """
    if not image.mode.startswith(("I", "F")):
        return image
    shades = np.asarray(image)
    if image.mode == "F" or shades.min() < 0 or shades.max() >= 2**16:
        raise ValueError("it has 32 bits per pixel: save it as PNG or JPEG")
    return Image.fromarray((shades >> 8).astype(np.uint8))
