# make book: build the book.  make test: run everything that must hold.
# PYTHON=python3.13 make book: with that interpreter.

RUN = .venv/bin

.PHONY: help book test notebooks coursework lint lab bench scale clean setup

help:
	@echo "make book | test | notebooks (run and store) | coursework (write and check) | lint |"
	@echo "     lab (open JupyterLab) | bench | scale (install Dask) | clean"

book: setup _build/book-is-built
	@echo "Open _build/html/index.html in a browser."

PAGES = _config.yml _toc.yml requirements.txt $(shell find book coursework/release src -type f -name '*.*' ! -name '*.pyc' ! -path '*/.*')

_build/book-is-built: $(PAGES)
	$(RUN)/jupyter-book build . --all -n -W --keep-going -q
	@touch $@

test: setup
	$(RUN)/python -m pytest

notebooks: setup
	$(RUN)/python tools/notebooks.py

coursework: setup
	$(RUN)/python -m coursework release
	$(RUN)/python -m pytest tests/test_assignments.py

lint: setup
	$(RUN)/ruff check . && $(RUN)/ruff format --check . && $(RUN)/codespell && $(RUN)/mypy

lab: setup
	$(RUN)/python -m pip install --quiet -r requirements-lab.txt && $(RUN)/jupyter lab --preferred-dir book

bench: setup
	$(RUN)/python benchmarks/speed.py && $(RUN)/python benchmarks/growth.py

scale: setup
	$(RUN)/python -m pip install --quiet -r requirements-scale.txt

clean:
	rm -rf _build

setup:
	@sh tools/setup.sh
