# The two commands that a newcomer needs: `make demo` and `make test`. Each sets up what it needs by itself.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# Without bytecode every process that a test or the app starts would compile anew all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick lint type bench constraints clean

# uv installs everything in seconds; it lives inside the environment, so nothing else on the machine is touched.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(READY)
	$(BIN)/anitui demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

quick: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m 'not slow'

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: $(READY)
	$(BIN)/mypy --strict anitui

bench: $(READY)
	for each in bench/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

# Pins without the address of any registry. Run it after changing pyproject.toml.
constraints:
	$(BIN)/uv pip compile --quiet --universal --all-extras --no-emit-index-url --no-header \
	  --python-version 3.11 --output-file constraints.txt pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
