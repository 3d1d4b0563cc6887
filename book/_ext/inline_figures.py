"""Put each figure into its page as SVG in the colours of the page, not as a picture in a file.

A figure comes from its notebook in the light colours of `backprop.figures.style`; `figure_in_page`
replaces them.
"""

from pathlib import Path

from docutils import nodes
from figure_in_page import as_part_of_page, foreign_colors
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)


class InlineFigures(SphinxPostTransform):
    """Replace every picture of a page that is an SVG."""

    default_priority = 50  # before pictures are collected: these need no files
    formats = ("html",)

    def run(self, **options):
        """Number the figures of this page, or of the whole book if that is one page."""
        pictures = [image for image in self.document.findall(nodes.image) if is_svg(image)]
        for number, image in enumerate(pictures, start=1):
            svg = (Path(self.app.srcdir) / image["uri"]).read_text(encoding="utf-8")
            if foreign := foreign_colors(svg):
                advice = "draw with the colours of backprop.figures.style"
                logger.warning("a figure has the colours %s: %s", foreign, advice, location=image)
            inline = as_part_of_page(svg, image.get("alt", ""), f"f{number}-")
            image.replace_self(nodes.raw("", inline, format="html"))


def is_svg(image):
    return image["uri"].endswith(".svg")


def visit_image(translator, image):
    """A photograph states its size, so that nothing shifts, and loads only when needed."""
    path = Path(translator.builder.srcdir) / image["uri"]
    type(translator).visit_image(translator, image)
    if path.is_file():
        with Image.open(path) as picture:
            width, height = picture.size
        size = f'<img loading="lazy" width="{width}" height="{height}" '
        translator.body[-1] = translator.body[-1].replace("<img ", size, 1)


def depart_image(translator, image):
    type(translator).depart_image(translator, image)


def setup(app):
    app.add_post_transform(InlineFigures)
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
