"""Settings that every test shares."""

import os

import matplotlib
from hypothesis import settings

# The same examples in every run, and no limit on their time: a slow machine is not a failure.
settings.register_profile("course", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("course")

matplotlib.use("Agg")

# Kernels that nbval starts inherit these: no progress bars in outputs, sets in a fixed order.
os.environ |= {"TQDM_DISABLE": "1", "PYTHONHASHSEED": "0"}
