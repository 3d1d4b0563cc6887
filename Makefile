# make book: build the book.  make test: run all tests.
# PYTHON=python3.13 make book: use that interpreter.

# Programs are started through their interpreter: the first lines of the scripts in .venv/bin name it,
# and fail if the folder's name has a space or letters of another encoding.
RUN = .venv/bin/python

.PHONY: help book test notebooks coursework lint lab bench mutants scale clean setup

help:
	@echo "make book | test | notebooks (run and store) | coursework (write and check) | lint |"
	@echo "     lab (open JupyterLab) | bench | mutants | scale (install Dask) | clean"

book: setup _build/book-is-built
	@echo "Open _build/html/index.html in a browser."

PAGES = _config.yml _toc.yml requirements.txt $(shell find book coursework/release src -type f -name '*.*' ! -name '*.pyc' ! -path '*/.*')

_build/book-is-built: $(PAGES)
	$(RUN) .venv/bin/jupyter-book build . --all -n -W --keep-going -q
	@touch $@

test: setup
	$(RUN) -m pytest

notebooks: setup
	$(RUN) tools/notebooks.py

coursework: setup
	$(RUN) -m coursework release
	$(RUN) -m pytest tests/test_assignments.py

lint: setup
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m codespell_lib && $(RUN) -m mypy

lab:
	@sh tools/setup.sh requirements-lab.txt
	$(RUN) -m jupyterlab --preferred-dir book

bench: setup
	$(RUN) benchmarks/speed.py && $(RUN) benchmarks/growth.py

# ARGUMENTS="--number 40 --seed 3 src/backprop/loops.py" make mutants: another sample.
mutants: setup
	$(RUN) tools/mutants.py $(ARGUMENTS)

scale:
	@sh tools/setup.sh requirements-scale.txt

clean:
	rm -rf _build

setup:
	@sh tools/setup.sh
