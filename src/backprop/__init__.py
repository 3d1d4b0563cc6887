"""Backpropagation, from a network computed by hand to many machines: what the chapters import.

Read the modules in the order in which the book teaches them: `byhand`, `loops`, `activations`,
`losses`, `layers`, `network`, `optimizers`, `training`, `gradients`, `datasets`, then `recurrent`,
`fixed_point` and `through_time`, `autodiff`, `diagnosis` and `slips`, and `distributed`. Every
picture is drawn by `figures`.
"""

__version__ = "0.1.0"
