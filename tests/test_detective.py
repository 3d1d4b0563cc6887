"""The detective: every program has the mistake that it is meant to have, and no other."""

import re
from pathlib import Path

import numpy as np
import pytest

from backprop.practice.detective import case, cases
from backprop.practice.detective.case import FORMS, Case, all_cases
from backprop.practice.detective.changes import CHANGES
from backprop.practice.detective.program import flat
from backprop.practice.detective.programs import PROGRAMS

BOOK = Path(__file__).resolve().parents[1] / "book"
LATER = np.random.default_rng(1).integers(cases() + 1, 100 * cases(), size=60)
SOME = (1, cases(1), cases(1) + 1, cases() // 2, cases())


def repaired(number):
    """The same case without its mistake."""
    found = Case(number)
    found.source = found._right_source
    return found


def form_of(number):
    """The mistake that a case is meant to have."""
    return all_cases()[(number - 1) % cases()][1].form


@pytest.mark.parametrize("number", [*range(1, cases() + 1), *map(int, LATER)])
def test_a_case_has_its_mistake_and_no_other(number):
    found, form = case(number), form_of(number)
    lines = found.source.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 84
    assert not re.search(r"[^$]\$\w", found.source), "a gap was left open"
    diagnosis = found.reveal().diagnosis
    assert not diagnosis.right and form in (diagnosis.form, *diagnosis.also), str(diagnosis)
    assert max(found.measure().values()) > 1e-3
    right = repaired(number)
    assert right.reveal().diagnosis.right
    assert max(right.measure().values()) < 1e-5


@pytest.mark.parametrize("number", range(1, cases() + 1))
def test_only_names_that_fit_the_numbers_are_accepted(number):
    found, form = case(number), form_of(number)
    diagnosis = found.reveal().diagnosis
    assert found.judge(form).right and found.judge(f"  {form.upper()}. ").right
    for name in {*FORMS, *found._wrong} - {diagnosis.form, *diagnosis.also}:
        verdict = found.judge(name)
        assert not verdict.right and verdict.form is None and verdict.section is None
        assert diagnosis.form not in verdict.message and diagnosis.explanation not in str(verdict)


def test_there_are_enough_cases_and_all_differ():
    assert cases() >= 150 and cases() == sum(cases(level) for level in (1, 2, 3))
    assert min(cases(level) for level in (1, 2, 3)) >= 40
    assert len({case(number).source for number in range(1, cases() + 1)}) == cases()
    levels = [case(number).level for number in range(1, cases() + 1)]
    assert levels == sorted(levels)


def test_every_program_and_every_change_is_used():
    names, changes = zip(*all_cases())
    assert set(names) == set(PROGRAMS) and set(changes) == set(CHANGES)


def test_a_number_is_always_the_same_case():
    for number in SOME:
        assert case(number).source == case(number).source
        assert case(number).source != case(number + cases()).source
        assert case(number).level == case(number + cases()).level
    drawn = [case(level=2, generator=np.random.default_rng(5)) for _ in range(2)]
    assert drawn[0].number == drawn[1].number and drawn[0].source == drawn[1].source
    assert drawn[0].source == case(drawn[0].number).source


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_case_is_drawn_from_its_level(level):
    generator = np.random.default_rng(level)
    drawn = [case(level=level, generator=generator) for _ in range(40)]
    assert {found.level for found in drawn} == {level}
    assert len({found.number for found in drawn}) > 35
    assert case(level=level).level == level


def test_all_levels_are_drawn():
    generator = np.random.default_rng(0)
    assert {case(generator=generator).level for _ in range(40)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"number": 0}, "the number of the case is 0"),
        ({"number": 1.0}, "the number of the case is 1.0"),
        ({"number": "sign"}, "the number of the case is 'sign'"),
        ({"level": 4}, "the level is 4"),
        ({"level": "hard"}, "the level is 'hard'"),
        ({"number": 1, "level": 1}, "not both"),
        ({"generator": 3}, "generator is 3"),
    ],
)
def test_what_does_not_exist_is_an_error(arguments, message):
    with pytest.raises(ValueError, match=message):
        case(**arguments)
    with pytest.raises(ValueError, match="the level is 0"):
        cases(0)


@pytest.mark.parametrize("number", SOME)
def test_the_program_runs_as_it_is(number, capsys):
    found = case(number)
    names = found.run()
    assert "loss" in capsys.readouterr().out
    assert {"parameters", "X", "Y", "loss", "gradient", "rate"} <= set(names)
    found.measure()
    assert capsys.readouterr().out == ""
    assert np.array_equal(found.X, np.array(names["X"]))
    assert np.array_equal(found.network.parameters, flat(names["parameters"]))
    value = names["loss"](names["parameters"], names["X"], names["Y"])
    assert found.network.loss_value(found.X, found.Y) == pytest.approx(float(value), rel=1e-6)


@pytest.mark.parametrize("name", ["", "?", "the sign, I think", None, 3, ["sign"], np.zeros(2)])
def test_a_name_that_does_not_exist_gets_the_list(name):
    verdict = case(1).judge(name)
    assert not verdict.right and all(form in verdict.message for form in FORMS)


def test_a_wrong_name_is_refuted_by_a_number():
    number = next(n for n in range(1, cases() + 1) if form_of(n) == "missing bias gradient")
    message = case(number).judge("sign").message
    assert re.fullmatch(
        r"With that mistake, the gradient for layer \d, \S+(?: \d+\])? would be (\S+)\. "
        r"The program computes (?!\1\.)\S+\.",
        message,
    )
    number = next(n for n in range(1, cases() + 1) if form_of(n) == "sign")
    assert "Measure again" in case(number).judge("constant factor in the penalty").message


@pytest.mark.parametrize("number", range(1, cases() + 1, 4))
def test_a_repair_is_judged(number):
    found = case(number)
    assert found.judge_repair(repaired(number)._names["gradient"]).right
    verdict = found.judge_repair(found._names["gradient"])
    assert not verdict.right and "the same mistake" in verdict.message
    assert found.reveal().diagnosis.form not in verdict.message
    opposite = repaired(number).network
    _, vector = opposite.loss_and_gradient(found.X, found.Y)
    verdict = found.judge_repair(lambda parameters, X, Y: -vector)
    assert not verdict.right and (form_of(number) == "sign" or verdict.form == "sign")


def test_a_repair_that_changes_its_arguments_harms_nothing():
    found, right = case(cases(1)), repaired(cases(1))

    def destructive(parameters, X, Y):
        result = right._names["gradient"](parameters, X, Y)
        for part in (*parameters, X, Y):
            part[...] = 0
        return result

    assert found.judge_repair(destructive).right
    assert found.judge_repair(destructive).right


@pytest.mark.parametrize(
    "function",
    [
        None,
        3,
        "gradient",
        np.zeros(5),
        lambda: 1,
        lambda parameters, X, Y: None,
        lambda parameters, X, Y: "gradient",
        lambda parameters, X, Y: [[None], {}],
        lambda parameters, X, Y: [np.nan],
        lambda parameters, X, Y: parameters[:1],
        lambda parameters, X, Y: 1 / 0,
        lambda parameters, X, Y: [np.full_like(part, np.nan) for part in parameters],
    ],
)
def test_any_object_as_a_repair_gets_a_verdict(function):
    verdict = case(cases(1)).judge_repair(function)
    assert not verdict.right and verdict.message


@pytest.mark.parametrize("number", SOME)
def test_the_solution_is_the_diagnosis_and_the_lines(number):
    found = case(number)
    solution = found.reveal()
    lines = solution.lines.splitlines()
    for line in lines:
        own, other = found.source, found._right_source
        assert line[2:] in (own if line.startswith("-") else other).splitlines()
    assert lines and solution.lines in str(solution)
    assert "```diff" in solution._repr_markdown_()
    page, _, anchor = solution.diagnosis.section.partition("#")
    assert anchor and (BOOK / page).is_file()


def test_a_case_is_shown_as_its_program():
    found = case(3)
    assert found.source in repr(found) and "Case 3" in repr(found)
    assert f"```python\n{found.source}```" in found._repr_markdown_()
    assert found.reveal().diagnosis.form not in found._repr_markdown_()
