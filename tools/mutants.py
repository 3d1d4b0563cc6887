"""Change the code in many small ways, one at a time, and see whether the tests notice.

    python tools/mutants.py                          200 mutants of src/ and coursework/
    python tools/mutants.py --number 40 --seed 3 src/backprop/loops.py coursework
    python tools/mutants.py --list                   the sample only, without running any test

The sample is drawn with a seed from all mutants that `mutations.py` finds. Each one is made in a
copy of the repository, never here. A first pass records the tests that execute each line, so that a
mutant runs the tests that execute its line, the fastest first, until one fails. Tests that take
longer than SLOW seconds run only for lines that no other test executes. The notebooks do not run.

The results are in _build/mutants/results.csv. The mutants listed in equivalent_mutants.csv change
nothing that a test could notice; they are not run and not counted. The exit status is 1 if the
tests notice fewer than 95 % of the others.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from typing import NamedTuple
from xml.etree import ElementTree

from coverage import CoverageData, CoverageException
from mutations import Mutation, mutations

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.csv")
RESULTS = ROOT / "_build" / "mutants"
COLUMNS = ("file", "line", "function", "before", "after", "result", "tests", "seconds")
SLOW = 10  # the seconds of a slow test
MEMORY = 8_000_000  # KiB per process: a loop that fills the memory stops there
ENOUGH = 0.95
# Every process of a test file records its executed lines; those of a test, under its name.
COVERAGE = """\
[run]
source =
    {root}/src
    {root}/coursework
data_file = {root}/.coverage
parallel = true
patch = subprocess
dynamic_context = test_function
disable_warnings = no-data-collected
"""


class Mutant(NamedTuple):
    """A mutation of a file of the repository."""

    file: str
    mutation: Mutation

    def described(self) -> dict[str, str]:
        """Its file, line and function, and the line before and after, in the form of the tables."""
        source = (ROOT / self.file).read_bytes()
        before, after = self.mutation.before_and_after(source)
        place = (self.file, str(self.mutation.line(source)), self.mutation.function)
        return dict(zip(COLUMNS, (*place, before, after)))

    def key(self) -> tuple[str, ...]:
        """Its key in the list of equivalent mutants, which does not depend on line numbers."""
        return _key(self.described())


def population(paths: Iterable[str] = ("src", "coursework")) -> list[Mutant]:
    """All mutants of these files and of the Python files in these folders, in order."""
    files = []
    for path in paths:
        if not (ROOT / path).exists():
            raise FileNotFoundError(f"there is no {path} in {ROOT}: name files or folders in it")
        files += (ROOT / path).rglob("*.py") if (ROOT / path).is_dir() else [ROOT / path]
    return [
        Mutant(file.relative_to(ROOT).as_posix(), mutation)
        for file in sorted(set(files))
        for mutation in mutations(file.read_bytes())
    ]


def sample(mutants: list[Mutant], number: int, seed: int) -> list[Mutant]:
    """That many of the mutants, drawn without replacement, in their order in the population."""
    chosen = random.Random(seed).sample(range(len(mutants)), min(number, len(mutants)))
    return [mutants[index] for index in sorted(chosen)]


def equivalents() -> set[tuple[str, ...]]:
    """The mutants known to change nothing."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {_key(row) for row in csv.DictReader(file)}


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[column] for column in ("file", "function", "before", "after"))


class Copies:
    """Copies of the repository, one per worker, in which tests run."""

    def __init__(self, folder: Path, workers: int):
        self.free: Queue[Path] = Queue()
        ignored = shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info")
        for number in range(workers):
            copy = folder / f"copy{number}"
            shutil.copytree(ROOT, copy, ignore=ignored)
            self.free.put(copy)

    @contextmanager
    def one(self) -> Iterator[Path]:
        """A copy that no other worker uses."""
        copy = self.free.get()
        try:
            yield copy
        finally:
            self.free.put(copy)


def run(copy: Path, command: list[str], seconds: float) -> int | None:
    """The exit status of a Python command in a copy, or None if it ran out of time."""
    environment = os.environ | {
        "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}",
        "OPENBLAS_NUM_THREADS": "1",
        "TMPDIR": str(copy.parent),
    }
    limited = ["sh", "-c", f'ulimit -d {MEMORY}; exec "$@"', "sh", sys.executable, *command]
    with (copy.parent / f"{copy.name}.log").open("wb") as log:
        process = subprocess.Popen(
            limited, cwd=copy, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:  # with all that the tests started
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


PYTEST = ["-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider", "-q"]


class Record(NamedTuple):
    """The behaviour of one test file without any mutant."""

    seconds: dict[str, float]  # per test that passes
    lines: dict[str, dict[int, list[str]]]  # per file and line: tests, or the whole test file


def record(copies: Copies, test: str) -> Record:
    """Run a test file and record its tests' times and the lines that they execute."""
    with copies.one() as copy:
        (copy / ".coveragerc").write_text(COVERAGE.format(root=copy), encoding="utf-8")
        report = copy / "report.xml"
        report.unlink(missing_ok=True)
        measured = ["-m", "coverage", "run", "--rcfile=.coveragerc", f"--context={test}"]
        run(copy, [*measured, *PYTEST, f"--junitxml={report}", test], seconds=900)
        seconds: dict[str, float] = defaultdict(float)
        failed = set()
        for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
            classes = case.get("classname", "").split(".")[len(Path(test).parts) :]
            name = "::".join((test, *classes, case.get("name", "").split("[")[0]))
            seconds[name] += float(case.get("time", 0))
            if case.find("failure") is not None or case.find("error") is not None:
                failed.add(name)
        passed = {name: time for name, time in seconds.items() if name not in failed}
        lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for file in copy.glob(".coverage.*"):
            data = CoverageData(str(file))
            try:
                data.read()
            except CoverageException:  # from a process killed by a test while writing
                continue
            for path in data.measured_files():
                for line, contexts in data.contexts_by_lineno(path).items():
                    names = {_test_of(context, passed) for context in contexts}
                    lines[Path(path).relative_to(copy).as_posix()][line] |= names
            data.close()
            file.unlink()
    tests = {
        path: {line: sorted(names) for line, names in of.items()} for path, of in lines.items()
    }
    return Record(passed, tests)


def _test_of(context: str, tests: Iterable[str]) -> str:
    """The test that a context "tests/test_a.py|test_a.test_b" names, or else its file.

    The file alone is the context of imports, fixtures and other processes.
    """
    file, _, function = context.partition("|")
    name = "::".join((file, *function.split(".")[1:]))
    return name if name in tests else file


def recorded(copies: Copies, workers: ThreadPoolExecutor) -> list[Record]:
    """The records of all test files; they are kept until a program changes."""
    shared, own = hashlib.sha256(sys.version.encode()), {}
    with copies.one() as copy:
        for path in sorted(path for path in copy.rglob("*") if path.is_file()):
            name, content = path.relative_to(copy).as_posix(), path.read_bytes()
            if path.match("tests/test_*.py"):
                own[name] = content
            elif path.suffix == ".py" and path.parent != copy / "tools":
                shared.update(name.encode() + content)

    def one(test: str) -> Record:
        digest = hashlib.sha256(shared.digest() + own[test]).hexdigest()[:16]
        kept = RESULTS / "records" / f"{Path(test).stem}-{digest}.json"
        if not kept.exists():
            print(f"recording {test}", file=sys.stderr)
            kept.parent.mkdir(parents=True, exist_ok=True)
            for old in kept.parent.glob(f"{Path(test).stem}-*.json"):
                old.unlink()
            kept.write_text(json.dumps(record(copies, test)), encoding="utf-8")
        seconds, lines = json.loads(kept.read_text(encoding="utf-8"))
        return Record(seconds, {p: {int(n): t for n, t in of.items()} for p, of in lines.items()})

    return list(workers.map(one, own))


class Choice:
    """The choice of tests for a mutant."""

    def __init__(self, records: list[Record]):
        self.seconds = {test: s for record in records for test, s in record.seconds.items()}
        self.lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for record in records:
            for path, lines in record.lines.items():
                for line, tests in lines.items():
                    self.lines[path][line].update(tests)

    def __call__(self, path: str, lines: Iterable[int]) -> list[str]:
        """The tests that execute one of these lines; the fast ones first."""
        in_file = {test for tests in self.lines[path].values() for test in tests}
        named = {test for line in lines for test in self.lines[path][line]}
        if (
            not named
        ):  # it runs where nothing can be recorded: take the tests of the files next to it
            near = [other for other in self.lines if Path(other).parent == Path(path).parent]
            named = {test for other in near for of in self.lines[other].values() for test in of}
        tests = {test for test in self.seconds if test in named or test.split("::")[0] in named}
        fast = {test for test in tests if self.seconds[test] <= SLOW}
        return sorted(
            fast or tests, key=lambda test: (test not in in_file, self.seconds[test], test)
        )


def attempt(copies: Copies, mutant: Mutant, number: int, tests: list[str], seconds: float) -> str:
    """Run tests with a mutant: killed, timeout or survived."""
    if not tests:
        return "survived"
    with copies.one() as copy:
        file, original = copy / mutant.file, ROOT / mutant.file
        file.write_bytes(mutant.mutation.apply(original.read_bytes()))
        os.utime(file, (number, number))  # so that no compiled file of another mutant is used
        try:
            status = run(copy, [*PYTEST, "-x", *tests], 60 + 5 * seconds)
        finally:
            shutil.copy2(original, file)
    return {None: "timeout", 0: "survived"}.get(status, "killed")


def survey(mutants: list[Mutant], number_of_workers: int) -> list[dict[str, str]]:
    """The table of results for these mutants."""
    known = equivalents()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = Copies(Path(folder), number_of_workers)
        with ThreadPoolExecutor(number_of_workers) as workers:
            choose = Choice(recorded(copies, workers))
            tests = [choose(mutant.file, mutant.mutation.lines) for mutant in mutants]
            check(copies, sorted({test for chosen in tests for test in chosen}), choose)

            def one(number: int) -> dict[str, str]:
                mutant, chosen = mutants[number], tests[number]
                start = time.monotonic()
                if mutant.key() in known:
                    result = "equivalent"
                else:
                    seconds = sum(choose.seconds[test] for test in chosen)
                    result = attempt(copies, mutant, number + 1, chosen, seconds)
                seconds = f"{time.monotonic() - start:.1f}"
                row = mutant.described() | {"result": result, "tests": len(chosen)}
                print(f"{result:10} {seconds:>6} s  {place(row)}", file=sys.stderr, flush=True)
                return row | {"seconds": seconds}

            return list(workers.map(one, range(len(mutants))))


def check(copies: Copies, tests: list[str], choose: Choice) -> None:
    """Stop unless these tests pass together without any change."""
    with copies.one() as copy:
        tests = sorted(tests, key=lambda test: (choose.seconds[test], test))
        status = run(copy, [*PYTEST, *tests], 900) if tests else 0
        if status != 0:
            log = (copy.parent / f"{copy.name}.log").read_text(encoding="utf-8", errors="replace")
            raise SystemExit(
                f"{log[-3000:]}\nThe tests fail without a mutant: make them pass first."
            )


def place(row: dict[str, str]) -> str:
    """Where a mutant is and what it changes, in one line."""
    return f"{row['file']}:{row['line']}  {row['before']}  ->  {row['after']}"


def main() -> int:
    """Draw a sample, test it, and write and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=["src", "coursework"], help="files, folders")
    parser.add_argument("--number", type=int, default=200, help="mutants to draw (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--workers", type=int, default=2, help="mutants tested at once (2)")
    parser.add_argument("--list", action="store_true", help="print the sample and test nothing")
    chosen = parser.parse_args()
    mutants = population(chosen.paths)
    drawn = sample(mutants, chosen.number, chosen.seed)
    if chosen.list:
        print(*(place(mutant.described()) for mutant in drawn), sep="\n")
        return 0
    rows = survey(drawn, chosen.workers)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    results = [row["result"] for row in rows]
    count = {kind: results.count(kind) for kind in ("killed", "timeout", "survived", "equivalent")}
    noticed, counted = count["killed"] + count["timeout"], len(rows) - count["equivalent"]
    print("Survivors:", *(place(row) for row in rows if row["result"] == "survived"), sep="\n  ")
    print(
        f"{len(mutants)} possible mutants, {len(rows)} drawn with seed {chosen.seed}: "
        + ", ".join(f"{number} {kind}" for kind, number in count.items())
        + f"; noticed {noticed} of {counted} ({noticed / max(counted, 1):.1%})"
    )
    return 0 if noticed >= ENOUGH * counted else 1


if __name__ == "__main__":
    sys.exit(main())
