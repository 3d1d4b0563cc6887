"""Gather what a page needs to run Python, in _build/live: Pyodide, packages, and the course.

    python tools/live.py           the archives come from Pyodide's public distribution
    python tools/live.py FOLDER    from a folder, or from a wheel or zip file that contains them

Pyodide itself comes from npm, and its lock file names every archive with its SHA-256. An archive
that differs in one byte is refused, so it does not matter where it comes from. `make live` builds
the book with the result; if something is missing, it says what, and the built book stays as it is.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from backprop.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
DOWNLOADS = ROOT / "_build" / "downloads"
LIVE = ROOT / "_build" / "live"

VERSION = "0.27.7"
# Of the file that `npm pack` writes. The lock file is in it, so all trust begins here.
INTEGRITY = (
    "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA=="
)
DISTRIBUTION = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
PACKAGES = ("matplotlib", "numpy", "pillow", "scikit-learn", "scipy")
UNUSED = {"matplotlib-pyodide", "pytz"}  # the page has a backend of its own, and no time zones
# The platform of that version of Pyodide, for the packages of requirements-live.txt.
PLATFORM = ["--platform", "pyemscripten_2024_0_wasm32", "--python-version", "3.12"]

# What the chapters import and open, as it lies in the course's folder.
COURSE = (
    "src/backprop/**/*.py",
    "src/backprop/explorers/*.*",
    "book/live/*.py",
    "book/_ext/figure_in_page.py",
    "book/experiments/*.csv",
    "benchmarks/*.csv",
    "data/**/*.csv",
    "data/**/*.gz",
    "data/**/*.txt",
)


class Missing(Exception):
    """Says what could not be had, and what to do."""


def fetch_core() -> dict[str, bytes]:
    """Pyodide's own files and its lock file, by name."""
    path = DOWNLOADS / f"pyodide-{VERSION}.tgz"
    if not path.is_file():
        if shutil.which("npm") is None:
            raise Missing("npm is not installed: install Node.js with npm, then run it again")
        command = ["npm", "pack", "--silent", f"pyodide@{VERSION}"]
        done = subprocess.run(command, cwd=DOWNLOADS, capture_output=True, encoding="utf-8")
        if done.returncode != 0 or not path.is_file():
            raise Missing(
                f"npm could not fetch pyodide@{VERSION}: check the network. npm says:\n"
                f"{done.stderr}"
            )
    if hashlib.sha512(path.read_bytes()).digest() != base64.b64decode(INTEGRITY):
        path.unlink()
        raise Missing(
            f"npm's file for pyodide@{VERSION} is refused, because its checksum is not the one in "
            f"tools/live.py: check which registry npm uses, then run it again"
        )
    with tarfile.open(path) as archive:
        return {name: archive.extractfile(f"package/{name}").read() for name in (*CORE, LOCK)}


def needed(lock: dict) -> dict[str, dict]:
    """The entries of the lock file for `PACKAGES` and everything that they depend on."""
    found: dict[str, dict] = {}
    waiting = list(PACKAGES)
    while waiting:
        name = waiting.pop()
        if name in found or name in UNUSED:
            continue
        entry = lock["packages"][name]
        found[name] = entry | {"depends": [one for one in entry["depends"] if one not in UNUSED]}
        waiting += entry["depends"]
    return found


def open_source(source: str) -> Callable[[str], bytes]:
    """A function that reads an archive, by name, from an address, a folder, a wheel or a zip."""
    if source.startswith(("https://", "http://")):
        return lambda name: download(source, name)
    path = Path(source)
    if path.is_dir():
        return lambda name: (path / name).read_bytes()
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        members = {Path(member).name: member for member in archive.namelist()}
        return lambda name: archive.read(members[name])
    raise Missing(
        f"{source} is neither a folder nor a wheel or zip file: give one that contains the "
        f"archives of Pyodide {VERSION}, as in ARCHIVES=/path make live, or leave ARCHIVES out to "
        f"fetch them"
    )


def download(address: str, name: str) -> bytes:
    """The file of that name at an address."""
    try:
        with urlopen(address + name, timeout=60) as answer:
            return answer.read()
    except (URLError, OSError) as error:
        raise Missing(
            f"{address}{name} could not be fetched ({error}): check the network, or take the "
            f"archives from a folder or a wheel: ARCHIVES=/path make live"
        ) from None


def fetch_archives(entries: dict[str, dict], source: str) -> dict[str, bytes]:
    """The archives of these entries, by name: those of an earlier run, others from the source."""
    read, archives = None, {}
    for entry in entries.values():
        name, kept = entry["file_name"], DOWNLOADS / entry["file_name"]
        if kept.is_file() and sha256(kept.read_bytes()) == entry["sha256"]:
            archives[name] = kept.read_bytes()
            continue
        read = read or open_source(source)
        try:
            content = read(name)
        except (FileNotFoundError, KeyError):
            raise Missing(
                f"{source} has no {name}: give a source with the archives of Pyodide {VERSION}"
            ) from None
        if sha256(content) != entry["sha256"]:
            raise Missing(
                f"{name} from {source} is refused: its SHA-256 is {sha256(content)}, and the lock "
                f"file asks for {entry['sha256']}. Fetch it again, or give another source"
            )
        write_whole(kept, content)
        archives[name] = content
    return archives


def fetch_wheels(requirements: Path = ROOT / "requirements-live.txt") -> dict[str, bytes]:
    """The wheels of requirements-live.txt, by file name; pip checks their hashes."""
    folder = DOWNLOADS / f"wheels-{sha256(requirements.read_bytes())[:12]}"
    if not folder.is_dir():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--disable-pip-version-check",
            "--quiet",
        ]
        command += ["--no-deps", "--only-binary=:all:", *PLATFORM, "--dest", unfinished]
        done = subprocess.run([*command, "-r", requirements], capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            raise Missing(
                f"pip could not fetch what {requirements.name} lists: check the network. pip "
                f"says:\n{done.stderr}"
            )
        unfinished.rename(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.whl"))}


def describe_wheel(name: str, content: bytes) -> dict:
    """An entry of the lock file for a wheel that Pyodide does not list."""
    return {
        "file_name": name,
        "sha256": sha256(content),
        "install_dir": "site",
        "imports": [name.split("-")[0]],
        "depends": [],  # its own imports load what it needs
    }


def write_course(path: Path) -> None:
    """The parts of the course that the chapters use, as a zip file; the same in every run."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted({file for pattern in COURSE for file in ROOT.glob(pattern)}):
            member = zipfile.ZipInfo(file.relative_to(ROOT).as_posix())
            archive.writestr(member, file.read_bytes(), zipfile.ZIP_DEFLATED)


def gather(source: str = DISTRIBUTION, target: Path = LIVE) -> None:
    """Write all files to the target, which is replaced as a whole, or raise Missing."""
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    core = fetch_core()
    lock = json.loads(core.pop(LOCK))
    entries = needed(lock)
    wheels = fetch_wheels()
    files = core | fetch_archives(entries, source) | wheels
    for name, content in wheels.items():
        entries[name.split("-")[0]] = describe_wheel(name, content)
    lock = {"info": lock["info"], "packages": entries}
    files[LOCK] = json.dumps(lock, indent=1, sort_keys=True).encode()

    unfinished = target.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name, content in files.items():
        (unfinished / name).write_bytes(content)
    write_course(unfinished / "course.zip")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(unfinished, target)


def sha256(content: bytes) -> str:
    """The SHA-256 of the bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Gather everything from the source on the command line, or from the public distribution."""
    source = " ".join(sys.argv[1:]) or DISTRIBUTION
    try:
        gather(source)
    except Missing as error:
        sys.exit(f"live: {error}")
    size = sum(path.stat().st_size for path in LIVE.iterdir()) / 1e6
    print(f"{LIVE}: {len(list(LIVE.iterdir()))} files, {size:.0f} MB")


if __name__ == "__main__":
    main()
