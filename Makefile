# Everything a person types. `make` alone says what there is.
SECONDS ?= 30
WORKERS ?= 3
# Tests that drive a browser run by themselves: it takes all cores from whoever is timed beside it.
BROWSER := $(wildcard ros2_ws/src/outrider_alerts/test/test_chromium_*.py)
MAKEFLAGS += --no-print-directory

# make's job server and flags are not for what the recipes start.
in_environment = unset MAKEFLAGS MFLAGS MAKELEVEL; OUTRIDER_ROOT='$(CURDIR)'; export OUTRIDER_ROOT; . tools/env.sh && exec

.PHONY: help isolation setup dev demo test lint types portability firmware campaign clean detector-environment \
  test-detector
.DEFAULT_GOAL := help

help:
	@echo 'make demo [SECONDS=30]   a real radar recording, a car from behind, a ramp that drives and stops'
	@echo 'make test                all behaviour, about 15 minutes on two cores'
	@echo 'make setup               the environments and the build only; what is done is skipped'
	@echo 'make lint types portability   the three static checks'
	@echo 'make firmware             the relay controller: its tests, and the native board'
	@echo 'make test-detector        torch, ultralytics and the detector that they train: .venv-train, 1 GB'
	@echo 'make campaign             thousands of live faults, about five hours; figures under docs/figures'
	@echo 'make isolation            as root: from a second network namespace no drive is heard, the live view where asked'
	@echo 'make clean               remove what set-up made; rides stay'
	@echo 'then: ./outrider --help'

setup:
	@tools/setup

dev:
	@tools/setup --dev --quiet

demo:
	@tools/setup --quiet
	@./outrider demo --seconds $(SECONDS)

test: dev
	@$(in_environment) python -m pytest -n 1 $(BROWSER)
	@$(in_environment) python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(BROWSER:%=--ignore=%)

lint: dev
	@$(in_environment) ruff check .

types: dev
	@$(in_environment) mypy

portability:
	@python3 tools/check_portability.py

isolation: dev
	@$(in_environment) python -m pytest -q tests/network

detector-environment:
	@tools/setup --train

# In .venv-train: what needs torch.
test-detector:
	@tools/setup --train --quiet
	@OUTRIDER_ROOT='$(CURDIR)' PYTHONPATH=tools:ros2_ws/src/outrider_sim:ros2_ws/src/outrider_sensors \
	  OMP_WAIT_POLICY=PASSIVE .venv-train/bin/python -m pytest -q --timeout 600 tests/train

firmware:
	@$(MAKE) -C firmware test native

# All are run, whatever the ones before found.
campaign: dev
	@failed=0; \
	./outrider faults --campaign --save || failed=1; \
	./outrider faults --only starved_2,starved_8 --runs 40 --priority default --save || failed=1; \
	./outrider faults --runs 90 --beside --save || failed=1; \
	./outrider bench drive --seconds 600 --save || failed=1; \
	./outrider bench camera --seconds 600 --save || failed=1; \
	./outrider bench record --seconds 600 --save || failed=1; \
	exit $$failed

clean:
	rm -rf firmware/.build firmware/*/.build
	rm -rf .venv .venv-jazzy .venv-rerun .venv-peer .venv-train .build .run ros2_ws/build ros2_ws/install ros2_ws/log
