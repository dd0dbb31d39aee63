# The only entry point of people and of CI: `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup check up down status logs demo etl train compare tune publish night rollback serve test test-faults bench bench-serving lint format typecheck lock clean

# Some shells forbid to keep compiled modules; Airflow and MLflow would then be compiled anew at every start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
LOCKED := .venv/.locked
LOCK_DATE := 2026-09-26
DATE_OPTION := $(if $(DATE),--date $(DATE))
DATASET_OPTION := $(if $(DATASET),--dataset $(DATASET))

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: $(LOCKED) ## make .venv from the lock file

$(LOCKED): requirements.lock
	@$(PYTHON) infra/local/machine.py
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements.lock)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	@touch $@
	@echo "environment ready in .venv"

check: setup ## say what this machine lacks, and the mend
	@$(BIN)/python -m infra.local check

up: setup ## start the servers and wait until they answer
	@$(BIN)/python -m infra.local up

down: setup ## stop the servers `make up` started, and nothing else
	@$(BIN)/python -m infra.local down

status: setup ## show the servers
	@$(BIN)/python -m infra.local status

logs: setup ## show the last lines of every server's log (NAME=mongodb for one)
	@$(BIN)/python -m infra.local logs $(NAME)

demo: setup ## from nothing to recommendations: servers, data, the night through Airflow
	@$(BIN)/python -m infra.local demo

etl: setup ## land raw data and build features (DATASET=ml-25m, DATE=2026-11-20)
	@$(BIN)/python -m pipelines etl $(DATE_OPTION) $(DATASET_OPTION)

train: up ## train, compare and promote models on the newest snapshot
	@$(BIN)/python -m pipelines train_models $(DATE_OPTION)

compare: up ## train every model on the newest snapshot and compare them, keeping none
	@$(BIN)/python -m pipelines compare_models $(DATE_OPTION)

tune: up ## search a model's parameters (MODEL=ials TRIALS=50); Ctrl-C and go on later
	@$(BIN)/python -m pipelines tune --model $(MODEL) $(if $(TRIALS),--trials $(TRIALS)) $(DATE_OPTION)

publish: up ## compute and publish a generation with the champion (ACCEPT="why" if it was held by the gate, and is meant)
	@$(BIN)/python -m pipelines publish_recommendations $(DATE_OPTION) $(if $(ACCEPT),--accept "$(ACCEPT)")

night: up ## the whole run without Airflow: etl, train, publish
	@$(BIN)/python -m pipelines night $(DATE_OPTION) $(DATASET_OPTION)

rollback: up ## return to the previous generation (WHY="lists look odd")
	@$(BIN)/python -m pipelines rollback --why "$(WHY)"

serve: setup ## run the API in the foreground
	@$(BIN)/python -m serving

test: setup ## run the tests against real servers on free ports
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

test-faults: setup ## break the servers of the API, and measure how fast it answers meanwhile
	@$(BIN)/python -m pytest -m faults

bench-serving: setup ## measure the API beside bare FastAPI and the MongoDB driver (needs wrk; MINUTES=30 watches its memory)
	@$(BIN)/python -m tests.benchmarks.bench_serving $(if $(MINUTES),--minutes $(MINUTES))

bench: setup ## measure a night, stage by stage, and every figure beside its peer (SIZES="1m 4m"; all sizes take long)
	@$(BIN)/python -m tests.benchmarks.report $(if $(SIZES),--sizes $(SIZES))

lint: setup ## check style and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

format: setup ## rewrite the code in the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

typecheck: setup ## check types
	@$(BIN)/mypy

lock: setup ## resolve the lock file anew, as of LOCK_DATE
	@$(BIN)/uv pip compile setup.cfg --all-extras --universal --python-version 3.11 --exclude-newer $(LOCK_DATE) \
		--no-emit-index-url --no-header --upgrade --quiet --output-file requirements.lock

clean: ## stop the servers and delete .venv, their data and every snapshot (archives stay)
	@test ! -e $(LOCKED) || $(BIN)/python -m infra.local down
	@find var -mindepth 1 -maxdepth 1 ! -name archives -exec rm -rf {} + 2>/dev/null || true
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
