"""Cells that students might hand in to fool, hang or break the grader, and what comes of each.

They belong to a small assignment: `triple(x)` is to return 3·x, and `square(x)` x².
"""

import nbformat

NAME = "tiny"
TRIPLE = "def triple(x):\n    return 3.0 * x"


def cell(grade_id, source, **kind):
    """A cell of the small assignment."""
    data = {"schema_version": 3, "grade_id": grade_id, "task": False}
    data |= {"solution": False, "grade": False, "locked": False} | kind
    new = nbformat.v4.new_markdown_cell if grade_id == "words" else nbformat.v4.new_code_cell
    return new(source, metadata={"nbgrader": data}, id=grade_id.replace("_", "-"))


def solution(body):
    """A body of a function that students are to write."""
    return f"    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"


def write_source(folder):
    """Write the small assignment's source into an overlay folder."""
    hidden = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    test = {"grade": True, "locked": True}
    cells = [
        nbformat.v4.new_markdown_cell("# Tiny\n\n**Points**: 6. **Time**: none.", id="title"),
        cell("setup", "import math", locked=True),
        cell("triple", f"def triple(x):\n{solution('return 3.0 * x')}", solution=True),
        cell(
            "check_triple",
            "from backprop.checks import agrees\n"
            "found = triple(2.0)\n"
            "assert agrees(found, 6.0), f'3 · 2 is 6; yours is {found}'\n"
            + hidden.format("assert agrees(triple(5.5), 16.5), f'hidden {triple(5.5)}'"),
            points=3,
            **test,
        ),
        cell("square", f"def square(x):\n{solution('return x**2')}", solution=True),
        cell("check_square", "assert square(3.0) == 9.0", points=2, **test),
        cell("words", "Three words.", solution=True, grade=True, points=1),
    ]
    path = folder / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


# Cells that run before the right solution: none of them may help, and none may harm the rest.
BEFORE = {
    "crashes": ("import os\nos.abort()", "left out"),
    "leaves": ("import sys\nsys.exit(0)", "SystemExit"),
    "kills its group": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "left out"),
    "runs for ever": ("while True: pass", "did not finish"),
    "catches everything for ever": (
        "import signal\nfor n in range(1, 65):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n    except BaseException: pass\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "did not finish",
    ),
    "takes all memory": (
        "rows = []\nwhile True: rows.append(bytearray(2**31))",
        "more memory than allowed",
    ),
    "prints for ever": ("while True: print('x' * 1000)", "did not finish"),
    "fills the disk": (
        "n = 0\nwhile True:\n    n += 1\n    open(f'/tmp/{n}', 'wb').write(bytes(2**20))",
        "OSError",
    ),
    "writes a large file": ("open('/tmp/a', 'wb').write(bytes(2**24))", "OSError"),
    "forks for ever": ("import os\nwhile True: os.fork()", "BlockingIOError|left out"),
    "leaves orphans": (
        "import subprocess, sys\nfor n in range(3):\n    subprocess.Popen([sys.executable, '-c',"
        " 'import os, time; os.setsid(); time.sleep(987)'])",
        "",
    ),
    "recurs too deep": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
        "left out",
    ),
    "opens the network": ("import socket\nsocket.create_connection(('127.0.0.1', 22), 3)", "Error"),
    "looks for the course": (
        "import os, sys\nfound = []\n"
        "for folder, folders, names in os.walk('/'):\n"
        "    folders[:] = [f for f in folders if f not in ('lib', 'usr', 'proc', 'sys')]\n"
        "    found += [n for n in names if n.endswith('.ipynb') or n == 'grader.py']\n"
        "assert not found and os.path.exists('/course/grading/worker.py'), found",
        "",
    ),
    "is root": (
        "import os\nassert os.getuid() == os.geteuid() == 65534\n"
        "try: os.setuid(0)\nexcept OSError: pass\nassert os.getuid() == 65534",
        "",
    ),
    "writes where it may not": (
        "import os\nfor name in ('/course/src/x', '/usr/x', '/x', '/dev/shm/x', '/dev/x'):\n"
        "    try: open(name, 'w')\n    except OSError: continue\n    raise SystemError(name)",
        "",
    ),
    "answers in the worker's place": (
        "import socket, os\nfor n in range(3, 20):\n"
        "    try: os.write(n, b'\\x00\\x00\\x00\\x02\\x00\\x00\\x00\\x00[]' * 99)\n"
        "    except OSError: pass",
        "left out",
    ),
    "replaces allclose": (
        "import numpy as np\nnp.allclose = np.all = lambda *a, **k: np.True_\n"
        "import builtins\nbuiltins.abs = lambda x: 0\n"
        "import backprop.checks as c\nc.agrees = agrees = lambda *a, **k: True",
        "",
    ),
}

# In the place of `triple`: none of them earns its points, and none costs those of `square`.
INSTEAD = {
    "returns a text": ("def triple(x): return 'yes'", "yours is yes"),
    "returns the right number as text": ("def triple(x): return str(3.0 * x)", "yours is 6.0"),
    "returns NaN": ("def triple(x): return float('nan')", "yours is nan"),
    "returns a generator": ("def triple(x): yield 3.0 * x", "yours is <generator>"),
    "returns a list": ("def triple(x): return [3.0 * x]", r"yours is \[6.0\]"),
    "returns a number that equals everything": (
        "class Same(float):\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0.0\n"
        "    __rsub__ = __sub__\n"
        "    def __abs__(self): return 0.0\n"
        "    def __le__(self, other): return True\n"
        "def triple(x): return Same(1)",
        "yours is 1.0",
    ),
    "returns an object that equals everything": (
        "class Same:\n"
        "    def __eq__(self, other): return True\n"
        "    def __float__(self): return 6.0\n"
        "    def __sub__(self, other): return 0.0\n"
        "    def __bool__(self): return True\n"
        "def triple(x): return Same()",
        "yours is <Same>",
    ),
    "returns too much": ("def triple(x): return 'x' * 10**7", "larger than"),
    "returns a list without bottom": (
        "def triple(x):\n    a = []\n    a.append(a)\n    return a",
        "RecursionError",
    ),
    "never returns": ("def triple(x):\n    while True: pass", "did not finish"),
    "ends the process": ("import os\ndef triple(x): os._exit(0)", "ended its"),
    "says that a test failed": ("def triple(x): raise AssertionError('6.0')", "AssertionError"),
    "is no function": ("triple = 6.0", "not callable"),
    "is a class": ("class triple: pass", "takes no arguments"),
    "is no Python": ("def triple(:", "missing"),
    "is deleted": ("", "missing"),
    "knows the visible number": ("def triple(x): return 6.0", "A hidden test: The result is not"),
    "tells the hidden number in an error": (
        "def triple(x):\n    if x == 2: return 6.0\n    raise ValueError(f'SECRET {x}')",
        "^A hidden test: Your code raised ValueError.$",
    ),
    "tells the hidden number in its kind": (
        "def triple(x):\n    if x == 2: return 6.0\n"
        "    raise type(f'SECRET {x}', (Exception,), {})",
        "^A hidden test: Your code raised an error.$",
    ),
    "tells the hidden number in its result": (
        "def triple(x): return 6.0 if x == 2 else f'SECRET {x}'",
        "^A hidden test: The result is not the expected one.$",
    ),
}
