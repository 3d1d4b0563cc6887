#!/bin/sh
# Create .venv and install requirements.txt into it, unless that is already done; then install the
# requirements file given as an argument, if any. PYTHON names an interpreter to use instead of
# python3.
set -eu
cd "$(dirname "$0")/.."

stop() {
    echo "setup: $1" >&2
    exit 1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

works() {
    .venv/bin/python -m pip --version >/dev/null 2>&1
}

install() {
    .venv/bin/python -m pip install --disable-pip-version-check -r "$1" >.venv/install.log 2>&1 ||
        stop "the install failed: check the network and the free space, then run the same command again; details are in .venv/install.log"
    # pip writes the full path of the package in UTF-8, and Python before 3.13 reads it in the locale's
    # encoding. A relative path, without this folder's name, is read correctly everywhere.
    for file in .venv/lib/python*/site-packages/backprop.pth; do
        [ ! -e "$file" ] || echo ../../../../src >"$file"
    done
}

# Without PYTHON, an existing environment that works is kept.
python=${PYTHON:-python3}
[ -n "${PYTHON:-}" ] || [ ! -x .venv/bin/python ] || ! works || python=.venv/bin/python

command -v "$python" >/dev/null 2>&1 ||
    stop "there is no '$python' here: install Python 3.11 or newer, or name it: PYTHON=/path/to/python3 make book"
version=$(version_of "$python") ||
    stop "'$python' does not run: name another interpreter: PYTHON=/path/to/python3 make book"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "'$python' is Python $version, but the course needs 3.11 or newer: PYTHON=/path/to/python3.11 make book"

wanted="$version $(pwd) $(cat requirements.txt pyproject.toml | cksum)"
current=$(version_of .venv/bin/python) || current=none
if [ "$current" != "$version" ] || [ "$(cat .venv/installed 2>/dev/null)" != "$wanted" ]; then
    # An environment of another version, without pip, or moved from another folder cannot be used.
    made_in=$(cat .venv/made-by-setup 2>/dev/null) || made_in=
    if [ "$current" != "$version" ] || ! works || [ "${made_in:-$(pwd)}" != "$(pwd)" ]; then
        [ ! -e .venv ] || [ -e .venv/made-by-setup ] ||
            stop "the folder .venv was not made by this program: move it away, then run the same command again"
        "$python" -c 'import venv, ensurepip' 2>/dev/null ||
            stop "'$python' lacks the module venv: install it (Debian and Ubuntu: apt-get install python3-venv), then run the same command again"
        rm -rf .venv
        { mkdir .venv && pwd >.venv/made-by-setup && "$python" -m venv .venv; } >/dev/null 2>&1 ||
            stop "'$python' could not create the folder .venv: check the permissions and the free space of this folder"
    fi
    echo "setup: installing requirements.txt into .venv (once, a few minutes)"
    install requirements.txt
    echo "$wanted" >.venv/installed
fi

[ $# = 0 ] || install "$1"
