"""Headless Chromium for the tests, driven by Playwright: opens pages and says what it saw."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:  # it is in requirements-browser.txt, so that a reader's install stays small
    sync_playwright = None

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host has an address
]


def missing() -> str:
    """What is not installed here, and how to install it; empty if all is."""
    if CHROMIUM is None:
        return "Chromium is not installed: apt-get install chromium"
    if sync_playwright is None:
        return "Playwright is not installed: make browser"
    return ""


@contextmanager
def started() -> Iterator["Browser"]:
    """A browser, closed at the end."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        try:
            yield chromium
        finally:
            chromium.close()


@dataclass
class Visit:
    """A page that is open, what it has asked for, and what it has complained of."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(str(request.failure)))
        self.page.on("pageerror", lambda e: self.complaints.append(f"{e.name}: {e.message}"))
        self.page.on("console", self._hear)

    def _hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def go_to(self, address: str) -> None:
        """Go to an address, and wait until its scripts have run and its formulas are typeset."""
        self.page.goto(address, wait_until="load")
        self.page.evaluate("window.MathJax?.startup?.promise.then(() => null)")
        self.page.wait_for_load_state("networkidle")


@contextmanager
def visit(chromium: "Browser", address: str, width: int = 1280, **options) -> Iterator[Visit]:
    """A visit to an address in a window of this many pixels' width, with a memory of its own.

    Further options are those of Playwright's `Browser.new_context`, such as `color_scheme`.
    """
    context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
    context.set_default_timeout(180_000)  # milliseconds: several tests use the machine at once
    try:
        seen = Visit(context.new_page())
        seen.go_to(address)
        yield seen
    finally:
        context.close()
