# `make` alone lists the targets. `make setup` is the only one that needs a network.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
CONFIG_ENV ?= dev

VENV := .venv
SAM_VENV := .venv-sam
TOOLS := .cache/tools
WHEELS := .cache/wheels
UV := $(TOOLS)/bin/uv
BIN := $(VENV)/bin
SAM := $(SAM_VENV)/bin/sam

# The layers' Makefiles run in a scratch copy; this is how they find the wheels and the locks.
export MDMR_ROOT := $(CURDIR)
export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_DOWNLOADS := never
# uv does not read pip's configuration: hand on a mirror that pip is told of.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

##@ Start here
.PHONY: help setup demo test
help: ## list these targets
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z][a-z-]*:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.ready $(SAM_VENV)/.ready $(WHEELS)/.ready ## make ./.venv with the mdmr command, ./.venv-sam and the layer's wheels

$(TOOLS)/.ready: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; set PYTHON=/path/to/python3")'
	@echo "setup: the installer"
	@rm -rf $(TOOLS)
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt
	@touch $@

$(VENV)/.ready: requirements/app.txt pyproject.toml $(TOOLS)/.ready
	@echo "setup: the application and its tools, $(VENV)"
	@test -x $(BIN)/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/app.txt
	@$(UV) pip install --quiet --offline --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

$(SAM_VENV)/.ready: requirements/sam.txt $(TOOLS)/.ready
	@echo "setup: the deployment tool, $(SAM_VENV)"
	@test -x $(SAM_VENV)/bin/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(SAM_VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(SAM_VENV)/bin/python requirements/sam.txt
	@touch $@

# For Lambda's interpreter and processor, whatever this machine's are.
$(WHEELS)/.ready: requirements/layer.txt $(TOOLS)/.ready
	@echo "setup: the wheels of the dependencies layer, $(WHEELS)"
	@rm -rf $(WHEELS)
	@$(TOOLS)/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
	  --implementation cp --python-version 3.13 --platform manylinux2014_aarch64 --platform manylinux_2_28_aarch64 \
	  --dest $(WHEELS) --requirement requirements/layer.txt
	@touch $@
