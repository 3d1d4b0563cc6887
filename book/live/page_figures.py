"""A matplotlib backend that shows each figure in the page, as SVG."""

import io
from itertools import count

from figure_in_page import as_part_of_page
from interpreter import show
from matplotlib import pyplot, rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

__all__ = ["FigureCanvas", "FigureManager"]


shown = count(1)  # for ids that are different from those of the page's other figures


class FigureManager(FigureManagerBase):
    """Shows all figures that are open, and closes them."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Take the place of `pyplot.show`."""
        for number in pyplot.get_fignums():
            svg = as_svg(pyplot.figure(number))
            show({"image/svg+xml": as_part_of_page(svg, "", f"live{next(shown)}-")})
        pyplot.close("all")


class FigureCanvas(FigureCanvasAgg):
    """Draws as Agg does, for what measures texts before the figure is shown."""

    manager_class = FigureManager


def as_svg(figure):
    """The figure as the text of an SVG element; the package's own figures know how."""
    if hasattr(figure, "as_svg"):
        return figure.as_svg()
    file = io.StringIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "backprop"}):
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    return file.getvalue()[file.getvalue().index("<svg") :]


def accept_newer_arguments():
    """Accept two arguments of matplotlib 3.10, which `backprop.figures` uses; the page has 3.8."""
    get_figure, boxplot = Artist.get_figure, Axes.boxplot

    def get_figure_or_root(artist, root=False):
        figure = get_figure(artist)
        return figure.figure if root and figure is not None else figure

    def boxplot_in_orientation(axes, *arguments, orientation="vertical", **options):
        return boxplot(axes, *arguments, vert=orientation == "vertical", **options)

    Artist.get_figure, Axes.boxplot = get_figure_or_root, boxplot_in_orientation


accept_newer_arguments()
