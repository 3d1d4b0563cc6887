"""The mutants are the ones meant, each changes the program, and a seed draws the same sample."""

import ast
import csv
import os

import pytest

if os.name == "nt":
    pytest.skip("mutants run with sh", allow_module_level=True)

import mutants
from mutations import mutations

SOURCE = '''
"""A docstring with 1 number."""
δ = 255


def scale(x: int | None = 2, *, exact=True) -> float:
    """Another: 3 + 4."""
    if x is None or x < 0:
        raise ValueError(f"{x + 1} is not " + "a scale")
    x = x // δ  # the text before it has two bytes per letter
    table[x] = y = (x) - (  # a - in a comment
        1e-3
    )
    total += x @ -y
    if y:
        return not total
    return total
'''


def changes(source):
    """The changed lines of all mutants of a text, before and after."""
    source = source.encode()
    return {mutation.before_and_after(source) for mutation in mutations(source)}


def test_each_kind_of_mutant_is_found_and_nothing_else():
    after = {}
    for before, mutant in changes(SOURCE):
        after.setdefault(before, set()).add(mutant)
    signature = "def scale(x: int | None = {}, *, exact={}) -> float:"
    minus = "table[x] = y = (x) - ( # a - in a comment"
    assert after == {
        "δ = 255": {"δ = 256"},
        signature.format(2, True): {signature.format(3, True), signature.format(2, False)},
        "if x is None or x < 0:": {
            "if x is not None or x < 0:",
            "if x is None and x < 0:",
            "if x is None or x <= 0:",
            "if x is None or x < 1:",
        },
        'raise ValueError(f"{x + 1} is not " + "a scale")': {"pass"},
        "x = x // δ # the text before it has two bytes per letter": {
            "x = x / δ # the text before it has two bytes per letter",
            "pass # the text before it has two bytes per letter",
        },
        minus: {minus.replace(") - (", ") + (")},
        "1e-3": {"1.001"},
        "total += x @ -y": {"total -= x @ -y", "total += x * -y", "total += x @ y", "pass"},
        "if y:": {"if (not (y)):"},
        "return not total": {"return total", "return None"},
        "return total": {"return None"},
    }


def test_a_statement_is_deleted_only_if_every_name_keeps_a_value():
    once = "def f(a):\n    b = a\n    self.c = b\n    b = 2 * b\n    a, d = b, b\n"
    deleted = {before for before, after in changes(once) if after == "pass"}
    assert deleted == {"self.c = b", "b = 2 * b"}


def test_every_mutant_is_another_program():
    for mutant in mutants.population(["coursework/sandbox/wire.py"]):
        source = (mutants.ROOT / mutant.file).read_bytes()
        changed = mutant.mutation.apply(source)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)), mutant.described()


def test_the_population_is_the_package_and_the_programs_of_the_coursework():
    files = {mutant.file for mutant in mutants.population()}
    assert {"src/backprop/loops.py", "coursework/sandbox/jail.py"} < files
    assert not [file for file in files if "/source/" in file or "/release/" in file]
    with pytest.raises(FileNotFoundError, match="there is no src/nothing.py"):
        mutants.population(["src/nothing.py"])


def test_a_seed_draws_the_same_sample_without_repeats():
    population = mutants.population(["coursework"])
    drawn = mutants.sample(population, 30, seed=1)
    assert drawn == mutants.sample(population, 30, seed=1) != mutants.sample(population, 30, seed=2)
    assert len({population.index(mutant) for mutant in drawn}) == 30
    assert mutants.sample(population, 10**6, seed=1) == population


def test_every_mutant_listed_as_equivalent_exists_and_has_a_reason():
    with mutants.EQUIVALENT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["reason"] for row in rows)
    files = sorted({row["file"] for row in rows})
    missing = mutants.equivalents() - {mutant.key() for mutant in mutants.population(files)}
    assert not missing


def test_a_mutant_meets_the_tests_of_its_line_the_fastest_first():
    one, two, slow = "tests/test_a.py::test_one", "tests/test_a.py::test_two", "tests/test_b.py::t"
    records = [
        mutants.Record({one: 0.5, two: 0.1}, {"src/a.py": {1: ["tests/test_a.py"], 2: [one, two]}}),
        mutants.Record({slow: 99.0}, {"src/a.py": {2: [slow], 3: [slow]}}),
    ]
    choose = mutants.Choice(records)
    assert choose("src/a.py", [1]) == [two, one]  # an import is of every test of the file
    assert choose("src/a.py", [2]) == [two, one]
    assert choose("src/a.py", [3]) == [slow]  # nothing faster executes it
    assert choose("src/a.py", [4]) == [two, one]  # never seen: the tests of its folder
    assert choose("src/worker.py", [4]) == [two, one]
