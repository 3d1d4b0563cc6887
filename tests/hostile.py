"""Cells that students might hand in to fool, hang or break the grader, and what comes of each.

They belong to a small assignment: `triple(x)` is to return 3·x, and `square(x)` x².
"""

import nbformat

NAME = "tiny"
TRIPLE = "def triple(x):\n    return 3.0 * x"
ALL = {"check_triple": 3, "check_square": 2, "words": None}  # all points; a person marks words


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
        nbformat.v4.new_code_cell("HALF = 0.5\ntriple(HALF)", id="demonstration"),
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
    "forks children that end a little later": (
        "import os, time\nfor _ in range(99):\n    try: child = os.fork()\n"
        "    except OSError: break\n    if not child: time.sleep(0.4) or os._exit(0)",
        "",
    ),
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
        "import os\nbefore = os.getuid()\nassert before == os.geteuid() >= 65534\n"
        "try: os.setuid(0)\nexcept OSError: pass\nassert os.getuid() == before",
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
    "is not a function": ("triple = 6.0", "not callable"),
    "is a class": ("class triple: pass", "takes no arguments"),
    "is not Python": ("def triple(:", "missing"),
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


# Cells that reach for what is outside, or for memory that no limit counts. None of them gets it,
# and none notices more than an error. In them, $TOKEN, $HOST, $COURSE and $OUTSIDE stand for a
# secret, the name of the machine, the course's folder, and a file that everybody may write.
TOOLS = """\
import ctypes, errno, mmap, os, platform, resource, signal, socket, stat
NUMBERS = $NUMBERS
LIBRARY = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    ctypes.set_errno(0)
    given = [a if isinstance(a, bytes) else ctypes.c_long(a) for a in arguments]
    return LIBRARY.syscall(ctypes.c_long(NUMBERS[name]), *given)
def refused(attempt, *arguments):
    try:
        result = attempt(*arguments)
    except OSError:
        return True
    return result == -1
"""
REACHES = {
    "reads every environment": (
        "for folder, folders, names in os.walk('/proc'):\n"
        "    for name in names:\n"
        "        try: text = open(os.path.join(folder, name), 'rb').read(10**6)\n"
        "        except OSError: continue\n"
        "        assert b'$TOKEN' not in text, name\n"
        "    folders[:] = [f for f in folders if f.isdigit() or f == 'self']\n"
        "assert '$TOKEN' not in str(os.environ)"
    ),
    "reads the command of the first process": (
        "try: text = open('/proc/1/cmdline').read()\nexcept OSError: text = ''\nassert not text"
    ),
    "reads where the folders come from": (
        "try: text = open('/proc/self/mountinfo').read()\nexcept OSError: text = ''\n"
        "assert '$COURSE' not in text"
    ),
    "asks for the mounts with a new call": (
        "assert all(call(n, -1, -1, -1, -1) == -1 and ctypes.get_errno() == errno.ENOSYS\n"
        "    for n in ('statmount', 'listmount'))"
    ),
    "asks for the name of the machine": (
        "assert os.uname().nodename == socket.gethostname() == 'jail' != '$HOST'"
    ),
    "lists the users": "assert not os.path.exists('/etc/passwd')",
    "reads the kernel's settings": "assert not os.path.exists('/sys')",
    "writes a file of everybody's": "assert refused(open, '$OUTSIDE', 'a')",
    "reads a file of everybody's": "assert refused(open, '$OUTSIDE')",
    "uses inherited files": (
        "for n in range(3, 64):\n"
        "    try: mode = os.fstat(n).st_mode\n    except OSError: continue\n"
        "    assert stat.S_ISSOCK(mode) or stat.S_ISCHR(mode), (n, oct(mode))"
    ),
    "talks to a program outside": (
        "assert refused(socket.socket(socket.AF_UNIX).connect, '\\0$TOKEN')"
    ),
    "opens other sockets": (
        "for family in (2, 10, 16, 17, 38, 40):\n"
        "    for kind in (1, 2, 3, 5): assert refused(socket.socket, family, kind), family"
    ),
    "leaves a key": (
        "assert call('add_key', b'user', b'left', b'x', 1, -4) == -1\n"
        "assert call('keyctl', 0, -4, 1) == call('request_key', b'user', b'left', 0, 0) == -1"
    ),
    "makes a user namespace": "assert LIBRARY.unshare(0x10000000 | 0x00020000) == -1",
    "makes namespaces while forking": (
        "for bit in (17, *range(25, 31)):\n"
        "    child = call('clone', 0x10000000 | 1 << bit | 17, 0, 0, 0, 0)\n"
        "    if child == 0: os._exit(0)\n"
        "    assert child == -1, bit\n"
        "assert call('clone3', 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS"
    ),
    "mounts": (
        "assert LIBRARY.mount(b'x', b'/tmp', b'tmpfs', 0, b'size=4g') == -1\n"
        "assert call('fsopen', b'tmpfs', 0) == call('open_tree', -100, b'/', 1) == -1\n"
        "assert call('pivot_root', b'/tmp', b'/tmp') == call('chroot', b'/tmp') == -1"
    ),
    "keeps memory in files without names": (
        "assert refused(os.memfd_create, 'x') and call('memfd_secret', 0) == -1"
    ),
    "keeps memory in System V's segments": (
        "assert LIBRARY.shmget(0, 4096, 0o1666) == LIBRARY.msgget(0, 0o1666) == -1\n"
        "assert LIBRARY.semget(0, 9, 0o1666) == -1"
    ),
    "keeps memory in message queues": "assert call('mq_open', b'x', 0o102, 0o600, 0) == -1",
    "keeps memory in mappings that it shares": (
        "assert refused(mmap.mmap, -1, 4096) and refused(open, '/dev/zero')"
    ),
    "keeps memory in pipes": (
        "import fcntl\n"
        "for n in (1031, 1031 | 1 << 32, -2**63 | 1031):\n"
        "    assert call('fcntl', os.pipe()[1], n, 2**20) == -1\n"
        "assert call('vmsplice', -1, 0, 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS"
    ),
    "reads other processes": (
        "child = os.fork()\n"
        "if child == 0: signal.pause()\n"
        "assert call('ptrace', 16, child, 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS\n"
        "assert call('process_vm_readv', child, 0, 0, 0, 0, 0) == -1\n"
        "os.kill(child, signal.SIGKILL); os.waitpid(child, 0)"
    ),
    "uses rare parts of the kernel": (
        "names = ('io_uring_setup', 'bpf', 'perf_event_open', 'userfaultfd', 'inotify_init1')\n"
        "for name in names:\n"
        "    assert call(name, 1, 0, 0, 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS, name"
    ),
    "makes calls as an older program": (
        "if platform.machine() == 'x86_64':\n"
        "    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)\n"
        "    code.write(bytes.fromhex('b814000000cd80c3'))  # getpid, as on a machine of 32 bits\n"
        "    place = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
        "    child = os.fork()\n"
        "    if child == 0:\n        ctypes.CFUNCTYPE(ctypes.c_int)(place)()\n        os._exit(0)\n"
        "    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])"
    ),
    "raises its limits": (
        "for name in ('AS', 'NPROC', 'FSIZE', 'NOFILE', 'CPU'):\n"
        "    kind = getattr(resource, 'RLIMIT_' + name)\n"
        "    try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2)\n"
        "    except (OSError, ValueError): continue\n    raise SystemError(name)"
    ),
    "gains rights from a program": "assert LIBRARY.prctl(39, 0, 0, 0, 0) == 1",
}

# Cells that take what is limited for the submission as a whole, or send what no page should show.
TAKES = {
    "memory in many processes": (
        "for n in range(7):\n"
        "    if n == 6:\n        signal.pause()\n"
        "    elif os.fork() == 0:\n"
        "        kept = bytearray(b'x') * (60 * 2**20)\n        signal.pause()",
        "more memory",
    ),
    "files without end": (
        "n = 0\nwhile True:\n    os.close(os.open(f'/tmp/{n}', os.O_CREAT))\n    n += 1",
        "more memory",
    ),
    "links without end": (
        "n = 0\nwhile True:\n    os.symlink('x' * 4000, f'/tmp/{n}')\n    n += 1",
        "No space left|left out",
    ),
    "threads without end": (
        "import threading\nwhile True: threading.Thread(target=signal.pause, daemon=True).start()",
        "RuntimeError",
    ),
    "the life of other processes": ("os.kill(-1, signal.SIGKILL)", "ProcessLookupError"),
    "the life of its parent": (
        "os.kill(os.getppid(), signal.SIGKILL)\n1 / 0",
        "ZeroDivision|not permitted",
    ),
    "an error that never has a text": (
        "class Endless(Exception):\n    def __str__(self):\n        while True: pass\n"
        "raise Endless",
        "did not finish",
    ),
    "the terminal": (
        "raise ValueError('\\x1b]0;title\\x07\\x1b[2J'\n"
        "    '\\u202edesrever\\u2066\\ud800\\x00\\r \\x9b1m')",
        "ValueError: �]0;title��\\[2J�desrever���\\s �1m",
    ),
    "a statement at infinity": (
        "import struct\ntext = b'[{\"at\":[1e999,1]},[]]'\n"
        "for n in range(3, 64):\n"
        "    try: os.write(n, struct.pack('>II', len(text), 0) + text)\n"
        "    except OSError: pass",
        "left out",
    ),
    "a name that is too long": ("raise type('x' * 10**6, (Exception,), {})", "raised x{900}"),
}

# In the place of `triple`: answers that would take much of the grader's memory.
LARGE = {
    "many lists": "def triple(x): return [[] for n in range(600_000)]",
    "many tuples": "def triple(x): return [() for n in range(90_000)]",
    "many dictionaries": "def triple(x): return [{} for n in range(90_000)]",
    "deep lists": "def triple(x):\n    a = []\n    for n in range(900): a = [a]\n    return a",
    "large arrays": "import numpy as np\ndef triple(x): return [np.zeros(10**6)] * 20",
    "the largest array": "import numpy as np\ndef triple(x): return np.zeros(2 * 2**20)",
    "long integers": "def triple(x): return [10**4000] * 400",
    "long fractions": (
        "from fractions import Fraction\n"
        "def triple(x): return [Fraction(10**4000 + n, 3**8000) for n in range(200)]"
    ),
    "keys with equal hashes": (
        "def triple(x): return {n * (2**61 - 1): 0 for n in range(1, 5000)}"
    ),
    "a long text": "def triple(x): return '\\U0001f600' * 160_000",
}
