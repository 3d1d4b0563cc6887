"""IDX files, the digits, photographs: what is right comes back, what is wrong is named."""

import gzip
import json
import re
import struct
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from PIL import Image, ImageDraw, ImageOps
from scipy import ndimage
from staged_photographs import KINDS, outcome, reading, stage

from backprop import photographs
from backprop.datasets import load_digits
from backprop.idx import TYPES, read_idx, write_idx
from backprop.photographs import as_mnist, read_photograph

READINGS = Path(__file__).with_name("readings.json")

arrays = st.sampled_from(sorted(TYPES.values())).flatmap(
    lambda name: st_numpy.arrays(
        np.dtype(name).newbyteorder("="),
        st_numpy.array_shapes(max_dims=4, max_side=5),
        elements={"allow_nan": False} if "f" in name else None,
    )
)


@given(arrays, st.booleans())
def test_an_array_comes_back(tmp_path_factory, array, compressed):
    path = tmp_path_factory.mktemp("idx") / ("file.gz" if compressed else "file")
    write_idx(array, path)
    again = read_idx(path)
    assert again.dtype == array.dtype and np.array_equal(again, array)
    first = path.read_bytes()
    write_idx(array, path)
    assert path.read_bytes() == first and len(list(path.parent.iterdir())) == 1


def idx(shape, content, code=8):
    return struct.pack(f">2xBB{len(shape)}I", code, len(shape), *shape) + content


BAD = {
    "empty": (b"", "begins with nothing"),
    "text": (b"1,2,3\n4,5,6", "not an IDX file: it begins with 31 2c 32 2c"),
    "unknown type": (idx([3], b"abc", code=7), "not an IDX file: it begins with 00 00 07 01"),
    "cut in the header": (idx([2, 3], b"")[:9], "ends within its header"),
    "cut in the numbers": (idx([2, 3], b"abcde"), "announces 6 bytes of numbers, but .* has 5"),
    "too long": (idx([2, 3], b"abcdefg"), "longer than its header says, .* 6 bytes"),
    "absurd": (idx([2**31, 2**31], b"abc"), "announces 4611686018427387904 bytes"),
    "too many dimensions": (idx([1] * 65, b"a"), "cannot have the shape"),
    "nothing of something huge": (idx([2**32 - 1, 2**32 - 1, 0], b""), "cannot have the shape"),
}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("case", BAD)
def test_bad_idx_files_are_named(tmp_path, case, compressed):
    content, message = BAD[case]
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(content) if compressed else content)
    with pytest.raises(ValueError, match=f"images.*{message}"):
        read_idx(path)


def test_truncated_and_damaged_gzip_files(tmp_path):
    content = gzip.compress(idx([200], bytes(range(200))))
    path = tmp_path / "images.gz"
    wrong_code = content[:10] + b"\xff" + content[11:]  # a kind of block that deflate has not
    for bad in (content[:60], content[:12], content[:-6] + b"abcdef", wrong_code):
        path.write_bytes(bad)
        with pytest.raises(
            ValueError, match=r"images.gz is (truncated or damaged|not an IDX file)"
        ):
            read_idx(path)


def test_a_compressed_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(idx([10], b""))
        for _ in range(200):
            file.write(bytes(2**20))
    assert path.stat().st_size < 2**19
    with pytest.raises(ValueError, match="longer than its header says, .* 10 bytes"):
        read_idx(path)
    path.write_bytes(gzip.compress(idx([2**30 + 1], b"")))
    with pytest.raises(ValueError, match="at most 1073741824 are read"):
        read_idx(path)


def peak_memory(function):
    """The bytes that Python and NumPy held at most while `function` ran."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_memory_follows_what_is_there_and_not_what_is_announced(tmp_path, pack):
    path = tmp_path / "images"
    path.write_bytes(pack(idx([2**29], b"abc")))

    def read_truncated():
        with pytest.raises(ValueError, match="truncated"):
            read_idx(path)

    assert peak_memory(read_truncated) < 2**22
    size = 2**24
    path.write_bytes(pack(idx([size], bytes(size))))
    assert peak_memory(lambda: read_idx(path)) < 1.5 * size


def test_a_compressed_file_holds_no_time_and_no_operating_system(tmp_path):
    path = tmp_path / "file.gz"
    write_idx(np.arange(9, dtype=np.uint8), path)
    content = path.read_bytes()
    assert content[4:8] == bytes(4) and content[9] == 255  # none, and unknown


def test_a_file_may_be_exactly_as_large_as_is_allowed(tmp_path):
    path = tmp_path / "file"
    write_idx(np.arange(9, dtype=np.uint8), path)
    assert len(read_idx(path, largest=9)) == 9
    with pytest.raises(ValueError, match="at most 8 are read"):
        read_idx(path, largest=8)


def test_no_file_and_no_type(tmp_path):
    with pytest.raises(FileNotFoundError, match="no IDX file at"):
        read_idx(tmp_path / "missing")
    with pytest.raises(ValueError, match="IDX has no type for int64"):
        write_idx(np.zeros(3, int), tmp_path / "file")


def test_the_digits():
    training, test = load_digits()
    assert training.X.shape == (4000, 784) and test.X.shape == (1000, 784)
    assert np.bincount(training.labels).tolist() == [400] * 10
    assert np.bincount(test.labels).tolist() == [100] * 10
    assert training.X.min() == 0 and training.X.max() == 1
    # No image of the test is among those to train on.
    seen = {row.tobytes() for row in training.X}
    assert not any(row.tobytes() in seen for row in test.X)


@pytest.fixture
def folder(tmp_path):
    for part, count in (("train", 6), ("t10k", 3)):
        write_idx(np.zeros((count, 4, 5), np.uint8), tmp_path / f"{part}-images-idx3-ubyte")
        write_idx(np.arange(count, dtype=np.uint8), tmp_path / f"{part}-labels-idx1-ubyte.gz")
    return tmp_path


def test_other_files_of_the_same_names_are_loaded_by_the_same_call(folder):
    training, test = load_digits(folder)
    assert training.X.shape == (6, 20) and test.labels.tolist() == [0, 1, 2]
    assert training.feature_names[-1] == "pixel 3, 4"


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-labels-idx1-ubyte.gz", np.zeros(5, np.uint8), "6 images and .* 5 labels"),
        ("train-labels-idx1-ubyte.gz", np.full(6, 11, np.uint8), "labels from 0 to 9"),
        ("train-images-idx3-ubyte", np.zeros(6, np.uint8), "an array of 1 dimensions"),
        ("t10k-labels-idx1-ubyte.gz", np.zeros((3, 4, 5), np.uint8), "one of 3: expected 3"),
        ("train-labels-idx1-ubyte.gz", np.full(6, -1, np.int8), "int8: expected bytes"),
        ("train-labels-idx1-ubyte.gz", np.full(6, 0.5), "float64: expected bytes"),
        ("train-images-idx3-ubyte", np.ones((6, 4, 5), np.float32), "float32: expected bytes"),
        ("train-images-idx3-ubyte", np.zeros((6, 0, 5), np.uint8), "images of 0 × 5 pixels"),
        ("train-images-idx3-ubyte", np.zeros((6, 1, 2**17), np.uint8), "images of 1 × 131072 pix"),
        ("t10k-images-idx3-ubyte", np.zeros((3, 5, 5), np.uint8), "20 pixels for training and 25"),
    ],
)
def test_files_that_do_not_belong_together(folder, name, array, message):
    write_idx(array, folder / name)
    with pytest.raises(ValueError, match=message):
        load_digits(folder)


def test_no_digits_at_all(folder):
    write_idx(np.zeros((0, 4, 5), np.uint8), folder / "t10k-images-idx3-ubyte")
    write_idx(np.zeros(0, np.uint8), folder / "t10k-labels-idx1-ubyte.gz")
    with pytest.raises(ValueError, match="t10k-labels.*from 0 to 9, and at least one"):
        load_digits(folder)


def stroke(size, box, ink, paper):
    """A photograph: a filled box of one shade on paper of another."""
    image = Image.new("L", size, paper)
    image.paste(ink, box)
    return image


@pytest.mark.parametrize(("ink", "paper"), [(20, 230), (240, 10), (150, 165)])
def test_a_photograph_becomes_an_image_like_those_of_mnist(ink, paper):
    digit = as_mnist(stroke((300, 400), (40, 100, 80, 300), ink, paper))
    assert digit.shape == (28, 28) and digit.max() == 1 and digit.min() == 0
    assert digit.sum() == pytest.approx(20 * 4, rel=0.05)  # 200 × 40 pixels, ten times smaller
    assert digit.sum(axis=0).max() == pytest.approx(20, rel=0.03)
    assert ndimage.center_of_mass(digit) == pytest.approx((14, 14), abs=0.1)


def photograph(x, size=280):
    """A digit of MNIST, dark on white, enlarged."""
    pixels = (255 * (1 - x.reshape(28, 28))).astype(np.uint8)
    return Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("size", [28, 280, 1000])
@pytest.mark.parametrize("inverted", [False, True])
def test_the_digits_of_mnist_stay_nearly_as_they_are(size, inverted):
    _, test = load_digits()
    distances = []
    for x in test.X[:50]:
        image = photograph(x, size)
        try:
            again = as_mnist(ImageOps.invert(image) if inverted else image)
        except ValueError:  # a stroke that is broken: its other part may be a speck
            continue
        distances.append(np.abs(again - x.reshape(28, 28)).mean())
    assert len(distances) >= 42
    assert np.mean(distances) < 0.04  # half a pixel off centre would double it


@pytest.mark.parametrize("kind", KINDS)
def test_what_else_is_in_a_photograph_is_told_from_the_digit(kind):
    generator = np.random.default_rng(12)
    outcomes = [outcome(stage(kind, generator), as_mnist) for _ in range(12)]
    ends = Counter(end for end, _ in outcomes)
    assert ends["wrong"] == 0, outcomes
    assert ends["clean rejected"] <= 1, outcomes
    # Of the edge of a shadow that runs through the digit, the reader cannot make much.
    assert ends["read"] >= (4 if "hard shadow" in KINDS[kind] else 10), outcomes


@pytest.mark.parametrize("kind", KINDS)
def test_photographs_are_read_as_they_were_when_the_limits_were_chosen(kind):
    recorded = json.loads(READINGS.read_text(encoding="utf-8"))[kind]
    for now, before in zip(readings(kind), recorded, strict=True):
        if before[0].isdigit():
            assert list(map(float, now.split())) == pytest.approx(
                list(map(float, before.split())), rel=2e-3, abs=2e-2
            )
        else:
            assert now == before


def readings(kind):
    generator = np.random.default_rng(14)
    return [reading(stage(kind, generator), as_mnist) for _ in range(10)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_photograph_without_a_digit_is_rejected(kind):
    generator = np.random.default_rng(13)
    for _ in range(6):
        with pytest.raises(ValueError, match=r"take another"):
            as_mnist(stage(kind, generator, digit=False).image)


def test_the_edge_of_a_shadow_through_the_digit_is_named():
    _, test = load_digits()
    lit = np.asarray(photograph(test.X[0]), dtype=float)
    shadow = np.ones(lit.shape)
    shadow[140:] = 0.3
    with pytest.raises(ValueError, match="the edge of a shadow runs through the digit"):
        as_mnist(Image.fromarray((lit * shadow).astype(np.uint8)))
    assert as_mnist(Image.fromarray((lit * 0.3).astype(np.uint8))).max() == 1  # all of it


@pytest.mark.parametrize("shade", ["dark", "light"])
def test_a_digit_whose_gaps_are_narrower_than_its_strokes_is_not_read_as_its_gaps(shade):
    image = Image.new("L", (400, 400), 230)
    draw = ImageDraw.Draw(image)
    draw.ellipse((120, 80, 280, 320), fill=20)
    draw.ellipse((175, 130, 225, 270), fill=230)
    image = image if shade == "dark" else ImageOps.invert(image)
    assert as_mnist(image)[14, 14] < 0.1 < 0.9 < as_mnist(image)[14, 10]


@pytest.mark.parametrize("angle", [0, 10])
def test_a_sheet_that_is_hardly_larger_than_the_digit_is_not_read_as_its_margins(angle):
    _, test = load_digits()
    sheet = photograph(test.X[0], 120)
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    read = as_mnist(on_table(sheet, angle))
    assert np.corrcoef(read.ravel(), as_mnist(turned).ravel())[0, 1] > 0.9


@pytest.mark.parametrize("angle", range(0, 180, 12))
def test_a_sheet_is_a_rectangle_with_a_hole_at_any_angle(angle):
    def turned(draw):
        image = Image.new("L", (300, 300))
        draw(ImageDraw.Draw(image))
        return np.asarray(image.rotate(angle)) > 127

    outline = (90, 60, 210, 240)
    frame = turned(lambda pen: pen.rectangle(outline, outline=255, width=30))
    assert photographs.is_sheet(frame)
    for draw in (
        lambda pen: pen.rectangle(outline, fill=255),  # a broad stroke has no hole
        lambda pen: pen.ellipse(outline, outline=255, width=30),  # a zero
        lambda pen: pen.polygon([(90, 240), (150, 60), (210, 240)], outline=255, width=30),
    ):
        assert not photographs.is_sheet(turned(draw))


def on_table(sheet, angle):
    """The photograph of a sheet of paper on a dark table, turned by an angle in degrees."""
    image = Image.new("L", (400, 500), 60)
    image.paste(sheet, (140, 190))
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=60)


def test_faint_parts_of_a_digit_stay_and_specks_do_not():
    image = stroke((300, 300), (100, 50, 120, 250), 20, 230)
    image.paste(60, (180, 100, 195, 200))  # a second stroke, less dark
    with_speck = image.copy()
    with_speck.paste(20, (40, 40, 46, 46))
    assert as_mnist(image)[:, 16:].max() > 0.9
    assert np.abs(as_mnist(with_speck) - as_mnist(image)).max() < 0.05


def test_a_digit_whose_ink_lies_at_one_end_stays_in_the_field():
    image = Image.new("L", (300, 300), 255)
    image.paste(0, (50, 50, 250, 90))  # a broad stroke, and below it a narrower one
    image.paste(0, (140, 90, 160, 250))
    digit = as_mnist(image)
    rows = np.flatnonzero((digit > 0.4).any(axis=1))
    assert [rows[0], rows[-1]] == [8, 27]


def test_a_digit_that_touches_the_border_is_not_read_in_part():
    with pytest.raises(ValueError, match="with paper on all sides of the digit"):
        as_mnist(stroke((100, 100), (40, 0, 60, 80), 20, 230))


def test_a_speck_is_not_read_in_place_of_a_digit_that_reaches_the_border():
    image = stroke((300, 300), (140, 100, 160, 200), 20, 230)
    image.paste(100, (0, 145, 140, 155))  # fainter, from the digit to the border
    image.paste(20, (40, 40, 50, 50))
    with pytest.raises(ValueError, match="no digit"):
        as_mnist(image)


def test_an_area_is_no_stroke():
    with pytest.raises(ValueError, match="an area, not a stroke"):
        as_mnist(stroke((300, 300), (120, 120, 170, 170), 20, 230))


def test_a_thin_stroke_keeps_one_pixel():
    image = stroke((300, 300), (148, 40, 152, 260), 0, 255)
    digit = as_mnist(image)
    assert (digit > 0.3).any(axis=0).sum() == 1
    assert digit.sum(axis=0).max() == pytest.approx(20, rel=0.05)


def test_uneven_paper_is_no_ink():
    image = Image.fromarray(np.tile(np.linspace(120, 250, 100), (100, 1)).astype(np.uint8))
    image.paste(10, (45, 20, 55, 80))
    rows, columns = np.nonzero(as_mnist(image) > 0.5)
    assert np.ptp(rows) + 1 == 20 and np.ptp(columns) + 1 in (3, 4)


def test_the_noise_of_a_camera_is_no_ink():
    clean = np.asarray(stroke((600, 800), (250, 200, 330, 500), 60, 180), dtype=float)
    noise = np.random.default_rng(1).normal(scale=12, size=clean.shape)
    digit = as_mnist(Image.fromarray((clean + noise).clip(0, 255).astype(np.uint8)))
    rows, columns = np.nonzero(digit > 0.5)
    assert np.ptp(rows) + 1 == 20 and np.ptp(columns) + 1 in (5, 6)  # 300 × 80 pixels
    assert (digit > 0.1).sum() <= 21 * 7


def test_photographs_that_cannot_be_used(tmp_path):
    for bare in (Image.new("L", (50, 50), 200), stroke((50, 50), (20, 20, 30, 30), 195, 200)):
        with pytest.raises(ValueError, match="no digit that differs from its paper"):
            as_mnist(bare)
    with pytest.raises(TypeError, match="image is not a Pillow image but a ndarray"):
        as_mnist(np.zeros((28, 28)))
    with pytest.raises(FileNotFoundError, match="no photograph at"):
        read_photograph(tmp_path / "missing.png")
    (tmp_path / "text.png").write_text("no image", encoding="utf-8")
    with pytest.raises(ValueError, match=r"text.png is not an image that can be read"):
        read_photograph(tmp_path / "text.png")


def test_a_photograph_is_read_in_grey_with_white_behind_what_is_transparent(tmp_path):
    image = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (5, 2, 10, 8))
    image.save(tmp_path / "photo.png")
    grey = np.asarray(read_photograph(tmp_path / "photo.png"))
    assert grey.shape == (10, 20) and grey[0, 0] == 255 and grey[5, 7] == 76


def test_a_photograph_is_turned_as_the_camera_was_held(tmp_path):
    photograph = stroke((20, 10), (0, 0, 5, 5), 0, 255)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° to the right
    photograph.save(tmp_path / "photo.png", exif=exif)
    grey = np.asarray(read_photograph(tmp_path / "photo.png"))
    assert grey.shape == (20, 10) and grey[0, 9] == 0 and grey[0, 0] == 255


def test_a_photograph_of_16_bits_keeps_its_shades(tmp_path):
    shades = np.full((30, 20), 60_000, np.uint16)
    shades[10:20, 5:10] = 5_000  # both are more than 8 bits can hold
    shades[29, 19] = 0
    Image.fromarray(shades).save(tmp_path / "scan.png")
    grey = np.asarray(read_photograph(tmp_path / "scan.png"))
    assert grey[0, 0] == 60_000 // 256 and grey[15, 7] == 5_000 // 256


def test_a_photograph_of_16_bits_in_32_keeps_its_shades_and_more_are_rejected(tmp_path):
    path = tmp_path / "scan.ppm"
    path.write_bytes(b"P5 2 1 65535 " + np.array([60_000, 5_000], ">u2").tobytes())
    assert np.asarray(read_photograph(path)).tolist() == [[60_000 // 256, 5_000 // 256]]
    for shades in (np.full((2, 2), 70_000, np.int32), np.full((2, 2), 0.5, np.float32)):
        Image.fromarray(shades).save(tmp_path / "scan.tif")
        with pytest.raises(ValueError, match="scan.tif .* 32 bits per pixel: save it as PNG"):
            read_photograph(tmp_path / "scan.tif")


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "PPM"])
def test_the_usual_formats_are_read(tmp_path, name):
    stroke((20, 10), (0, 0, 10, 10), 0, 255).save(tmp_path / "photo", format=name)
    grey = np.asarray(read_photograph(tmp_path / "photo"))
    assert grey.shape == (10, 20) and grey[5, 2] < 10 and grey[5, 17] > 245


@pytest.mark.parametrize("name", ["EPS", "PDF", "ICO", "TGA"])
def test_a_format_that_calls_other_programs_or_is_rare_is_rejected(tmp_path, name):
    stroke((20, 10), (0, 0, 10, 10), 0, 255).save(tmp_path / "photo", format=name)
    with pytest.raises(ValueError, match="not an image that can be read: expected one of .* JPEG"):
        read_photograph(tmp_path / "photo")


def test_a_large_photograph_is_made_smaller_when_it_is_read(tmp_path):
    stroke((4500, 3000), (1000, 500, 1500, 2500), 20, 230).save(tmp_path / "photo.png")
    image = read_photograph(tmp_path / "photo.png")
    assert image.size == (1500, 1000)
    assert as_mnist(image).sum() == pytest.approx(20 * 5, rel=0.05)


@pytest.mark.parametrize("kind", ["truncated", "forged size", "too many pixels", "no digit"])
def test_damaged_photographs_are_named(tmp_path, kind):
    path = tmp_path / "photo.ppm"
    path.write_bytes(
        {
            "truncated": b"P5 20 10 255 " + bytes(100),
            "forged size": b"P5 2x 10 255 " + bytes(200),
            "too many pixels": b"P5 20000 20000 255 " + bytes(200),
            "no digit": b"",
        }[kind]
    )
    with pytest.raises(ValueError, match="photo.ppm is not an image that can be read"):
        read_photograph(path)


def test_a_photograph_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    path = tmp_path / "photo.png"
    Image.new("L", (5, 5)).save(path)

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr(type(path), "open", forbidden)
    with pytest.raises(PermissionError):
        read_photograph(path)


if __name__ == "__main__":  # record the readings again
    table = {kind: readings(kind) for kind in KINDS}
    READINGS.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@pytest.mark.parametrize("edge", [np.s_[0, 4], np.s_[-1, 4], np.s_[4, 0], np.s_[4, -1]])
def test_what_touches_the_edge_at_a_single_pixel_is_not_a_part(edge):
    mask = np.zeros((9, 9), bool)
    mask[edge] = mask[4, 4] = True
    parts, extents = photographs.parts_inside(mask)
    assert extents.tolist() == [0, 1] and parts[4, 4] == 1 and parts[edge] == 0


def test_a_digit_that_other_settings_see_otherwise_is_not_read(monkeypatch):
    """With other settings the digit appears elsewhere, so the readings do not agree."""
    image = staged_digit()
    assert as_mnist(image).shape == (28, 28)
    usual, calls = photographs.centred, []

    def moved(ink):
        calls.append(ink)
        return np.roll(usual(ink), 5 if len(calls) > 1 else 0, axis=1)

    monkeypatch.setattr(photographs, "centred", moved)
    with pytest.raises(ValueError, match=re.escape(photographs.UNSURE)):
        as_mnist(image)


def staged_digit():
    """A dark ring on white paper."""
    rows, columns = np.mgrid[:300, :300] - 150
    distance = np.hypot(rows, columns)
    ring = (distance > 50) & (distance < 68)
    return Image.fromarray(np.where(ring, 30, 235).astype(np.uint8))
