# Everything that a checkout needs is done by these targets; they can be run again, and go on where they stopped.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup packages toolchain build lab-up down lab-env demo test check-code unit e2e fuzz bench model
.PHONY: model-mutants faults

LAB_NAME ?= demo
TSX := node --import tsx
export LAB_NAME

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	@# Two makes at once would empty the folder under each other.
	flock .npm-ci.lock sh -c 'test $@ -nt package.json -a $@ -nt package-lock.json \
	  || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@'

packages: node_modules/.package-lock.json

# What is published and what the pods run.
build: packages
	node build.mjs

toolchain: packages
	@$(TSX) lab/main.ts preflight
	@$(TSX) lab/main.ts toolchain

setup: packages build toolchain ## packages, build and the lab's tools

lab-up: toolchain ## two clusters and the line between them (LAB_NAME, WAN_RTT_MS, DRAGONFLY_BINARY)
	@$(TSX) lab/main.ts up

down: packages ## ends and removes everything of the lab LAB_NAME
	@$(TSX) lab/main.ts down

lab-env: ## addresses, ports and passwords of the running lab, one JSON object (use make -s)
	@$(TSX) lab/main.ts env

STAND_IN := redis 7.0.15 from Debian in place of Dragonfly: no package registry carries that; \
  DRAGONFLY_BINARY=/path runs a real one

demo: ## the main job, from nothing to a switchover that loses nothing
	@echo 'Server engine: $(if $(DRAGONFLY_BINARY),Dragonfly: $(DRAGONFLY_BINARY),$(STAND_IN))'
	@$(MAKE) --silent --no-print-directory packages build
	@$(TSX) lab/main.ts preflight
	@$(TSX) lab/demo.ts

check-code: packages ## types, formatting, lint with types, borders between the folders, import cycles, long lines
	npx tsc --noEmit -p tsconfig.json
	npx prettier --check .
	npx eslint .
	node columns.mjs

# What tests compare with is built here, so that none of them waits for it or goes without.
unit: packages build toolchain
	@$(TSX) lab/main.ts test-tools
	npx mocha --ignore 'test/e2e/**' 'test/**/*.test.ts'

fuzz: packages ## a million random stacks and ACL files against rules and parsers (FUZZ_CASES, FUZZ_SEED); for the night
	FUZZ_CASES=$${FUZZ_CASES:-1000000} npx mocha 'test/policies/fuzz/*.test.ts'

e2e: setup
	@LAB_NAME=test $(TSX) lab/main.ts down
	LAB_NAME=test npx mocha --config test/e2e/.mocharc.json 'test/e2e/*.test.ts'; code=$$?; \
	  LAB_NAME=test $(TSX) lab/main.ts down; exit $$code

test: setup ## type check, lint, unit and component tests, policies, then end to end in a lab of its own (LAB_NAME=test)
	$(MAKE) check-code
	$(MAKE) unit
	@# Counterexamples are printed and do not end the run while stories of test/model/stories are marked open.
	-$(MAKE) model SECONDS=120
	$(MAKE) e2e

MODEL := node_modules/.cache/dragonfly-dr/model
# In one file: the commands load their modules when they run, and a loader's way there would be most of the time.
$(MODEL)/%.cjs: packages
	@npx esbuild test/model/$*.ts --bundle --platform=node --target=node20 --packages=external --sourcemap \
	  --log-level=warning --outfile=$@

model: $(MODEL)/main.cjs ## searches what guards and commands can be brought to (SECONDS, SEED, ONLY="part of a name")
	@SECONDS=$(or $(SECONDS),120) SEED=$(SEED) ONLY="$(ONLY)" STORIES="$(STORIES)" node --enable-source-maps $<

model-mutants: $(MODEL)/mutants/main.cjs ## whether the search finds each rule of the guard taken out (SECONDS for each)
	@SECONDS=$(or $(SECONDS),60) ONLY="$(ONLY)" DOCUMENT=$(if $(ONLY),,docs/model.md) node --enable-source-maps $<

bench: setup ## the figures, written to docs/benchmarks.md (BENCH="name …" for some)
	$(TSX) bench/main.ts $(BENCH)

faults: setup ## failures injected under writers in both regions, judged by their histories (FAULTS="name …", RUNS=1)
	@FAULTS="$(FAULTS)" RUNS="$(RUNS)" KEEP="$(KEEP)" $(TSX) lab/faults/main.ts
