"""A class: the run that grades its submissions.

Each submission is graded in a process of its own, and its grade is one file, written completely or
not at all: ``GRADED/grades/STUDENT.json``. So no submission can affect the grade of another, and an
interrupted run resumes where it stopped: a submission that has a grade, and was not resubmitted,
keeps it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tqdm import tqdm

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

from coursework import grader
from coursework.files import PICTURES, REMOVED, Refused, one_line, store
from coursework.names import file_name, same_person
from coursework.notebook import (
    Assignment,
    BadSource,
    read_assignment,
    source_path,
)
from coursework.sandbox.jail import limited_growth
from coursework.submissions import Submission, content_of

tqdm.monitor_interval = 0  # no thread for a progress bar
HERE = Path(__file__).resolve().parent
SPARE_SECONDS = 60  # for the tests themselves, in addition to the time of the student's code
SECONDS_TO_END = 5  # for a process that was asked to end
# Several processes grade at a time, so each has one thread for matrix products. Only the output is
# in UTF-8: in Python's UTF-8 mode, a process would read different file names from those of this one
# if the locale is not UTF-8.
ENVIRONMENT = {
    "PYTHONIOENCODING": "utf-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


# Grading


def usable_assignment(name: str, overlay: Path | None) -> Assignment:
    """The assignment. Raises BadSource also for a source that is not a notebook at all."""
    try:
        return read_assignment(name, overlay)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        path = source_path(name, overlay)
        raise BadSource(f"{path} is not a source notebook: {error!r}") from None


@dataclass(frozen=True)
class Run:
    """One run of the grader over a class."""

    name: str
    graded: Path
    overlay: Path | None = None  # absolute, like the others: other processes have another folder
    sandbox: bool = True

    def file(self, student: str) -> Path:
        """The file of a student's grade."""
        return self.graded / "grades" / f"{file_name(student)}.json"

    @cached_property
    def setting(self) -> bytes:
        """A digest of everything except the submission on which a grade depends."""
        files = [source_path(self.name, self.overlay)]
        files += [*HERE.glob("*.py"), *(HERE / "sandbox").glob("*.py")]
        files += (HERE.parent / "src" / "backprop").rglob("*.py")
        contents = sorted(hashlib.sha256(path.read_bytes()).digest() for path in files)
        return b"".join(contents) + bytes([self.sandbox])

    def fingerprint(self, submission: Submission, content: bytes, problem: str) -> str:
        """A digest that changes whenever the grade might change."""
        names = json.dumps(
            [
                *(submission.student, sorted(submission.aliases), sorted(submission.partners)),
                *(submission.note, problem),
            ]
        )
        digest = hashlib.sha256(self.setting + names.encode())
        digest.update(content)
        return digest.hexdigest()

    def is_graded(self, submission: Submission) -> bool:
        """Whether exactly this submission has a grade from exactly this grader."""
        try:
            record = json.loads(self.file(submission.student).read_text(encoding="utf-8"))
            known = record["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return known == self.fingerprint(submission, *content_of(submission))

    def grade(self, submission: Submission) -> dict:
        """Grade one submission in this process."""
        assignment = usable_assignment(self.name, self.overlay)
        content, problem = content_of(submission)
        if problem:
            return self.ungraded(assignment, submission, problem, content)
        grade = grader.grade(
            assignment,
            content,
            submission.student,
            sandbox=self.sandbox,
            aliases=(*submission.aliases, *submission.partners),
        )
        return self._record(submission, grade, self.fingerprint(submission, content, ""))

    def ungraded(
        self, assignment: Assignment, submission: Submission, reason: str, content: bytes | None
    ) -> dict:
        """The record of a submission without a grade. Without content the next run tries again."""
        grade = grader.nothing(assignment, submission.student, f"Not graded: {reason}.")
        known = None if content is None else self.fingerprint(submission, content, reason)
        return self._record(submission, grade, known)

    def _record(self, submission: Submission, grade: grader.Grade, known: str | None) -> dict:
        return grade.as_dict() | {
            "aliases": list(submission.aliases),
            "partners": list(submission.partners),
            "note": submission.note,
            "fingerprint": known,
        }

    def store(self, record: dict) -> None:
        """Write a grade, and the pictures of its answers as files of their own."""
        for mark in record["marks"]:
            mark["pictures"] = [self.store_picture(**picture) for picture in mark["pictures"]]
        store(self.file(record["student"]), json.dumps(record, indent=1) + "\n")

    def store_picture(self, name: str, data: str) -> dict[str, str]:
        """Write a picture, given as a URL with its data, and return its name and its file."""
        kind, _, content = data.partition(";base64,")
        file = f"{hashlib.sha256(data.encode()).hexdigest()[:32]}.{kind.rpartition('/')[2]}"
        store(self.graded / PICTURES / file, base64.b64decode(content))
        return {"name": name, "file": file}


class Workers:
    """The processes that grade; none of them outlives this process."""

    def __init__(self, run: Run, assignment: Assignment):
        self.run, self.assignment = run, assignment
        self.stopped = False
        self._running: set[subprocess.Popen] = set()
        self._idle: list[subprocess.Popen] = []
        self._lock = threading.Lock()

    def grade(self, submission: Submission) -> dict:
        """The record of one submission, whatever happens to its process.

        Raises Refused if no process can be started.
        """
        if submission.path is None:  # there is nothing to run
            return self.run.grade(submission)
        reply = self._ask(submission)
        if "failed" not in reply:
            return reply
        reason = f"the grader failed: {one_line(reply['failed'])}"
        return self.run.ungraded(self.assignment, submission, reason, None)

    def stop(self) -> None:
        """End all processes; what they were grading stays ungraded."""
        with self._lock:
            self.stopped = True
            running, idle = list(self._running), list(self._idle)
        for process in running:
            close(process)
        for process in running:
            wait_for_end(process)
        for process in idle:  # the others belong to threads that read from them
            close_pipes(process)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ask(self, submission: Submission) -> dict:
        """What a process says of a submission; it is used again if it answers."""
        process = self._take()
        try:
            reply = ask(process, request_for(self.run, submission), self._seconds())
        except NoAnswer as problem:
            close(process)
            wait_for_end(process)
            close_pipes(process)
            with self._lock:
                self._running.discard(process)
            return {"failed": str(problem)}
        with self._lock:
            self._idle.append(process)
        return reply

    def _seconds(self) -> float:
        return self.assignment.seconds + SPARE_SECONDS

    def _take(self) -> subprocess.Popen:
        """A process that waits for a request."""
        with self._lock:
            if self.stopped:
                raise Refused("stopped")
            if self._idle:
                return self._idle.pop()
            process = start_one()
            self._running.add(process)
            return process


class NoAnswer(Exception):
    """A process that grades did not answer; says why."""


def start_one() -> subprocess.Popen:
    """Start a process that grades the submissions that it is told of, one after the other.

    It ends when nobody can tell it of another one, even if this process was killed. Ctrl-C in a
    terminal reaches this process alone.
    """
    try:
        return subprocess.Popen(
            [sys.executable, str(HERE), "one"],
            cwd=HERE.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | ENVIRONMENT,
        )
    except (OSError, MemoryError) as error:
        why = getattr(error, "strerror", None) or "there is not enough memory"
        raise Refused(f"cannot start a process: {why}; give fewer --jobs") from None


def ask(process: subprocess.Popen, request: bytes, seconds: float) -> dict:
    """The answer of a process to a request, within this time. Raises NoAnswer."""
    with contextlib.suppress(BrokenPipeError):  # it ended at once; its errors say why
        process.stdin.write(request)
        process.stdin.flush()
    deadline, answer = time.monotonic() + seconds, b""
    while not answer.endswith(b"\n"):
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([process.stdout], [], [], remaining)[0]:
            raise NoAnswer(f"the tests took longer than {seconds:g} s")
        part = os.read(process.stdout.fileno(), 2**20)
        if not part:
            close(process)
            said = process.stderr.read().decode("utf-8", errors="replace").strip()
            raise NoAnswer(said.split("\n")[-1] or f"its process ended with {process.wait()}")
        answer += part
    try:
        return json.loads(answer)
    except ValueError:
        raise NoAnswer("its process said nonsense") from None


def close(process: subprocess.Popen) -> None:
    """Tell a process that there are no more requests, and end what it is grading."""
    with contextlib.suppress(OSError):
        process.stdin.close()
    signal_group(process, signal.SIGTERM)


def wait_for_end(process: subprocess.Popen) -> None:
    """Wait until a process that was told to end has ended what it started; end it if need be."""
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        signal_group(process, signal.SIGKILL)
        process.wait()


def signal_group(process: subprocess.Popen, number: signal.Signals) -> None:
    """Send a signal to a process and the copy that grades, if they still exist."""
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, number)


def close_pipes(process: subprocess.Popen) -> None:
    """Close this side of a process that has ended."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            pipe.close()


def request_for(run: Run, submission: Submission) -> bytes:
    """What the process of a submission has to know, as one line."""
    told = {
        "name": run.name,
        "overlay": run.overlay and str(run.overlay),
        "sandbox": run.sandbox,
        "student": submission.student,
        "path": str(submission.path),
        "aliases": submission.aliases,
        "partners": submission.partners,
        "note": submission.note,
    }
    return json.dumps(told).encode("ascii") + b"\n"


def grade_each() -> None:
    """Grade the submissions in the requests on the standard input, and print a record for each.

    Each is graded by a copy of this process, which has everything imported. So no submission meets
    what another changed, and the end of a copy is an answer too.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the copy heeds it; then this process ends too
    for line in iter(sys.stdin.buffer.readline, b""):
        sys.stdout.write(grade_in_copy(json.loads(line)) + "\n")
        sys.stdout.flush()


def grade_in_copy(told: dict) -> str:
    """The record of one submission, or why there is none, as a line of JSON."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        threading.Thread(target=end_with_parent, daemon=True).start()
        status = 1
        try:
            reply = json.dumps(grade_told(told)).encode("ascii")
            with open(writing, "wb") as file:
                file.write(reply)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with open(reading, "rb") as file:
        reply = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return (
        reply.decode() if not status else json.dumps({"failed": f"its process ended with {status}"})
    )


def grade_told(told: dict) -> dict:
    """Grade the submission of a request."""
    overlay = told["overlay"] and Path(told["overlay"])
    run = Run(told["name"], Path(), overlay, told["sandbox"])
    submission = Submission(
        told["student"],
        Path(told["path"]),
        aliases=tuple(told["aliases"]),
        partners=tuple(told["partners"]),
        note=told["note"],
    )
    try:
        with limited_growth():
            return run.grade(submission)
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def end_with_parent() -> None:
    """Wait until nobody can send a request any more, then end this process."""
    waiting = select.poll()
    waiting.register(0, 0)  # only its end is of interest
    waiting.poll()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(SECONDS_TO_END)
    os._exit(1)  # a test was in the middle of a computation


# A class


def grade_all(run: Run, submissions: list[Submission], jobs: int) -> dict[str, str]:
    """Grade all submissions without a grade, several at a time.

    A submission whose process fails is recorded as not graded. Returns the students whose grade
    was set aside, as `set_aside` does. Raises Refused for what stops the whole run.
    """
    assignment = usable_assignment(run.name, run.overlay)
    tidy(run.graded)
    gone = set_aside(run, submissions)
    waiting = [item for item in submissions if not run.is_graded(item)]
    for item in waiting:  # a grade of what was handed in before must not be taken for this one
        remove(run.file(item.student))
    names = json.dumps(sorted(item.student for item in submissions), indent=1)
    store(run.graded / SUBMISSIONS, names + "\n")
    with ThreadPoolExecutor(max_workers=jobs) as pool, Workers(run, assignment) as workers:
        try:
            # No list of them is kept: their results, with pictures, would all stay in memory.
            done = as_completed([pool.submit(workers.grade, item) for item in waiting])
            for future in tqdm(done, total=len(waiting), disable=None):
                run.store(future.result())
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, RuntimeError | MemoryError):
                raise Refused(f"cannot grade so many at a time ({error}): fewer --jobs") from None
            raise
    return gone


SUBMISSIONS = "submissions.json"  # the names of all students in the last run
UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.part")


def tidy(graded: Path) -> None:
    """Remove what a run left that was killed while it wrote a file."""
    for folder in (graded, graded / "grades", graded / "feedback"):
        if folder.is_dir():
            for path in folder.iterdir():
                if UNFINISHED.fullmatch(path.name):
                    remove(path)


def remove(path: Path) -> None:
    """Remove a file, if it is there. Raises Refused if that does not work."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"cannot remove {path}: {error.strerror}") from None


def set_aside(run: Run, submissions: list[Submission]) -> dict[str, str]:
    """Move grades whose submission is gone or has another name out of the gradebook.

    Returns for each of these students the new name of the same person; "" if there is none. Raises
    Refused if the folder has the grades of another assignment.
    """
    kept = {run.file(item.student).name for item in submissions}
    new = [item for item in submissions if not run.file(item.student).exists()]
    gone: dict[str, str] = {}
    for name in kept:
        remove(run.graded / REMOVED / name)
    for path in sorted((run.graded / "grades").glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            other, student = record["assignment"], record["student"]
        except (OSError, ValueError, KeyError, TypeError):
            record, other, student = {}, run.name, path.stem
        if other != run.name:
            raise Refused(f"{run.graded} has the grades of {other}: name another folder with --out")
        if path.name not in kept:
            try:
                (run.graded / REMOVED).mkdir(exist_ok=True)
                path.replace(run.graded / REMOVED / path.name)
            except OSError as error:
                raise Refused(f"cannot move {path} to {REMOVED}: {error.strerror}") from None
            gone[student] = new_name({student, *record.get("aliases", ())}, new)
    return gone


def new_name(names: Iterable[str], new: list[Submission]) -> str:
    """The name under which someone with these names handed in now; "" for nobody, or several."""
    names = set(names)
    found = {item.student for item in new if same_person(names, (item.student, *item.aliases))}
    return found.pop() if len(found) == 1 else ""


@contextlib.contextmanager
def alone(graded: Path) -> Iterator[None]:
    """Keep a folder of grades for this run. Raises Refused if another run has it."""
    try:
        graded.mkdir(parents=True, exist_ok=True)
        if not os.access(graded, os.W_OK):
            raise PermissionError(0, "you may not write in it")
        number = os.open(graded, os.O_RDONLY)
    except OSError as error:
        raise Refused(
            f"cannot write into the folder {graded}: {error.strerror}; name another with --out"
        ) from None
    try:
        try:
            if fcntl is not None:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another run writes into {graded}: wait for its end") from None
        yield
    finally:
        os.close(number)
