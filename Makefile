# Two commands do everything: `make demo` and `make test`. On Windows type the same without make: make.bat does it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Arguments of the demonstration; `make demo DEMO=` runs every scenario of the library.
DEMO ?= --scenario baseline --scenario uhc-non-cut-off --scenario uhc-drop

.PHONY: demo test lint validation readings recovery skill rkpd-coverage published ratio benchmarks clean

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/ready

demo: $(VENV)/ready  ## forecast the shipped district under three policies, 100 replicates
	$(BIN)/prakira run bengkulu-utara $(DEMO)

test: $(VENV)/ready  ## the whole test suite
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/ready  ## linter, formatter and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

validation: $(VENV)/ready  ## write docs/validation.md anew from simulations
	$(BIN)/python -m calibration.defaults.validation docs/validation.md

readings: $(VENV)/ready  ## write docs/bengkulu-utara-2023.md anew from simulations
	$(BIN)/python -m calibration.defaults.readings docs/bengkulu-utara-2023.md

recovery: $(VENV)/ready  ## does calibration find what is hidden? writes docs/recovery.md (hours; a stopped one goes on)
	$(BIN)/python -m calibration.studies.recovery docs/recovery.md

skill: $(VENV)/ready  ## calibrated forecasts in another world; writes docs/skill.md (hours; a stopped one goes on)
	$(BIN)/python -m calibration.studies.skill docs/skill.md

rkpd-coverage: $(VENV)/ready  ## does the RKPD amount suffice as often as it says? writes docs/rkpd-coverage.md (half an hour; a stopped one goes on)
	$(BIN)/python -m calibration.studies.rkpd docs/rkpd-coverage.md

published: $(VENV)/ready  ## published series, one figure at a time; writes docs/published-backtest.md
	$(BIN)/python -m calibration.studies.published_backtest docs/published-backtest.md

ratio: $(VENV)/ready  ## are the kernels still vectorised? reduced work beside NumPy, and the model's own steps
	$(BIN)/python -m benchmarks.ratio
	$(BIN)/python -m benchmarks.unit_cost 100000 3

benchmarks: $(VENV)/ready  ## peers, scaling, unit cost, queue, common luck; writes docs/benchmarks.md (half an hour)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[peers]'
	$(BIN)/python -m benchmarks.peers
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.unit_cost --save
	$(BIN)/python -m benchmarks.run_cost --save
	$(BIN)/python -m benchmarks.ten_scenarios --save
	$(BIN)/python -m benchmarks.queue_speed --save
	$(BIN)/python -m benchmarks.common_luck --save
	$(BIN)/python -m benchmarks.optimisers --save
	$(BIN)/python -m benchmarks.report

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
