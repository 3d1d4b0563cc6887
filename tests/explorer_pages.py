"""Explorers on a page of their own, and what their tests share."""

import json
import math
from contextlib import contextmanager

import browser

from backprop.explorers import STYLE, read, scripts_of

PHONE = 375
PAGE = """<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{name}</title><style>{style}</style>
<body style="margin: 4px"><main><h1>{name}</h1><{name}></{name}></main>{scripts}"""


def as_page(name):
    """A page with the explorer and nothing else."""
    scripts = "\n".join(f"<script>{source}</script>" for source in scripts_of(name).values())
    return PAGE.format(name=name, style=read(STYLE), scripts=scripts)


@contextmanager
def opened(chromium, folder, name, width=1280, state="", **options):
    """A visit to a page with the explorer; `state` is what follows # in its address."""
    path = folder / f"{name}.html"
    path.write_text(as_page(name), encoding="utf-8")
    address = path.as_uri() + (f"#{state}" if state else "")
    with browser.visit(chromium, address, width, **options) as seen:
        yield seen


def settings_of(page, name):
    """The explorer's settings with their limits and choices."""
    return page.evaluate("name => customElements.get(name).settings", name)


def usual_and_drawn(page, name, generator):
    """The explorer's usual settings, and 200 drawn ones; what has no control is not drawn."""
    settings = settings_of(page, name)
    usual = {name: one["value"] for name, one in settings.items()}
    return [usual, *(draw_settings(settings, generator) for _ in range(200))]


def draw_settings(settings, generator):
    """Settings at random, within their limits and on their steps."""
    drawn = {name: one for name, one in settings.items() if "choices" in one or "step" in one}
    return {name: draw_value(one, generator) for name, one in drawn.items()}


def draw_value(setting, generator):
    if "choices" in setting:
        return str(generator.choice(sorted(setting["choices"])))
    steps = round((setting["to"] - setting["from"]) / setting["step"])
    return round(setting["from"] + setting["step"] * int(generator.integers(steps + 1)), 10)


def values(page, name, settings):
    """The numbers of the explorer's table, by name, with these settings."""
    script = """([name, settings]) => {
        const explorer = document.querySelector(name);
        explorer.set(settings);
        return JSON.stringify(Object.entries(explorer.values()), (_, value) =>
            typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
    }"""
    return dict(json.loads(page.evaluate(script, [name, settings])))


def check_agreement(found, expected):
    """Assert that two tables have the same rows, and that their numbers agree to 1e-12."""
    assert list(found) == list(expected)
    for name, wanted in expected.items():
        if isinstance(wanted, str):
            assert found[name] == wanted, name
        else:
            near = math.isclose(found[name], wanted, rel_tol=1e-12, abs_tol=1e-12)
            assert near, (name, found[name], wanted)
