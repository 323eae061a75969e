# `make` alone lists the targets. `make setup` needs a network, as do `make audit`, `make docs-links` and the first `make bench`; nothing else does.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
CONFIG_ENV ?= dev

VENV := .venv
SAM_VENV := .venv-sam
SECURITY_VENV := .venv-security
AUDIT_VENV := .venv-audit
DEPLOYED_VENV := .venv-deployed
BENCH_VENV := .venv-bench
TOOLS := .cache/tools
WHEELS := .cache/wheels
PICTURES := .cache/pictures
UV := $(TOOLS)/bin/uv
BIN := $(VENV)/bin
# The theme's makers announce their next product at every build.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs
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
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z][a-z-]*:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.ready $(SAM_VENV)/.ready $(SECURITY_VENV)/.ready $(WHEELS)/.ready $(PICTURES)/.ready ## make ./.venv with the mdmr command, the other tools' environments and the layer's wheels

$(TOOLS)/.ready: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; set PYTHON=/path/to/python3")'
	@echo "setup: the installer"
	@rm -rf $(TOOLS)
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt
	@touch $@

$(VENV)/.packages: requirements/app.txt $(TOOLS)/.ready
	@echo "setup: the application's packages and tools, $(VENV)"
	@test -x $(BIN)/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/app.txt
	@touch $@

$(VENV)/.ready: pyproject.toml $(VENV)/.packages
	@$(UV) pip install --quiet --offline --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

$(SAM_VENV)/.ready: requirements/sam.txt $(TOOLS)/.ready
	@echo "setup: the deployment tool, $(SAM_VENV)"
	@test -x $(SAM_VENV)/bin/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(SAM_VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(SAM_VENV)/bin/python requirements/sam.txt
	@touch $@

$(SECURITY_VENV)/.ready: requirements/security.txt $(TOOLS)/.ready
	@echo "setup: the security scanners, $(SECURITY_VENV)"
	@test -x $(SECURITY_VENV)/bin/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(SECURITY_VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(SECURITY_VENV)/bin/python requirements/security.txt
	@touch $@

$(AUDIT_VENV)/.ready: requirements/audit.txt $(TOOLS)/.ready
	@echo "setup: the auditor of locks, $(AUDIT_VENV)"
	@test -x $(AUDIT_VENV)/bin/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(AUDIT_VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(AUDIT_VENV)/bin/python requirements/audit.txt
	@touch $@

# On Lambda's interpreter, if this machine has it beside the one of the setup, also as one of pyenv that is not chosen
# there: nothing is fetched for it. Without it the environment is an empty folder.
DEPLOYED := python3.13
$(DEPLOYED_VENV)/.ready: requirements/app.txt pyproject.toml $(VENV)/.ready
	@rm -rf $(DEPLOYED_VENV) && mkdir $(DEPLOYED_VENV)
	@own=$$($(BIN)/python -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
	for each in $(DEPLOYED) "$$HOME"/.pyenv/versions/$(DEPLOYED:python%=%)*/bin/python; do \
	  if test "$$own" != $(DEPLOYED) && "$$each" -c '' 2>/dev/null; then \
	    echo "setup: the application's packages for $(DEPLOYED), $(DEPLOYED_VENV)"; \
	    $(UV) venv --quiet --clear --python "$$(command -v "$$each")" $(DEPLOYED_VENV); \
	    $(UV) pip sync --quiet --require-hashes --python $(DEPLOYED_VENV)/bin/python requirements/app.txt; \
	    $(UV) pip install --quiet --offline --no-deps --no-build-isolation --python $(DEPLOYED_VENV)/bin/python --editable .; \
	    break; \
	  fi; \
	done
	@touch $@

$(BENCH_VENV)/.ready: requirements/app.txt requirements/bench.txt pyproject.toml $(TOOLS)/.ready
	@echo "setup: the application's packages and its peers, $(BENCH_VENV)"
	@test -x $(BENCH_VENV)/bin/python || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python $(BENCH_VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(BENCH_VENV)/bin/python requirements/app.txt requirements/bench.txt
	@$(UV) pip install --quiet --offline --no-deps --no-build-isolation --python $(BENCH_VENV)/bin/python --editable .
	@touch $@

# For Lambda's interpreter and processor, whatever this machine's are.
$(WHEELS)/.ready: requirements/layer.txt $(TOOLS)/.ready
	@echo "setup: the wheels of the dependencies layer, $(WHEELS)"
	@rm -rf $(WHEELS)
	@$(TOOLS)/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
	  --implementation cp --python-version 3.13 --platform manylinux2014_aarch64 --platform manylinux_2_28_aarch64 \
	  --dest $(WHEELS) --requirement requirements/layer.txt
	@touch $@

$(PICTURES)/.ready: requirements/pictures.txt $(TOOLS)/.ready
	@echo "setup: what draws the pictures of the documentation, $(PICTURES)"
	@rm -rf $(PICTURES)
	@$(UV) pip install --quiet --require-hashes --no-deps --python $(TOOLS)/bin/python --target $(PICTURES) --requirement requirements/pictures.txt
	@touch $@

demo: setup ## run the example story on this machine; what was delivered lies in build/demo
	@rm -rf build/demo
	@mkdir -p build
	@$(BIN)/mdmr simulate tests/scenarios/story --out build/demo

# A piece of work that is always the same tells before and after how quiet the machine was.
test: ## everything that continuous integration runs, with the time of setup and of the checks
	@$(PYTHON) tools/fixed_work.py
	@begun=$$SECONDS; $(MAKE) --no-print-directory setup; printf 'Set up in %s s.\n' $$((SECONDS - begun))
	@$(MAKE) --no-print-directory check
	@$(PYTHON) tools/fixed_work.py

##@ While working
.PHONY: format catalogues docs docs-links docs-widths docs-serve unit faults kills properties mutants plants test-times check bench bench-publish keep-machines audit
format: setup ## put the code into its form and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

catalogues: setup ## write docs/generated anew from the code's tables
	@$(BIN)/python -m tools.catalogues

docs: setup ## build the documentation site into build/docs, without a network
	@$(MKDOCS) build
	@$(BIN)/python -m tools.check_site build/docs
	@$(BIN)/python -m tools.check_search build/docs

docs-links: docs ## ask every foreign address that the site links to; needs a network
	@$(BIN)/python -m tools.check_site build/docs --outside

docs-widths: docs ## show every page 390 pixels wide in a Chromium of this machine: none may scroll sideways
	@$(BIN)/python -m tools.check_widths build/docs

docs-serve: setup ## show the documentation site on this machine while it is written
	@$(MKDOCS) serve --no-strict

unit: setup ## the quick tests: domain, use cases, template
	@$(BIN)/pytest -q $(wildcard tests/unit tests/properties tests/template tests/tools)

# The full run of 5000 seeds takes minutes and publishes its figures.
SEEDS ?= 1000
faults: setup ## disturbed worlds in memory: make faults SEEDS=5000; SEED=42 repeats one
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) \
	  $(if $(filter 5000,$(SEEDS)),--page docs/generated/faults.md)

# The suite kills a few times. Fifty take ten minutes on a machine that has nothing else to do.
KILLS ?= 50
kills: setup ## a hub with a data folder killed at random instants: make kills KILLS=50; SEED=42 repeats one
	@MDMR_KILLS=$(KILLS) MDMR_KILLS_SEED=$(SEED) $(BIN)/pytest -q -x tests/local/test_kills.py

# What is too slow shows in processor time, whatever else runs: FOLDER=faults for the tests of one folder.
test-times: setup ## the tests folder by folder: what is slow, and whether a budget is exceeded
	@$(BIN)/python -m tools.test_times $(FOLDER)

# Each property is tried with a few examples in the suite: here with many times as many.
TIMES ?= 10
properties: setup ## the random tests with TIMES=10 times as many examples
	@MDMR_PROPERTIES_TIMES=$(TIMES) $(BIN)/pytest -q -n auto --dist loadfile tests/properties

# Minutes for each room, beside other work: what else runs on the machine comes first.
mutants: setup ## small faults in the code that a test must notice; ROOM=name for one room, AGAIN=1 for what lived
	@nice -n 10 $(BIN)/python -m tools.mutants $(if $(AGAIN),--again) $(ROOM) && rated=0 || rated=$$?; \
	  $(if $(ROOM),,$(BIN)/python -m tools.mutants.page;) exit $$rated

# Beside each other, the longest first, then the tests; each under its name with its time.
STAGES := security types sam template docs lint imports catalogues machines spelling length tests
check: setup ## all checks; one stage alone: make check-lint, check-types, ...
	@$(BIN)/python -m tools.stages $(STAGES)

.PHONY: $(STAGES:%=check-%)
check-lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

SOURCES := layers/mdmr cli local tools tests functions benchmarks
check-types: setup
	@$(BIN)/mypy $(wildcard $(SOURCES))

check-imports: setup
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.check_test_imports

check-catalogues: setup
	@$(BIN)/python -m tools.catalogues --check

# As AWS sees the template: transformed, with the state machines in it.
# W1020: the transform fills in parameters and leaves a Sub around the result.
check-template: setup
	@$(BIN)/python -m tools.sam_template build/template.json
	@$(BIN)/cfn-lint --regions ca-central-1 ca-west-1 --ignore-checks W1020 -- build/template.json
	@echo "template: no findings"

check-machines: setup
	@$(BIN)/python -m tools.check_transitions
	@$(BIN)/python -m tools.check_catches
	@$(BIN)/python -m tools.check_tasks

# What scanners find in the template and the code, and the template's own rules: who may do what.
check-security: setup
	@$(BIN)/python -m tools.check_security
	@$(BIN)/pytest -q tests/template

check-sam: setup
	@$(SAM) validate --lint
	@$(MAKE) --no-print-directory build
	@$(BIN)/python -m tools.check_packages

check-spelling: setup
	@$(BIN)/codespell
	@echo "spelling: no findings"
	@$(BIN)/python -m tools.check_words

check-length: setup
	@$(BIN)/python -m tools.check_file_length

# Strictly: dead links and anchors, pages that the navigation does not list, whatever would be loaded from elsewhere.
check-docs: docs

# All but the template's rules, which the stage of security has tried. Tests of what is deployed run on the interpreter of
# the functions where this machine has it, all others on the one of `make setup`.
DEPLOYED_TESTS := tests/contract tests/properties $(filter-out tests/unit/cli,$(wildcard tests/unit/[a-z]*[a-z]))
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
check-tests: setup $(DEPLOYED_VENV)/.ready
	@own=$$($(BIN)/python -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
	if test -x $(DEPLOYED_VENV)/bin/pytest; then \
	  echo "tests: those of what is deployed on $(DEPLOYED), the others on $$own"; \
	  $(DEPLOYED_VENV)/bin/pytest $(PARALLEL) $(DEPLOYED_TESTS); \
	  $(BIN)/pytest $(PARALLEL) --ignore tests/template $(DEPLOYED_TESTS:%=--ignore=%); \
	else \
	  test "$$own" = $(DEPLOYED) || echo "tests: all run on $$own: this machine has no $(DEPLOYED), on which functions run"; \
	  $(BIN)/pytest $(PARALLEL) --ignore tests/template; \
	fi

# Beside other work: each fault needs a session of pytest. KIND=faults for those of one folder of tests.
plants: setup ## the list of planted faults: does a test of its kind notice each?
	@nice -n 10 $(BIN)/python -m tools.plants $(KIND)

# With a release: the machines that it has are those that executions of it will go on with.
keep-machines: ## keep the state machines of this release for the check of the next one
	@cp statemachines/*.asl.yaml statemachines/before/

bench: setup $(BENCH_VENV)/.ready ## the benchmarks with their bars; BENCH=name for one
	@$(BENCH_VENV)/bin/python -m benchmarks $(BENCH)

bench-publish: setup $(BENCH_VENV)/.ready ## write docs/generated/performance.md from the last runs
	@$(BENCH_VENV)/bin/python -m benchmarks --publish

# One lock after the other; a package that could not be asked about fails it as well.
audit: $(AUDIT_VENV)/.ready ## ask the advisory service about every locked package; needs a network
	@failed=; for lock in requirements/*.txt; do \
	  printf '== %s\n' "$$lock"; \
	  $(AUDIT_VENV)/bin/pip-audit --strict --progress-spinner off --disable-pip --require-hashes --requirement "$$lock" || failed=1; \
	done; test -z "$$failed"

##@ AWS
.PHONY: build deploy deploy-regions
build: setup ## sam build, without a network
	@$(SAM) build

deploy: build ## sam build and sam deploy, to dev or to another section of samconfig.toml by CONFIG_ENV
	@$(SAM) deploy --config-env $(CONFIG_ENV)

deploy-regions: build ## both regions of CONFIG_ENV=prod, in the order that they need each other
	@$(BIN)/python -m tools.deploy_regions $(CONFIG_ENV) --sam $(SAM)

##@ Housekeeping
.PHONY: lock clean
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
# pynamodb asks for botocore: the runtime brings it with boto3, and the layer has it not.
BROUGHT := botocore python-dateutil six urllib3
lock: $(TOOLS)/.ready ## resolve requirements/*.in anew into the hashed locks
	@$(LOCK) requirements/uv.in --output-file requirements/uv.txt
	@$(LOCK) requirements/layer.in $(BROUGHT:%=--no-emit-package %) --output-file requirements/layer.txt
	@$(LOCK) requirements/app.in --constraints requirements/layer.txt --output-file requirements/app.txt
	@$(LOCK) requirements/bench.in --constraints requirements/app.txt --output-file requirements/bench.txt
	@$(LOCK) --no-deps requirements/pictures.in --output-file requirements/pictures.txt
	@$(LOCK) requirements/sam.in --output-file requirements/sam.txt
	@$(LOCK) requirements/security.in --output-file requirements/security.txt
	@$(LOCK) requirements/audit.in --output-file requirements/audit.txt

clean: ## remove what was built, keep the environments
	@rm -rf build .aws-sam .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
