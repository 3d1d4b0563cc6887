"""Headless Chromium, driven over its DevTools protocol: opens pages and says what it saw."""

import asyncio
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tornado.websocket import websocket_connect

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host has an address
]
# Asked of a page once it has loaded, typeset its formulas and finished its scripts.
QUESTION = """(async () => {
    await window.MathJax?.startup?.promise;
    await new Promise(done => setTimeout(done, 500));
    const number = what => document.querySelectorAll(what).length;
    return {
        width: document.documentElement.scrollWidth,
        formulas: number(".math"), typeset: number("mjx-container"), misread: number("mjx-merror"),
        found: number("ul.search > li"),
    };
})()"""


@dataclass
class Visit:
    """What a page asked for, what it complained of, and its answers to QUESTION."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def note(self, event: str, details: dict) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])
        elif event == "Network.loadingFailed":
            self.complaints.append(details["errorText"])
        elif event == "Log.entryAdded" and details["entry"]["level"] in ("error", "warning"):
            self.complaints.append(details["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(str(details["exceptionDetails"]))
        elif event == "Runtime.consoleAPICalled" and details["type"] in ("error", "warning"):
            self.complaints.append(str(details["args"]))


async def _visit(socket, numbers, address, width) -> Visit:
    visit, loaded, session = Visit(), asyncio.Event(), None

    async def tell(method, **parameters):
        """Send a command, and note what happens until its answer comes."""
        number = next(numbers)
        command = {"id": number, "method": method, "params": parameters}
        await socket.write_message(
            json.dumps(command | ({"sessionId": session} if session else {}))
        )
        while True:
            message = await read()
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    async def read():
        message = json.loads(await asyncio.wait_for(socket.read_message(), timeout=60))
        if message.get("sessionId") == session and "method" in message:
            visit.note(message["method"], message["params"])
            if message["method"] == "Page.loadEventFired":
                loaded.set()
        return message

    target = (await tell("Target.createTarget", url="about:blank"))["targetId"]
    session = (await tell("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
    for domain in ("Page", "Network", "Log", "Runtime"):
        await tell(f"{domain}.enable")
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    await tell("Emulation.setDeviceMetricsOverride", **size)
    await tell("Page.navigate", url=address)
    while not loaded.is_set():
        await read()
    options = {"awaitPromise": True, "returnByValue": True}
    answer = await tell("Runtime.evaluate", expression=QUESTION, **options)
    visit.answers = answer["result"]["value"]
    await tell("Target.closeTarget", targetId=target)
    return visit


async def _visit_all(profile, addresses, width) -> list[Visit]:
    port_file = Path(profile, "DevToolsActivePort")
    while not port_file.exists() or port_file.read_text(encoding="utf-8").count("\n") < 1:
        await asyncio.sleep(0.1)
    port, path = port_file.read_text(encoding="utf-8").split()
    socket = await websocket_connect(f"ws://127.0.0.1:{port}{path}")
    numbers = count(1)
    visits = [await _visit(socket, numbers, address, width) for address in addresses]
    socket.close()
    while await socket.read_message() is not None:
        pass  # until the browser has closed its end as well
    return visits


def visit(addresses: list[str], width: int) -> list[Visit]:
    """Open each address in a window of this many pixels' width."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **quiet) as browser:
            try:
                return asyncio.run(asyncio.wait_for(_visit_all(profile, addresses, width), 300))
            finally:
                browser.terminate()
