# setup · check · test · proofs · soak · golden · integration · run · bench · fuzz · conformance
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: setup check test proofs soak golden integration run bench conformance fuzz clean

setup: $(STAMP)

# A newer pip than Python 3.11 ships is needed for dependency groups.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip==26.3'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable .
	touch $(STAMP)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Compiled beforehand: the daemons that tests start would each do it again where Python may not write its caches; pytest may,
# or every worker compiles every test. One worker waits for daemons most of the time, two have work (tests/order.py).
test: setup
	$(BIN)/python -m compileall -q lynxalert tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist worksteal

golden: setup
	$(BIN)/python -m pytest --golden-rewrite -q -p no:randomly

# The package in a clean environment, and real clients, installed under .clients/ on the first run. CLIENT=word takes those whose name has it. With N=3 and CAPTURE set to
# tests/ingest/captured (CLIENT=oracle: tests/notify/captured) what they send is kept there, for `make test`.
integration: setup
	$(BIN)/python -m pytest -q -n 0 -p no:randomly -m integration tests/integration $(if $(CLIENT),-k '$(CLIENT)')

run: setup
	$(BIN)/lynxalert demo

# The proofs of alerting with many more cases, and a day of alerts on a clock of their own: docs/proofs.md. An hour.
proofs: setup
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -q -n 2 --timeout 3600 tests/proofs tests/alerts tests/notify/test_pairs.py tests/daemon/test_replay.py

soak: setup
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -q -n 0 tests/proofs/test_soak.py

bench: setup
	$(BIN)/python -m tests.bench $(ARGS)

# Requests made of the contract against a real daemon on the loopback; schemathesis has an environment of its own. Some minutes;
# ARGS="--phases examples,fuzzing -n 2" for one.
fuzz: setup .fuzz/.installed
	$(BIN)/python -m tests.fuzz $(ARGS)

.fuzz/.installed: pyproject.toml $(STAMP)
	$(PYTHON) -m venv .fuzz
	.fuzz/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip==26.3'
	.fuzz/bin/python -m pip install --quiet --disable-pip-version-check --group fuzz
	touch $@

clean:
	rm -rf $(VENV) .fuzz .mypy_cache .ruff_cache .pytest_cache .import_linter_cache data
