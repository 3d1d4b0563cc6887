"""Every picture of the book. No other module imports matplotlib.

Each function takes numbers, sizes or a trace, and returns a matplotlib Figure. The figure is
created through pyplot, so that a notebook shows it with ``plt.show()``; a program that creates many
of them closes each with ``plt.close(figure)``. No function changes matplotlib's settings for other
code, and none shows or saves anything.

The pictures have an opaque background of their own, legible on light and on dark pages. Colour is
never the only carrier of a meaning: series also differ in line and marker, and the forward and the
backward pass in the direction of their arrows, in solid and dashed lines, and in words.

`style` has the common look, `canvas` the elements of drawings, `checks` the checks of arguments;
the other modules are named by topic.
"""

from backprop.figures.automatic import draw_value_graph
from backprop.figures.byhand import draw_trace, draw_update, plot_predictions
from backprop.figures.curves import (
    plot_activation,
    plot_central_difference,
    plot_descent,
    plot_error_against_step,
    plot_error_curve,
    plot_paths,
    plot_slope,
)
from backprop.figures.networks import draw_computation_graph, draw_network, plot_matrix_product
from backprop.figures.recurrent import draw_cycles, draw_relaxation, draw_unrolled
from backprop.figures.regions import plot_regions
from backprop.figures.results import (
    plot_confusion,
    plot_features,
    plot_histograms,
    plot_images,
    plot_scores,
    plot_speed_ratio,
)
from backprop.figures.scale import draw_data_parallel, plot_by_rows, plot_roofline, plot_time_shares
from backprop.figures.trials import plot_bands, plot_boxes

__all__ = [
    "draw_computation_graph",
    "draw_cycles",
    "draw_data_parallel",
    "draw_network",
    "draw_relaxation",
    "draw_trace",
    "draw_unrolled",
    "draw_update",
    "draw_value_graph",
    "plot_activation",
    "plot_bands",
    "plot_boxes",
    "plot_by_rows",
    "plot_central_difference",
    "plot_confusion",
    "plot_descent",
    "plot_error_against_step",
    "plot_error_curve",
    "plot_features",
    "plot_histograms",
    "plot_images",
    "plot_matrix_product",
    "plot_paths",
    "plot_predictions",
    "plot_regions",
    "plot_roofline",
    "plot_scores",
    "plot_slope",
    "plot_speed_ratio",
    "plot_time_shares",
]
