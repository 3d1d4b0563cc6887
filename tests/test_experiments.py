"""The stored results of the long experiments are those that the scripts produce."""

import runpy

import pandas as pd

from backprop.datasets import DATA_FOLDER

EXPERIMENTS = DATA_FOLDER.parent / "book" / "experiments"


def test_wheat_seeds_stores_every_run_and_one_run_comes_back():
    script = runpy.run_path(str(EXPERIMENTS / "wheat_seeds.py"))
    stored = pd.read_csv(EXPERIMENTS / "wheat_seeds.csv")
    runs = list(stored.groupby(["class_order", "scaling", "seed"], sort=False).groups)
    assert runs == [(" ".join(order), *rest) for order, *rest in script["settings"]()]
    assert len(stored) == 5 * len(runs)

    again = pd.DataFrame(script["run"](*script["settings"]()[-1]))
    pd.testing.assert_frame_equal(again, stored.iloc[-5:].reset_index(drop=True))


def test_every_experiment_has_its_script_and_its_results():
    scripts = {path.stem for path in EXPERIMENTS.glob("*.py")}
    results = {path.stem for path in EXPERIMENTS.glob("*.csv")}
    assert scripts == results and scripts
