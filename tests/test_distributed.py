"""Training on several machines, with real worker processes; skipped where Dask is not installed."""

import logging
import os
import re
import signal
import subprocess
import sys
import textwrap
import tracemalloc
from types import SimpleNamespace

import nbformat
import numpy as np
import psutil
import pytest

from backprop.datasets import DATA_FOLDER, load_files, load_wheat_seeds, standardize
from backprop.idx import write_idx
from backprop.losses import SquaredError
from backprop.network import Network
from backprop.optimizers import Momentum
from backprop.saving import load
from backprop.training import TrainingDiverged, train

distributed = pytest.importorskip(
    "dask.distributed",
    reason="no test of this file runs without Dask: pip install -r requirements-scale.txt",
)

from backprop.command import main  # noqa: E402
from backprop.command import train as training_command  # noqa: E402
from backprop.distributed import workers  # noqa: E402
from backprop.distributed.workers import DistributedNetwork, Part, train_on_workers  # noqa: E402

(WHEAT,) = standardize(load_wheat_seeds())
CSV = DATA_FOLDER / "wheat_seeds.csv"
TINY = "length,class\n1,a\n2,b\n3,a\n"


@pytest.fixture(scope="module")
def client():
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )
    with cluster, distributed.Client(cluster, direct_to_workers=True) as client:
        yield client


@pytest.fixture
def two_workers(client):
    """The client, once two workers are there: a test may have killed one."""
    client.wait_for_workers(2, timeout=20)
    return client


def new_network(seed=1, sizes=(7, 5, 3), **settings):
    settings = {"loss": "categorical cross-entropy", "l2": 0.01} | settings
    activations = settings.pop("activations", ["tanh", "softmax"])
    return Network(sizes, activations, generator=np.random.default_rng(seed), **settings)


def trained(client=None, *, epochs=3, batch_size=25):
    """A network after some epochs, and its history: on workers, or without a client in one process.

    The rows are 209, so that the parts of two workers differ in size.
    """
    network = new_network()
    settings = {"epochs": epochs, "batch_size": batch_size, "generator": np.random.default_rng(2)}
    data = network, WHEAT.X[1:], WHEAT.Y[1:], Momentum(0.1)
    history = train_on_workers(client, *data, **settings) if client else train(*data, **settings)
    return network.parameters, history.frame()["loss"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"activations": "sigmoid", "loss": "squared error", "l2": 0.0},
        {"bias": False, "sizes": (7, 3), "activations": ["softmax"]},
        {"activations": "sigmoid", "loss": SquaredError("nothing")},
        {"activations": "sigmoid", "loss": SquaredError("elements", half=False)},
    ],
    ids=["softmax", "squared error", "no bias", "a sum", "a mean over elements"],
)
def test_the_gradient_is_that_of_a_single_process(two_workers, settings):
    network = new_network(**settings)
    parts = DistributedNetwork(two_workers, network, WHEAT.X[1:], WHEAT.Y[1:])
    assert sorted(len(part.X) for part in parts.parts) == [104, 105]
    some = np.random.default_rng(3).permutation(209)[:40]
    # All rows, a mini-batch, and one that lies in the first part alone.
    for rows in (parts.rows, some, np.array([5, 3])):
        loss, gradient = network.loss_and_gradient(WHEAT.X[1:][rows], WHEAT.Y[1:][rows])
        forward = parts.forward(rows)
        assert parts.loss_of(forward, rows) == pytest.approx(loss, rel=0, abs=1e-12)
        np.testing.assert_allclose(parts.backward(forward, rows), gradient, rtol=0, atol=1e-12)


@pytest.mark.parametrize("batch_size", [None, 25])
def test_training_is_that_of_a_single_process(two_workers, batch_size):
    parameters, losses = trained(two_workers, batch_size=batch_size)
    expected_parameters, expected_losses = trained(batch_size=batch_size)
    np.testing.assert_allclose(parameters, expected_parameters, rtol=0, atol=1e-12)
    np.testing.assert_allclose(losses, expected_losses, rtol=0, atol=1e-12)


def test_float32_stays_float32(two_workers):
    network = new_network(dtype=np.float32)
    parts = DistributedNetwork(two_workers, network, WHEAT.X, WHEAT.Y)
    parts.backward(parts.forward(parts.rows), parts.rows)
    assert parts.gradient.dtype == np.float32
    _, gradient = network.loss_and_gradient(WHEAT.X, WHEAT.Y)
    np.testing.assert_allclose(parts.gradient, gradient, rtol=0, atol=1e-6)


def test_a_worker_killed_in_mid_epoch_changes_nothing(two_workers, monkeypatch, caplog):
    expected_parameters, expected_losses = trained(two_workers)
    processes = two_workers.run(os.getpid)
    asked = []
    ask = workers.RemotePart.ask

    def ask_a_dying_worker(part, *question):
        asked.append(part.worker)
        victim = processes.get(part.worker) if len(asked) == 20 else None  # in the second epoch
        if victim:
            os.kill(victim, signal.SIGSTOP)  # so that it cannot answer before it dies
        ask(part, *question)
        if victim:
            os.kill(victim, signal.SIGKILL)

    monkeypatch.setattr(workers.RemotePart, "ask", ask_a_dying_worker)
    parameters, losses = trained(two_workers)
    assert not psutil.pid_exists(processes[asked[19]])
    assert f"lost {asked[19]}: its 10" in caplog.text and asked[-1] != asked[19]
    # Not merely close: the same parts were added in the same order.
    assert np.array_equal(parameters, expected_parameters)
    assert losses.tolist() == expected_losses.tolist()


def test_a_part_that_every_worker_dies_of_ends_the_training(two_workers, monkeypatch):
    parts = DistributedNetwork(two_workers, new_network(), WHEAT.X, WHEAT.Y)
    monkeypatch.setattr(workers.RemotePart, "answer", lambda part: None)
    with pytest.raises(ConnectionError, match="3 workers in a row were lost.* 105 rows"):
        parts.forward(parts.rows)


def test_no_row_travels_twice(two_workers, monkeypatch):
    sent, asked = [], []
    scatter, ask = two_workers.scatter, workers.RemotePart.ask

    def counted_scatter(data, **settings):
        assert settings["direct"]  # and not by way of the scheduler
        sent.extend(array.nbytes for array in data)
        return scatter(data, **settings)

    def counted_ask(part, *question):
        asked.append(sum(array.nbytes for array in question if array is not None))
        ask(part, *question)

    monkeypatch.setattr(two_workers, "scatter", counted_scatter)
    monkeypatch.setattr(workers.RemotePart, "ask", counted_ask)
    before = two_workers.run(transfers)
    parameters, _ = trained(two_workers, epochs=4)
    assert sum(sent) == 209 * (7 + 3) * 8 and len(sent) == 4  # X and Y of two parts
    # 4 epochs of 9 steps for two parts: each gets the parameters, and the number of each row.
    assert sum(asked) == 4 * (9 * 2 * parameters.nbytes + 209 * 8)
    assert two_workers.run(transfers) == before  # workers sent nothing to each other


def transfers(dask_worker):
    """How often a worker has fetched data from another one."""
    return dask_worker.state.transfer_incoming_count_total


def test_a_worker_needs_its_part_and_three_copies_of_the_parameters():
    network = new_network(sizes=(400, 500, 3), l2=0.0)
    X, Y = np.ones((2, 400)), np.eye(3)[:2]
    arriving = network.parameters.copy()
    settings = workers.settings_of(network)
    _, expected = network.loss_and_gradient(X, Y)
    tracemalloc.start()
    part = Part(X, Y, settings)
    _, gradient = part.loss_and_gradient(arriving)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(gradient, expected)
    assert peak < 2.1 * arriving.nbytes  # and `arriving` is the third


def test_rows_that_arrive_at_an_odd_address_are_moved_to_an_even_one():
    arriving = bytearray(8 * 7 + 5)
    X = np.frombuffer(arriving, offset=5).reshape(1, 7)
    if X.flags.aligned:  # where the buffer itself began at an odd address
        X = np.frombuffer(arriving, offset=4, count=7).reshape(1, 7)
    assert not X.flags.aligned
    assert Part(X, np.eye(3)[:1], workers.settings_of(new_network())).X.flags.aligned


def test_divergence_is_reported_as_in_a_single_process(two_workers):
    network = new_network(loss="squared error", activations="identity")
    with pytest.raises(TrainingDiverged, match="smaller learning rate"):
        train_on_workers(two_workers, network, WHEAT.X, WHEAT.Y, Momentum(1e6), epochs=200)
    assert np.isfinite(network.parameters).all()


def test_more_workers_than_rows_and_a_validation_part_are_refused(two_workers):
    with pytest.raises(ValueError, match="2 workers but only 1 rows"):
        DistributedNetwork(two_workers, new_network(), WHEAT.X[:1], WHEAT.Y[:1])
    with pytest.raises(ValueError, match="leave validation out"):
        train_on_workers(
            two_workers, new_network(), WHEAT.X, WHEAT.Y, Momentum(1), validation=(WHEAT.X, WHEAT.Y)
        )


def test_the_program_on_the_page_computes_what_the_page_says(tmp_path):
    """The listings of the text, which the notebook itself does not run, as a script."""
    notebook = nbformat.read(
        DATA_FOLDER.parent / "book" / "17b_several_machines.ipynb", as_version=4
    )
    before = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and re.search("^import |^def new_network", cell.source, re.M)
    ]
    listings = [
        listing
        for cell in notebook.cells
        for listing in re.findall(r"^```python\n(.+?)^```", cell.source, flags=re.M | re.S)
    ]
    after = [
        "expected = new_network()",
        "for _ in range(10):",
        "    _, gradient = expected.loss_and_gradient(training.X, training.Y)",
        "    expected.parameters -= 0.5 * gradient",
        "np.testing.assert_allclose(network.parameters, expected.parameters, rtol=0, atol=1e-12)",
    ]
    assert len(listings) == 3
    script = tmp_path / "chapter.py"
    program = "\n".join([*before, *listings, *after])
    script.write_text(
        "if __name__ == '__main__':\n" + textwrap.indent(program, "    "), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_the_program_trains_on_a_csv_file_and_leaves_no_process(tmp_path):
    """As a user runs it: a process of its own, which starts and ends its workers."""
    output = tmp_path / "seeds.npz"
    options = ["--workers", "2", "--batch-size", "84", "--epochs", "15", "--output", output]
    options += ["--optimizer", "momentum", "--learning-rate", "0.1"]
    command = [sys.executable, "-m", "backprop", "train", CSV, *options]
    done = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        env=os.environ | {"TQDM_DISABLE": "0"},
    )
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    assert "in this order: Canadian, Kama, Rosa" in out and "training on 2 workers" in out
    assert "/15 [" in err  # the progress bar
    left = [process for process in psutil.process_iter() if session(process.pid) == done.pid]
    assert not psutil.wait_procs(left, timeout=5)[1]

    saved = load(output)
    assert saved.network.sizes == [7, 30, 3] and saved.class_names == ("Canadian", "Kama", "Rosa")
    _, _, test = training_command.split(load_files([CSV]), 0.2, 0.0, 0)
    accuracy = (saved.network.classify(saved.scaling(test.X)) == test.labels).mean()
    assert accuracy > 0.85 and f"accuracy on the 42 rows held out: {accuracy:.3f}" in out


def session(pid):
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def test_the_program_trains_on_idx_files_on_a_running_cluster(two_workers, tmp_path, capsys):
    draw = np.random.default_rng(4)
    labels = draw.integers(3, size=90).astype(np.uint8)
    images = (draw.integers(60, size=(90, 4, 4)) + 90 * labels[:, None, None]).astype(np.uint8)
    files = [str(tmp_path / "images"), str(tmp_path / "labels")]
    write_idx(images, files[0])
    write_idx(labels, files[1])
    options = ["--scheduler", two_workers.scheduler.address, "--float32", "--hidden", "8"]
    options += ["--optimizer", "momentum", "--batch-size", "12", "--epochs", "10"]
    main(["train", *files, *options, "--output", str(tmp_path / "images.npz")])
    assert "72 rows trained on: 1.000" in capsys.readouterr().out
    saved = load(tmp_path / "images.npz")
    assert saved.network.sizes == [16, 8, 3] and saved.network.dtype == np.float32
    X = saved.scaling(images.reshape(90, 16))
    assert (saved.network.classify(X) == labels).mean() > 0.97
    assert two_workers.nthreads()  # somebody else's cluster goes on


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scheduler", "tcp://127.0.0.1:9"], "no scheduler answers at tcp://127.0.0.1:9 within"),
        (["--scheduler", "nonsense://"], "no scheduler answers at nonsense://"),
        (["--workers", "4"], "--workers is 4 for 2 rows: each worker needs at least one"),
        (["--workers", "0"], "--workers is 0: give a whole number"),
        (["--test-share", "1"], "--test-share is 1.0: give a finite number of at least 0"),
        (["--epochs", "0", "--workers", "1"], "epochs is 0: give a whole number of at least 1"),
        (["--output", "/no/such/folder/network.npz"], "cannot write /no/such/folder/network.npz"),
        (["--label", "colour"], "tiny.csv, line 1: there is no column 'colour'; the columns are"),
        (["--separator", ";"], "tiny.csv, line 1: one column, 'length,class'"),
        (["extra.idx"], "is not an IDX file"),
        (["extra.idx", "labels.idx"], "3 files: give one CSV file, or two IDX files"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, monkeypatch, options, message):
    monkeypatch.setattr(training_command, "TO_CONNECT", 0.5)
    monkeypatch.chdir(tmp_path)
    for name in ("tiny.csv", "extra.idx"):
        (tmp_path / name).write_text(TINY, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["train", "tiny.csv", *options])
    text = str(ended.value)
    assert text.startswith("backprop: ") and message in text and "\n" not in text
    assert not list(tmp_path.glob("*.npz*"))


def test_a_part_goes_to_who_has_the_fewest_and_back_to_where_it_was_lost_at_the_last(monkeypatch):
    monkeypatch.setattr(workers, "living", lambda client: ["a", "b", "c"])
    parts = [SimpleNamespace(worker=worker) for worker in "aabc"]
    network = SimpleNamespace(parts=parts, client=None)
    order = workers.DistributedNetwork.next_workers(network, SimpleNamespace(worker="b"))
    assert order == ["c", "a", "b"]
