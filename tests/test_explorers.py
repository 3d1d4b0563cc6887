"""All explorers: they ask first, say what is to be seen, restore a link, and fit every width."""

import numpy as np
import pytest
from explorer_pages import PHONE, draw_settings, opened, settings_of

from backprop.explorers import EXPLORERS, show
from backprop.explorers.javascript import as_javascript, formulas_as_javascript
from backprop.mistakes.formulas import order, update

MOST_BYTES = 40_000
STATE = """name => {
    const explorer = document.querySelector(name);
    return {
        known: explorer.known, hidden: explorer.querySelector(".explorer-numbers").hidden,
        status: explorer.querySelector(".explorer-status").textContent,
        verdict: explorer.querySelector(".verdict").textContent, state: {...explorer.state},
    };
}"""
# The table as it is shown, next to the numbers themselves.
TABLE = """name => {
    const explorer = document.querySelector(name);
    const values = Object.entries(explorer.values()).map(([name, value]) => [name, String(value)]);
    return [...explorer.querySelectorAll(".explorer-numbers tr")].map((row, i) =>
        [row.querySelector("th").textContent, row.querySelector("td").dataset.value, ...values[i]]);
}"""
PREDICT = """name => {
    const explorer = document.querySelector(name);
    const question = explorer.question(explorer.compute(explorer.state));
    const box = explorer.querySelector(".explorer-question");
    if (question.options) {
        box.querySelectorAll("button")[question.options.findIndex(one => one.right)].click();
    } else {
        box.querySelector("input").value = String(question.right);
        box.querySelector("form").requestSubmit();
    }
}"""
WRONG = """name => {
    const explorer = document.querySelector(name);
    const question = explorer.question(explorer.compute(explorer.state));
    const box = explorer.querySelector(".explorer-question");
    return (question.options || question.wrong).map((one, index) => {
        explorer.ask();
        if (question.options) box.querySelectorAll("button")[index].click();
        else {
            box.querySelector("input").value = String(one.value);
            box.querySelector("form").requestSubmit();
        }
        const verdict = box.querySelector(".verdict");
        return [one.right ? "right" : "wrong", verdict.dataset.verdict, one.form || one.explanation,
            verdict.textContent];
    });
}"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(params=sorted(EXPLORERS))
def name(request):
    return request.param


def test_it_is_small(name):
    assert len(EXPLORERS[name].source().encode()) <= MOST_BYTES


def test_it_asks_before_it_shows(name, chromium, tmp_path):
    with opened(chromium, tmp_path, name) as visit:
        before = visit.page.evaluate(STATE, name)
        assert not before["known"] and before["hidden"] and before["status"].startswith("Predict")
        visit.page.evaluate(PREDICT, name)
        after = visit.page.evaluate(STATE, name)
        assert after["known"] and not after["hidden"] and "Right" in after["verdict"]
        assert after["status"] and after["status"] != before["status"]
        table = visit.page.evaluate(TABLE, name)
        assert table and all(row[:2] == row[2:] for row in table)
        assert not visit.complaints


def test_it_says_what_is_wrong(name, chromium, tmp_path):
    with opened(chromium, tmp_path, name) as visit:
        answers = visit.page.evaluate(WRONG, name)
        assert any(expected == "wrong" for expected, *_ in answers)
        for expected, verdict, words, text in answers:
            assert verdict == expected, text
            assert words.lower() in text.lower()


def test_a_link_restores_its_state(name, chromium, tmp_path):
    with opened(chromium, tmp_path, name) as visit:
        drawn = draw_settings(settings_of(visit.page, name), np.random.default_rng(1))
        visit.page.evaluate(
            "([name, drawn]) => document.querySelector(name).set(drawn)", [name, drawn]
        )
        wanted = visit.page.evaluate(STATE, name)["state"]
        visit.page.wait_for_timeout(400)
        address = visit.page.url
        assert visit.page.evaluate("location.hash").startswith(f"#{name}?")
    with opened(chromium, tmp_path, name, state=address.split("#")[1]) as visit:
        assert visit.page.evaluate(STATE, name)["state"] == wanted


def test_a_bad_link_does_no_harm(name, chromium, tmp_path):
    with opened(chromium, tmp_path, name) as visit:
        usual = settings_of(visit.page, name)
    state = "&".join(f"{setting}=nonsense" for setting in usual) + "&other=1&__proto__=2"
    with opened(chromium, tmp_path, name, state=f"{name}?{state}") as visit:
        found = visit.page.evaluate(STATE, name)["state"]
        numbers = {key: one["value"] for key, one in usual.items() if "step" in one}
        assert {key: found[key] for key in numbers} == numbers
        assert not visit.complaints


def test_it_fits_every_width_and_keeps_to_its_page(name, chromium, tmp_path):
    for width in (320, PHONE, 768, 1600):
        with opened(chromium, tmp_path, name, width, reduced_motion="reduce") as visit:
            visit.page.evaluate(PREDICT, name)
            assert visit.page.evaluate(TOO_WIDE) <= 0, width
            assert len(visit.requests) == 1 and not visit.complaints


def test_each_of_its_controls_can_be_reached_by_keyboard(name, chromium, tmp_path):
    controls = "button, input, select, summary, [tabindex='0']"
    with opened(chromium, tmp_path, name, reduced_motion="reduce") as visit:  # elements stay
        visit.page.evaluate(PREDICT, name)
        seen = "e => [...e.querySelectorAll('%s')].filter(c => c.checkVisibility()).length"
        total = visit.page.locator(name).evaluate(seen % controls.replace("'", "\\'"))
        reached = set()
        for _ in range(total + 3):
            visit.page.keyboard.press("Tab")
            place = "[...document.querySelectorAll('*')].indexOf(document.activeElement)"
            if visit.page.evaluate(f"!!document.activeElement.closest('{name}')"):
                reached.add(visit.page.evaluate(place))
        assert len(reached) == total


def test_show_gives_a_page_of_its_own():
    shown = show("one-weight", rate=1.2)._repr_html_()
    assert (
        shown.startswith("<iframe srcdoc=")
        and "&lt;one-weight data-rate=&quot;1.2&quot;&gt;" in shown
    )
    with pytest.raises(ValueError, match="no explorer 'two-weights': choose one of"):
        show("two-weights")


def test_show_works_inside_a_notebook(chromium):
    page, complaints = chromium.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    shown = show("one-weight", rate=1.2)._repr_html_()
    page.set_content(f"<meta charset='utf-8'><body data-jp-theme-light='false'>{shown}")
    frame = page.frames[1]
    frame.wait_for_selector(".explorer-picture svg")
    assert frame.evaluate("document.querySelector('one-weight').state.rate") == 1.2
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    frame.evaluate("document.querySelector('one-weight').set({rate: 1.3})")
    page.wait_for_timeout(400)
    assert "rate=1.3" in frame.evaluate("location.hash")
    assert page.locator("iframe").bounding_box()["height"] > 300
    assert not complaints
    page.close()


def test_a_page_can_have_settings_of_its_own(chromium, tmp_path):
    with opened(chromium, tmp_path, "one-weight") as visit:
        script = """() => {
            const explorer = document.createElement("one-weight");
            explorer.dataset.rate = "1.2";
            document.body.append(explorer);
            return [explorer.state.rate, explorer.state.start];
        }"""
        assert visit.page.evaluate(script) == [1.2, 0.14]


def test_a_formula_becomes_javascript():
    assert as_javascript(update.NEW_WEIGHT.compute) == "(w, slope, rate) => (w - (rate * slope))"
    with pytest.raises(NotImplementedError, match="is not written the same way"):
        as_javascript(lambda x: x @ x)


def test_the_formulas_in_javascript_give_what_they_give_in_python(chromium):
    generator = np.random.default_rng(0)
    page = chromium.new_page()
    for explorer in EXPLORERS.values():
        for name, formula in explorer.formulas.items():
            page.evaluate(
                formulas_as_javascript({name: formula}) + ";globalThis.Formulas = Formulas"
            )
            count = formula.compute.__code__.co_argcount
            of_texts = formula is order.BACKWARD_ORDER
            for _ in range(20):
                given = abs(generator.normal(size=count)).round(3).tolist()  # roots have to exist
                given = list(map(str, given)) if of_texts else given
                script = """([name, given]) => [Formulas[name].compute(...given),
                    ...Formulas[name].mistakes.map(one => one.compute(...given))]"""
                wanted = [formula(*given), *(m.value for m in formula.wrong_values(*given))]
                found = page.evaluate(script, [name, given])
                if isinstance(wanted[0], str):
                    assert found == wanted
                    continue
                np.testing.assert_allclose(found, np.array(wanted, float), rtol=1e-14, atol=1e-300)
