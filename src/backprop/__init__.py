"""Backpropagation, from a network computed by hand to many machines: the code of the chapters.

The package imports nothing by itself: `from backprop.network import Network`. Read the modules in
the order in which the book teaches them:

- by hand and in pure Python: `byhand`, `loops`;
- in arrays: `arrays`, `checks`, `activations`, `losses`, `initialization`, `parameters`, `layers`,
  `model`, `network`, `optimizers`, `training`;
- checks of the gradient, and of what the network has learned: `gradients`, `mistakes`, `diagnosis`,
  `inspection`;
- questions, checks and drills, and figures to move: `practice`, `explorers`;
- recurrent networks: `recurrent`, `fixed_point`, `through_time`, `gru`;
- automatic differentiation: `autodiff`;
- data, files and scores: `samples`, `tables`, `idx`, `photographs`, `datasets`, `scaling`,
  `comparison`, `files`, `saving`;
- many machines, and the program `backprop`: `distributed`, `command`.

Every picture is drawn by `figures`.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
