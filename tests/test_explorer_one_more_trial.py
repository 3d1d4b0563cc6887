"""The explorer of trials: effect, spread and evidence are those of `backprop.comparison`."""

import numpy as np
import pytest
from explorer_pages import check_agreement, opened, usual_and_drawn, values

from backprop.comparison import compare_paired, sign_test
from backprop.explorers.trials import COMPARISONS, paired_trials

NAME = "one-more-trial"
STORED = paired_trials()
OPTION = """([name, verdict]) => {
    const explorer = document.querySelector(name);
    const result = explorer.compute(explorer.state);
    const place = OneMoreTrial.verdicts(result).findIndex(([code]) => code === verdict);
    const option = explorer.question(result).options[place];
    return [option.right, option.explanation];
}"""


def table(found, after):
    return {
        f"effect {after}": found.effect,
        f"spread {after}": found.spread,
        f"wins {after}": found.wins,
        f"ties {after}": found.ties,
        f"losses {after}": found.losses,
        f"p, corrected t-test {after}": found.p_value,
        f"p of a sign test, as if the trials were coins {after}": sign_test(
            found.wins, found.losses
        ),
    }


def expected(comparison, order, trials):
    """The explorer's table, computed by the package from the stored file."""
    compared = COMPARISONS[comparison]
    ours, rival = compared.scores().to_numpy()[STORED[comparison]["orders"][int(order)]].T
    drawn = min(int(trials), len(ours) - 1)
    differences = [0.0 if abs(one) < 1e-9 else one for one in ours - rival]
    first = compare_paired(ours[:drawn], rival[:drawn], compared.split)
    return (
        table(compare_paired(ours, rival, compared.split), "of all trials")
        | table(first, f"after {drawn} trials")
        | {f"difference in trial {i}": one for i, one in enumerate(differences, start=1)}
    )


def test_its_numbers_are_those_of_the_package(chromium, tmp_path):
    generator = np.random.default_rng(5)
    with opened(chromium, tmp_path, NAME) as visit:
        usual, *drawn_settings = usual_and_drawn(visit.page, NAME, generator)
        for drawn, trials in zip(drawn_settings, generator.integers(2, 100, size=200).tolist()):
            drawn["trials"] = trials
        for drawn in [usual, *drawn_settings]:
            check_agreement(values(visit.page, NAME, drawn), expected(**drawn))


def test_its_trials_are_those_of_the_chapters():
    """The comparisons that the chapters print."""
    found = {
        name: compare_paired(*compared.scores().to_numpy().T, compared.split)
        for name, compared in COMPARISONS.items()
    }
    rounded = {
        name: (one.wins, one.ties, one.losses, round(one.p_value, 4)) for name, one in found.items()
    }
    assert rounded == {
        "wheat": (4, 21, 25, 0.1973),
        "iris": (20, 77, 3, 0.3562),
        "stopping": (17, 1, 2, 0.116),
        "penalty": (20, 0, 0, 0.0022),
    }
    for name, one in STORED.items():
        assert [sorted(order) for order in one["orders"]] == [sorted(one["orders"][0])] * 5, name


@pytest.mark.parametrize(
    ("comparison", "verdict", "right", "words"),
    [
        ("wheat", 0, True, "p is 0.197"),
        ("wheat", -1, False, "trials counted like coins"),
        ("wheat", 2, False, "large p-value taken for equality"),
        ("penalty", 1, True, "p is 0.002"),
        ("stopping", 1, False, "trials counted like coins"),
    ],
)
def test_a_verdict_is_judged_by_the_evidence(comparison, verdict, right, words, chromium, tmp_path):
    with opened(chromium, tmp_path, NAME, state=f"{NAME}?comparison={comparison}") as visit:
        is_right, explanation = visit.page.evaluate(OPTION, [NAME, verdict])
        assert is_right == right and words in explanation


def test_the_last_trial_is_drawn_with_the_verdict(chromium, tmp_path):
    with opened(chromium, tmp_path, NAME) as visit:
        points, more = visit.page.locator("circle.point"), visit.page.get_by_text("Draw ten more")
        assert points.count() == 5
        visit.page.get_by_text("Draw one more trial").click()
        assert points.count() == 6
        while more.is_visible():
            more.click()
        assert points.count() == 49
        assert "give your verdict" in visit.page.locator(NAME).inner_text()
        visit.page.locator(".choices button").first.click()
        assert points.count() == 50
