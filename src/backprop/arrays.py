"""How annotations name the arrays of a network: parameters, samples, outputs, gradients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array"]

Array = NDArray[np.floating]
"""An array of floats, of any shape, in float64 or float32."""
