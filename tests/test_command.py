"""The program `backprop`, as a user runs it, in one process."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

from backprop.command import main
from backprop.command import train as training_command
from backprop.datasets import DATA_FOLDER, load_files
from backprop.idx import write_idx
from backprop.network import Network
from backprop.saving import load, save_network

CSV = DATA_FOLDER / "wheat_seeds.csv"
QUICK = ["--epochs", "15", "--batch-size", "21", "--learning-rate", "0.01", "--quiet"]


@pytest.fixture
def trained(tmp_path):
    """The file of a network that was trained on the wheat seeds."""
    output = tmp_path / "seeds.npz"
    main(["train", str(CSV), *QUICK, "--output", str(output)])
    return output


def test_a_network_is_trained_saved_and_described(trained, capsys):
    saved = load(trained)
    table = load_files([CSV])
    assert saved.class_names == ("Canadian", "Kama", "Rosa")
    assert saved.feature_names == table.feature_names
    assert saved.network.sizes == [7, 30, 3] and saved.notes["rows"] == 210
    assert saved.optimizer.steps_done == 15 * 8  # 168 rows, 21 at a time
    assert set(saved.versions) == {"backprop", "numpy", "python"}
    history = pd.read_csv(trained.with_name("seeds-history.csv"), index_col="epoch")
    assert list(history.index) == list(range(1, 16))
    assert history["loss"].iloc[-1] < history["loss"].iloc[0] / 2
    _, _, test = training_command.split(table, 0.2, 0.0, 0)
    accuracy = (saved.network.classify(saved.scaling(test.X)) == test.labels).mean()
    assert accuracy > 0.85
    main(["train", str(CSV), *QUICK, "--output", str(trained)])
    assert f"accuracy on the 42 rows held out: {accuracy:.3f}" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_network(trained, tmp_path):
    main(["train", str(CSV), *QUICK, "--output", str(tmp_path / "again.npz")])
    main(["train", str(CSV), *QUICK, "--seed", "1", "--output", str(tmp_path / "other.npz")])
    first, again, other = (load(tmp_path / f"{n}.npz") for n in ("seeds", "again", "other"))
    assert np.array_equal(first.network.parameters, again.network.parameters)
    assert not np.array_equal(first.network.parameters, other.network.parameters)


def test_a_resumed_training_is_one_training(tmp_path):
    once, twice = tmp_path / "once.npz", tmp_path / "twice.npz"
    common = ["train", str(CSV), "--batch-size", "21", "--quiet"]
    for optimizer in ("adam", "momentum", "rmsprop", "gradient-descent"):
        main([*common, "--epochs", "6", "--optimizer", optimizer, "--output", str(once)])
        main([*common, "--epochs", "2", "--optimizer", optimizer, "--output", str(twice)])
        main([*common, "--epochs", "4", "--resume", str(twice), "--output", str(twice)])
        assert np.array_equal(load(once).network.parameters, load(twice).network.parameters)
        histories = [
            pd.read_csv(path.with_name(f"{path.stem}-history.csv")) for path in (once, twice)
        ]
        pd.testing.assert_frame_equal(*histories)


def test_what_a_resumed_training_may_not_change(trained, tmp_path, capsys):
    for option in (["--hidden", "5"], ["--seed", "1"], ["--float32"], ["--test-share", "0.1"]):
        with pytest.raises(SystemExit, match=f"{option[0]} is fixed by .*seeds.npz: leave it out"):
            main(["train", str(CSV), "--resume", str(trained), *option])
    shorter = tmp_path / "shorter.csv"
    shorter.write_text(
        "\n".join(CSV.read_text(encoding="utf-8").splitlines()[:-5]), encoding="utf-8"
    )
    with pytest.raises(SystemExit, match="has 205 rows, but the training began with 210"):
        main(["train", str(shorter), "--resume", str(trained)])
    bare = tmp_path / "bare.npz"
    save_network(Network([7, 3], generator=np.random.default_rng(0)), bare)
    with pytest.raises(SystemExit, match="bare.npz has no record of its training"):
        main(["train", str(CSV), "--resume", str(bare)])


def test_predictions_are_those_of_the_network_in_any_order_of_columns(trained, tmp_path, capsys):
    table = pd.read_csv(CSV)
    turned = tmp_path / "turned.csv"
    table[table.columns[::-1]].to_csv(turned, index=False, sep=";")
    capsys.readouterr()
    main(["predict", str(trained), str(CSV)])
    printed = capsys.readouterr().out
    main(["predict", str(trained), str(turned), "--output", str(tmp_path / "predicted.csv")])
    assert (tmp_path / "predicted.csv").read_text(encoding="utf-8") == printed
    predicted = pd.read_csv(io.StringIO(printed))
    saved = load(trained)
    outputs = saved.network.predict(saved.scaling(load_files([CSV]).X))
    assert list(predicted.columns) == ["class", *(f"probability of {n}" for n in saved.class_names)]
    np.testing.assert_allclose(predicted.iloc[:, 1:], outputs, rtol=1e-5)
    assert (predicted["class"] == np.array(saved.class_names)[outputs.argmax(axis=1)]).all()


def test_an_evaluation_counts(trained, capsys):
    capsys.readouterr()
    main(["evaluate", str(trained), str(CSV)])
    text = capsys.readouterr().out
    saved, table = load(trained), load_files([CSV])
    predicted = saved.network.classify(saved.scaling(table.X))
    assert f"accuracy {(predicted == table.labels).mean():.4f}" in text
    assert f"loss {saved.network.loss_value(saved.scaling(table.X), table.Y):.4f}" in text
    counts = [[int(n) for n in re.findall(r"\d+", line)] for line in text.splitlines()[-3:]]
    assert counts == [
        [((table.labels == own) & (predicted == other)).sum() for other in range(3)]
        for own in range(3)
    ]


def test_a_column_with_a_large_offset_does_not_spoil_float32(tmp_path, capsys):
    draw = np.random.default_rng(0)
    labels = draw.integers(2, size=300)
    table = pd.DataFrame(
        {"x": 1e6 + labels + draw.normal(scale=0.2, size=300), "y": draw.random(300)}
    )
    table["class"] = np.array(["low", "high"])[labels]
    path, output = tmp_path / "offset.csv", str(tmp_path / "offset.npz")
    table.to_csv(path, index=False)
    main(["train", str(path), *QUICK, "--float32", "--output", output])
    capsys.readouterr()
    main(["evaluate", output, str(path)])
    assert float(re.search(r"accuracy ([\d.]+)", capsys.readouterr().out)[1]) > 0.97


def test_idx_files_stay_bytes_and_are_predicted(tmp_path, capsys):
    draw = np.random.default_rng(4)
    labels = draw.integers(3, size=90).astype(np.uint8)
    images = (draw.integers(60, size=(90, 4, 4)) + 90 * labels[:, None, None]).astype(np.uint8)
    paths = [str(tmp_path / "images"), str(tmp_path / "labels")]
    write_idx(images, paths[0])
    write_idx(labels, paths[1])
    output = str(tmp_path / "images.npz")
    main(["train", *paths, *QUICK, "--output", output])
    capsys.readouterr()
    main(["predict", output, paths[0]])
    predicted = pd.read_csv(io.StringIO(capsys.readouterr().out))["class"]
    assert (predicted == labels).mean() > 0.95
    main(["evaluate", output, *paths])
    assert "90 samples" in capsys.readouterr().out
    write_idx(np.where(labels == 2, 3, labels).astype(np.uint8), paths[1])
    with pytest.raises(SystemExit, match="has the label 3, but the network knows 3 classes"):
        main(["evaluate", output, *paths])
    write_idx(images[:, :2], paths[0])
    with pytest.raises(SystemExit, match="arrays of 8 numbers, but the network takes 16"):
        main(["predict", output, paths[0]])


def test_validation_keeps_the_best_epoch(tmp_path, capsys):
    output = tmp_path / "best.npz"
    options = ["--validation-share", "0.2", "--patience", "3", "--epochs", "400"]
    main(["train", str(CSV), *QUICK[2:], *options, "--output", str(output)])
    history = pd.read_csv(output.with_name("best-history.csv"))
    assert (
        len(history) < 400 and "no smaller validation loss for 3 epochs" in capsys.readouterr().out
    )
    saved = load(output)
    _, validation, _ = training_command.split(load_files([CSV]), 0.2, 0.2, 0)
    loss = saved.network.loss_value(saved.scaling(validation.X), validation.Y)
    assert loss == pytest.approx(history["validation_loss"].min(), rel=1e-9)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_saves_what_was_reached(tmp_path, request):
    output = tmp_path / "stopped.npz"
    running = subprocess.Popen(
        [sys.executable, "-m", "backprop", "train", CSV, "--epochs", "1000000", "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"TQDM_DISABLE": "0"},
        # A shell starts what runs in the background with Ctrl-C ignored, and children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    request.addfinalizer(running.kill)
    while "Network(" not in (line := running.stdout.readline()):
        assert line or running.poll() is None, running.stderr.read()
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130, err
    assert "interrupted in epoch" in out and f"saved to {output}" in err
    assert "Traceback" not in err and "/1000000 [" in err  # the progress bar
    assert load(output).optimizer.steps_done > 0
    assert len(pd.read_csv(output.with_name("stopped-history.csv"))) > 1


def test_help_works_without_dask(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "dask", None)
    for options in (["--help"], ["train", "--help"], ["predict", "--help"], ["evaluate", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(options)
        assert ended.value.code == 0 and "usage: backprop" in capsys.readouterr().out


def test_workers_without_dask_say_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "dask", None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="backprop: .* needs Dask: run `pip install"):
        main(["train", str(CSV), "--workers", "2"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["train", "none.csv"], "no data file at none.csv"),
        (["train", str(CSV), "--seed", "-1"], "--seed is -1: give a whole number of at least 0"),
        (["train", str(CSV), "--hidden", "0"], r"sizes\[1\] is 0"),
        (["train", str(CSV), "--epochs", "0"], "epochs is 0"),
        (["train", str(CSV), "--batch-size", "0"], "batch_size is 0"),
        (["train", str(CSV), "--learning-rate", "-1"], "the learning rate is -1.0"),
        (["train", str(CSV), "--learning-rate", "nan"], "the learning rate is nan"),
        (["train", str(CSV), "--test-share", "0.6", "--validation-share", "0.5"], "leave no rows"),
        (["train", str(CSV), "--patience", "0"], "--patience is 0"),
        (["train", str(CSV), "--label", "colour"], "there is no column 'colour'"),
        (["train", str(CSV), "--output", "/no/such/folder/n.npz"], "cannot write /no/such/folder"),
        (["predict", "none.npz", str(CSV)], "no network file at none.npz"),
        (["predict", str(CSV), str(CSV)], "is not a network file"),
        (["evaluate", "none.npz", str(CSV)], "no network file at none.npz"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=message) as ended:
        main(options)
    text = str(ended.value)
    assert text.startswith("backprop: ") and "\n" not in text
    assert not list(tmp_path.iterdir())


def test_new_samples_are_in_one_csv_file_or_two_idx_files(trained):
    with pytest.raises(SystemExit, match="3 files: give one CSV file, or two IDX files"):
        main(["evaluate", str(trained), *[str(CSV)] * 3])


def test_new_samples_without_a_feature_are_rejected(trained, tmp_path):
    table = pd.read_csv(CSV)
    incomplete = tmp_path / "incomplete.csv"
    table.drop(columns=table.columns[2]).to_csv(incomplete, index=False)
    with pytest.raises(SystemExit, match=f"there is no column '{table.columns[2]}'"):
        main(["predict", str(trained), str(incomplete)])
    strange = tmp_path / "strange.csv"
    table.replace({"variety": {"Rosa": "Rosé"}}).to_csv(strange, index=False)
    with pytest.raises(SystemExit, match="Rosé"):
        main(["evaluate", str(trained), str(strange)])


def test_a_network_without_names_cannot_classify(tmp_path):
    path = save_network(Network([7, 3], generator=np.random.default_rng(1)), tmp_path / "bare.npz")
    for command in ("predict", "evaluate"):
        with pytest.raises(SystemExit, match="has no names for its outputs and inputs"):
            main([command, str(path or tmp_path / "bare.npz"), str(CSV)])
