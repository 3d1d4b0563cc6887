# make book: build the book.  make test: run all tests.
# PYTHON=python3.13 make book: use that interpreter.

# Programs are started through their interpreter: the first lines of the scripts in .venv/bin name it,
# and fail if the folder's name has a space or letters of another encoding.
RUN = .venv/bin/python

.PHONY: help book test notebooks coursework lint lab bench mutants scale browser pdf live live-check \
	serve clean setup

help:
	@echo "make book | pdf | test | notebooks (run and store) | coursework (write and check) | lint |"
	@echo "     lab (open JupyterLab) | bench | mutants | scale (install Dask) |"
	@echo "     browser (install Playwright) | live (build the book with Python in its pages) | serve | clean"

book: setup _build/book-is-built
	@echo "Open _build/html/index.html in a browser."

PAGES = _config.yml _toc.yml requirements.txt $(shell find book coursework/release src -type f -name '*.*' ! -name '*.pyc' ! -path '*/.*')

_build/book-is-built: $(PAGES)
	$(RUN) .venv/bin/jupyter-book build . --all -n -W --keep-going -q
	@touch $@

pdf: book browser
	$(RUN) tools/pdf.py

# The book with Python in its pages. ARCHIVES=/path make live: a folder or a wheel with Pyodide's archives.
# The next `make book` builds it without.
live: setup
	$(RUN) tools/live.py $(ARCHIVES)
	rm -f _build/book-is-built
	LIVE="$(CURDIR)/_build/live" $(RUN) .venv/bin/jupyter-book build . --all -n -W --keep-going -q
	@echo "Run make serve, and open the address that it prints."

serve: setup
	$(RUN) tools/serve.py

# Run every cell of every chapter in a browser and compare it with its stored output: half an hour.
live-check: browser
	$(RUN) -m pytest -m whole_book tests/test_live.py

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

browser:
	@sh tools/setup.sh requirements-browser.txt

clean:
	rm -rf _build

setup:
	@sh tools/setup.sh
