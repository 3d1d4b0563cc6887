"""Python's side of a live page: fetches packages when they are imported, runs cells, shows results.

The worker imports this module in the interpreter of the page. What a cell gives is sent to the page
as messages, in the form of Jupyter's: `stream`, `display` and `error`.
"""

import ast
import builtins
import ctypes
import hashlib
import importlib
import io
import json
import linecache
import logging
import os
import pprint
import sys
import time
import traceback
import warnings
import zipfile
from importlib.machinery import PathFinder
from pathlib import Path
from sysconfig import get_path
from types import SimpleNamespace

from js import fetchFile, sendToPage, shareLibrary

import __main__

FOLDER = Path(__file__).resolve().parents[2]  # of the course
LIBRARIES = Path("/usr/lib")
BETWEEN_MESSAGES = 0.05  # seconds, so that a loop that prints does not flood the page


def send(kind, text="", **more):
    """Send a message about the cell that is running."""
    sendToPage(json.dumps({"kind": kind, "text": text, **more}))


class Packages:
    """Fetches a package when it is first imported anywhere, and what it depends on.

    Python asks it only for modules that it has not found. A request that waits for its answer is
    allowed in a worker, so `import scipy` works in the middle of a function.
    """

    def __init__(self, lock):
        self.listed = lock["packages"]
        self.names = {top: name for name, one in self.listed.items() for top in one["imports"]}
        self.loaded = set()

    def find_spec(self, module, path=None, target=None):
        """What the import system asks of every finder."""
        name = self.names.get(module)
        if name is None or name in self.loaded:
            return None
        self.load(name)
        send("status", "Running")
        importlib.invalidate_caches()
        return PathFinder.find_spec(module)

    def load(self, name):
        """Unpack a package after those that it depends on."""
        if name in self.loaded:
            return
        package = self.listed[name]
        for other in package["depends"]:
            self.load(other)
        send("status", f"Loading {name}")
        archive = zipfile.ZipFile(io.BytesIO(checked(package["file_name"], package["sha256"])))
        if package["install_dir"] == "dynlib":
            archive.extractall(LIBRARIES)
            for library in archive.namelist():
                ctypes.CDLL(str(LIBRARIES / library), mode=ctypes.RTLD_GLOBAL)
                shareLibrary(str(LIBRARIES / library))
        else:
            files = [name for name in archive.namelist() if "/tests/" not in name]
            archive.extractall(get_path("purelib"), files)
        self.loaded.add(name)


def checked(file, sha256):
    """The bytes of a file of the page. Raises ImportError if it is not the one that was built."""
    content = fetchFile(file)
    if content is None:
        raise ImportError(
            f"{file} cannot be fetched: is the network there, and has the folder _static/live all "
            f"its files? `make live` writes them"
        )
    content = content.to_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ImportError(
            f"{file} is refused: its checksum differs from that of the file that belongs here. "
            f"Build the pages again with `make live`"
        )
    return content


class Stream(io.TextIOBase):
    """Standard output or standard error, shown below the cell."""

    def __init__(self, name):
        self.name, self.text, self.sent = name, "", 0.0

    def writable(self):
        """Say that it can be written to."""
        return True

    def write(self, text):
        """Show the text, at once or together with what follows."""
        self.text += text
        if time.monotonic() - self.sent > BETWEEN_MESSAGES:
            self.flush()
        return len(text)

    def flush(self):
        """Show all that was written."""
        if self.text:
            send("stream", self.text, name=self.name)
        self.text, self.sent = "", time.monotonic()


def display(*values):
    """Show values as Jupyter does: as text, and as HTML if they have that form."""
    for value in values:
        data = {"text/plain": as_text(value)}
        if not isinstance(value, type) and hasattr(value, "_repr_html_"):
            data["text/html"] = value._repr_html_()
        show(data)


def show(data):
    """Show one result, given in several formats, after what was printed before it."""
    sys.stdout.flush()
    sys.stderr.flush()
    send("display", data=data)


def as_text(value):
    """The value as IPython writes it: long lists and dictionaries get a line per entry."""
    if isinstance(value, list | tuple | dict | set | frozenset):
        return pprint.pformat(value, width=79, sort_dicts=False)
    return repr(value)


def show_figures():
    """Show the figures that a cell has drawn, as Jupyter does at the end of the cell."""
    if "page_figures" in sys.modules:
        sys.modules["matplotlib.pyplot"].show()


def run(code, name):
    """Run the code of a cell. Returns None, or the name of the error that ended it."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    failure = None
    try:
        tree = ast.parse(code, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), __main__.__dict__)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), __main__.__dict__)
            if value is not None and not code.rstrip().endswith(";"):
                display(value)
        show_figures()
    except BaseException as error:  # also KeyboardInterrupt and SystemExit
        failure = error
    sys.stdout.flush()
    sys.stderr.flush()
    if failure is None:
        return None
    send("error", as_traceback(failure))
    return type(failure).__name__


def as_traceback(error):
    """Python's own traceback, without the lines of this file."""
    inside = error.__traceback__.tb_next
    if inside is not None and inside.tb_frame.f_code is ast.parse.__code__:  # a SyntaxError
        inside = None
    return "".join(traceback.format_exception(error.with_traceback(inside)))


def no_input(prompt=""):
    """Take the place of input, which would wait forever."""
    raise RuntimeError("input() cannot ask in a page: write the value into the cell")


def start(page, lock):
    """Prepare for the cells of a page, such as book/04_six_steps."""
    sys.meta_path.append(Packages(json.loads(lock)))
    folder = (FOLDER / page).parent
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.path.insert(0, "")
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it looks for fonts once
    # The page has no threads; a progress bar would start one to look after it.
    warnings.filterwarnings("ignore", "tqdm:disabling monitor support")
    builtins.display = display
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # so pandas sees a notebook
    builtins.input = no_input
