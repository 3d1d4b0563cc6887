"""Backpropagation, from a network computed by hand to arrays: what the book's chapters import.

Read the modules in the order in which the book teaches them: `byhand`, `loops`, `activations`,
`losses`, `layers`, `network`, `optimizers`, `training`, `gradients`, `recurrent`, `fixed_point`,
`through_time`, `datasets`, `figures`.
"""

__version__ = "0.1.0"
