"""IDX files, the digits, photographs: what is right comes back, what is wrong is named."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from PIL import Image

from backprop.datasets import load_digits
from backprop.idx import TYPES, read_idx, write_idx
from backprop.photographs import as_mnist, ink_of, read_photograph

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
    "text": (b"1,2,3\n4,5,6", "no IDX file: it begins with 31 2c 32 2c"),
    "unknown type": (idx([3], b"abc", code=7), "no IDX file: it begins with 00 00 07 01"),
    "cut in the header": (idx([2, 3], b"")[:9], "ends within its header"),
    "cut in the numbers": (idx([2, 3], b"abcde"), "announces 6 bytes of numbers and 5 are there"),
    "too long": (idx([2, 3], b"abcdefg"), "goes on after the 6 bytes"),
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
        with pytest.raises(ValueError, match=r"images.gz is (truncated or damaged|no IDX file)"):
            read_idx(path)


def test_a_compressed_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(idx([10], b""))
        for _ in range(200):
            file.write(bytes(2**20))
    assert path.stat().st_size < 2**19
    with pytest.raises(ValueError, match="goes on after the 10 bytes"):
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
    rows, columns = np.nonzero(digit)
    assert np.ptp(rows) + 1 == 20 and np.ptp(columns) + 1 == 4  # 200 × 40 pixels, ten times smaller
    assert [rows.mean(), columns.mean()] == pytest.approx([14, 14], abs=0.51)


def test_the_digits_of_mnist_stay_nearly_as_they_are():
    _, test = load_digits()
    distances = []
    for x in test.X[:50]:
        large = Image.fromarray((255 * (1 - x.reshape(28, 28))).astype(np.uint8))
        again = as_mnist(large.resize((280, 280), Image.Resampling.BICUBIC))
        distances.append(np.abs(again - x.reshape(28, 28)).mean())
    assert np.mean(distances) < 0.04  # half a pixel off centre would double it


def test_little_ink_is_not_rounded_away():
    image = Image.new("L", (399, 399), 255)
    for place, shade in ((5, 185), (24, 0), (393, 185)):  # one pixel each, and 19 become one
        image.putpixel((place, place), shade)
    digit = as_mnist(image)
    assert digit.max() == 1 and np.flatnonzero(digit.any(axis=1)).tolist() == [8, 9, 27]


def test_all_pixels_that_become_one_count():
    # Half of the pixels, at random, are ink: of 10 × 10 about 50.
    dots = np.full((400, 400), 255, np.uint8)
    dots[100:300, 100:300] *= np.random.default_rng(0).integers(2, size=(200, 200), dtype=np.uint8)
    digit = as_mnist(Image.fromarray(dots))
    assert np.count_nonzero(digit) == 400 and digit[digit > 0].min() > 0.5


def test_a_digit_whose_ink_lies_at_one_end_stays_in_the_field():
    image = Image.new("L", (300, 300), 255)
    image.paste(0, (50, 50, 250, 70))  # a broad stroke, and far below it a thin one
    image.paste(0, (149, 70, 151, 250))
    digit = as_mnist(image)
    assert np.flatnonzero(digit.any(axis=1))[-1] <= 27 and digit[-9:].any()


def test_a_digit_that_touches_the_border_is_still_ink():
    image = stroke((100, 100), (20, 0, 30, 100), 20, 230)
    image.paste(173, (40, 40, 45, 45))  # faint ink, by 57 of 210 darker than the paper
    ink = ink_of(image)
    assert ink[50, 25] == 1 and ink[50, 90] == 0 and ink[42, 42] == pytest.approx(57 / 210)


def test_a_hairline_keeps_one_pixel():
    image = stroke((300, 300), (100, 40, 102, 260), 0, 255)  # 220 times as high as broad, nearly
    digit = as_mnist(image)
    assert digit.any(axis=0).sum() == 1 and digit.any(axis=1).sum() == 20


def test_uneven_paper_is_no_ink():
    image = Image.fromarray(np.tile(np.linspace(200, 250, 100), (100, 1)).astype(np.uint8))
    image.paste(10, (40, 30, 60, 70))
    ink = ink_of(image)
    assert np.flatnonzero(ink.any(axis=0)).tolist() == list(range(40, 60))


def test_the_noise_of_a_camera_is_no_ink():
    clean = np.asarray(stroke((600, 800), (250, 200, 330, 500), 60, 180), dtype=float)
    noise = np.random.default_rng(1).normal(scale=12, size=clean.shape)
    digit = as_mnist(Image.fromarray((clean + noise).clip(0, 255).astype(np.uint8)))
    rows, columns = np.nonzero(digit > 0.5)
    assert np.ptp(rows) + 1 == 20 and np.ptp(columns) + 1 in (5, 6)  # 300 × 80 pixels
    assert (digit > 0).sum() <= 20 * 6


def test_photographs_that_cannot_be_used(tmp_path):
    for bare in (Image.new("L", (50, 50), 200), stroke((50, 50), (20, 20, 30, 30), 195, 200)):
        with pytest.raises(ValueError, match="no digit that differs from its paper"):
            as_mnist(bare)
    with pytest.raises(FileNotFoundError, match="no photograph at"):
        read_photograph(tmp_path / "missing.png")
    (tmp_path / "text.png").write_text("no image", encoding="utf-8")
    with pytest.raises(ValueError, match=r"text.png is no image that can be read"):
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
    Image.fromarray(shades).save(tmp_path / "scan.png")
    grey = np.asarray(read_photograph(tmp_path / "scan.png"))
    assert grey[0, 0] == 60_000 // 256 and grey[15, 7] == 5_000 // 256


def test_a_large_photograph_is_made_smaller_when_it_is_read(tmp_path):
    stroke((4500, 3000), (1000, 500, 2000, 2500), 20, 230).save(tmp_path / "photo.png")
    image = read_photograph(tmp_path / "photo.png")
    assert image.size == (1500, 1000)
    assert as_mnist(image).any(axis=0).sum() == 10  # half as broad as high


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
    with pytest.raises(ValueError, match="photo.ppm is no image that can be read"):
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
