# `make run` serves the dashboard, `make test` passes all tests; each sets up what it needs.
PYTHON ?= python3
PORT ?= 8501
KILLS ?= 300
SECONDS ?= 600
BIN := .venv/bin

.PHONY: run test torture lint sample texts clean

run: .venv/run.stamp
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: .venv/dev.stamp
	$(BIN)/python -m pytest -q

# Many readers, several processes, bad disks, damage, and as many kills as fit into the time.
torture: .venv/dev.stamp
	$(BIN)/python -m tests.torture_all --kills $(KILLS) --seconds $(SECONDS)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

sample: .venv/dev.stamp
	$(BIN)/python sample_data/generate.py

# The texts in the code as catalogues, for who translates.
texts: .venv/dev.stamp
	$(BIN)/python -m tools.gather_texts

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/run.stamp: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev.stamp: requirements-dev.txt requirements.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
