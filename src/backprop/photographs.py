"""From a photograph of a digit to the kind of image that MNIST holds.

MNIST's digits are light ink on dark paper, 20 pixels large in a field of 28 × 28, with the centre
of mass of the ink in the middle (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning
applied to document recognition"). A network that was trained on them expects that.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

__all__ = ["as_mnist", "ink_of", "read_photograph"]

FIELD, DIGIT = 28, 20  # pixels
ENOUGH = 200  # pixels, for the longer side of a photograph
READ = 1500  # pixels, for the longer side as it is read: all of a camera's would fill memory


def read_photograph(path: str | Path) -> Image.Image:
    """The image in a file, in shades of grey and the right way up, made smaller if it is large.

    Raises FileNotFoundError, and ValueError for a file that is no image.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no photograph at {path}: check the folder and the spelling")
    with path.open("rb") as file:
        try:
            with Image.open(file) as image:
                image.thumbnail((READ, READ))
                # A camera stores how it was held; transparent places count as white paper.
                upright = eight_bits(ImageOps.exif_transpose(image)).convert("RGBA")
        except Exception as problem:  # there is no list of what a damaged image may raise
            raise ValueError(f"{path} is no image that can be read: {problem}") from None
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright).convert("L")


def eight_bits(image: Image.Image) -> Image.Image:
    """An image of 16 bits a pixel, as scanners make them, with 8; any other as it is.

    Pillow's own conversion does not scale: every shade above 255 would become white.
    """
    if not image.mode.startswith("I;16"):
        return image
    return Image.fromarray((np.asarray(image) // 256).astype(np.uint8))


def ink_of(image: Image.Image) -> np.ndarray:
    """How much ink there is at each pixel, from 0 to 1, whether it is dark or light.

    The border shows the paper. Whatever differs from it by less than a quarter of the largest
    difference counts as paper too. Raises ValueError for an image of one shade.
    """
    grey = np.asarray(image.convert("L"), dtype=float)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = np.median(border)
    # The ink is what differs most from the paper, towards the dark or towards the light.
    darker, lighter = paper - grey, grey - paper
    ink = darker if darker.max() >= lighter.max() else lighter
    strongest = ink.max()
    if strongest < 10:
        raise ValueError("the image has no digit that differs from its paper: take another one")
    ink = ink / strongest
    return np.where(ink < 0.25, 0.0, ink)


def as_mnist(image: Image.Image) -> np.ndarray:
    """The digit in `image` as MNIST would have it: (28, 28), from 0, the paper, to 1, the ink.

    A large image is first made smaller: each pixel becomes the mean of many, in which the noise of
    a camera averages out. Then the ink is cropped, resized so that its longer side is 20 pixels,
    and moved until its centre of mass lies in the middle. Raises ValueError for an image without a
    digit.
    """
    ink = ink_of(image.convert("L").reduce(max(1, max(image.size) // ENOUGH)))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    scale = DIGIT / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    # In floats: in bytes, what a thin stroke leaves of a pixel could be rounded to 0.
    small = Image.fromarray(ink.astype(np.float32)).resize(
        size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    )
    digit = np.asarray(small, dtype=float)

    field = np.zeros((FIELD, FIELD))
    top, left = place_centred(digit.sum(axis=1)), place_centred(digit.sum(axis=0))
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    field /= field.max()
    return field


def place_centred(masses: np.ndarray) -> int:
    """Where rows (or columns) of these masses begin, with their centre in the middle of a field.

    The middle is pixel 14, counted from 0, as in MNIST itself, whose digits lie half a pixel low.
    """
    centre = (masses * np.arange(len(masses))).sum() / masses.sum()
    return int(np.clip(round(FIELD / 2 - centre), 0, FIELD - len(masses)))
