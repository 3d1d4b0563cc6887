"""Serve the built book to a browser on this machine.

    python tools/serve.py                       _build/html at port 8000
    python tools/serve.py FOLDER --port 8010

The two headers let Python in the page be interrupted without losing its variables: only with them
does a browser give a page and its worker a piece of memory in common.
"""

import sys
from argparse import ArgumentParser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cache-Control": "no-cache",  # ask whether a file has changed: a book is built again
}


class BookHandler(SimpleHTTPRequestHandler):
    """Answers with a file of the folder and the two headers."""

    # Of these a browser asks the right type; what a system lists for them varies.
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }

    def end_headers(self) -> None:
        """Add the headers to every answer."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing about single requests."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder for this machine alone; port 0 stands for any that is free."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(BookHandler, directory=folder))


def main() -> None:
    """Serve until Ctrl-C."""
    parser = ArgumentParser(description="Serve the built book on this machine.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("_build/html"))
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if not (options.folder / "index.html").is_file():
        sys.exit(f"serve: there is no book in {options.folder}: run make live (or make book) first")
    try:
        book = server(options.folder, options.port)
    except OSError as error:
        sys.exit(f"serve: port {options.port} cannot be used ({error}): choose another with --port")
    print(f"http://127.0.0.1:{book.server_port}/index.html (Ctrl-C ends it)", flush=True)
    try:
        book.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
