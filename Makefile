# `make run` and `make test` are all that a fresh machine needs: the first sets up .venv, the second
# adds what tests need.
# Relative paths only, so that a checkout may lie in a folder with a space in its name.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.SECONDARY:
.PHONY: help run multiverse simulate test test-all check check-quarto check-r lint size docs bench bench-stats bench-big bench-render bench-multiverse bench-cluster campaign-faults campaign-mutation campaign-spoil campaign-honest campaign-fresh campaign-problems campaign-relations campaign-statcheck campaign-simulate campaign-cluster campaign-reference campaign-disclosure lock bundle slurm crate-tools clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
READY_TEST := .venv/.ready-test
READY_SLURM := .venv-slurm/.ready
CODE := workflow scripts tests benchmarks bundle campaigns docs
# Each of the forty jobs of a run would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

help:
	@echo 'make run     every configured trial from its raw rows to the site (make run TRIAL=name: one)'
	@echo 'make simulate: trials drawn under the truths in simulation.yaml, and what their analyses show'
	@echo 'make multiverse: every combination of the choices in multiverse.yaml, estimated and tested together'
	@echo 'make test    what a change needs, with the linters'
	@echo 'make test-all: everything, with R, SLURM, browser, wheels, bundle, containers; needs root'
	@echo 'make check   the configuration of every trial: all mistakes at once'
	@echo 'make check-r the main results of the real trials once more in R, after make run'
	@echo 'make check-quarto both renderers on one document, or on ARGS="TRIAL …"; ARGS=--record writes what Quarto did'
	@echo 'make lint    ruff, mypy, import-linter, snakefmt, snakemake --lint'
	@echo 'make size    lines of code by room, of tests and of documentation'
	@echo 'make docs    the documentation as a site, docs/_site/index.html'
	@echo 'make bench   cost of a run; fails where a ratio of benchmarks/ratios.json is 15 % worse'
	@echo 'make bench-stats, bench-big, bench-render, bench-multiverse, bench-cluster: speed and memory'
	@echo 'make campaign-faults: kills, full disks, limits, altered bytes'
	@echo 'make campaign-spoil: 1,000 exports with one thing wrong each'
	@echo 'make campaign-honest, campaign-fresh, campaign-problems, campaign-relations, campaign-statcheck: the audit of papers'
	@echo 'make campaign-simulate: coverage and type I error'
	@echo 'make campaign-mutation: small faults in the code: do the tests see them?'
	@echo 'make campaign-disclosure: an attack on public results'
	@echo 'make campaign-cluster: a multiverse on a SLURM that is disturbed'
	@echo 'make campaign-reference: records the trials that trialtrace validate compares with'
	@echo 'make bundle  one file with all that an installation without network needs, build/*.tar'
	@echo 'make lock    resolves the lock files anew'
	@echo 'make slurm   sets up .venv-slurm, for a cluster'
	@echo 'make crate-tools: .venv-crate, with a validator of research objects, for tests'
	@echo 'make clean   removes results, site and logs; kept runs in archive/ stay'

# Snakemake wants a folder for its cache also where it keeps nothing there, and a home may be read-only.
CACHE = $${XDG_CACHE_HOME:-$$HOME/.cache}
AT_HOME := $(shell mkdir -p "$(CACHE)" 2>/dev/null && test -w "$(CACHE)" && echo yes)
SNAKEMAKE := $(if $(AT_HOME),,XDG_CACHE_HOME='$(CURDIR)/.snakemake/cache' )$(BIN)/snakemake

# Snakemake takes one target a trial, or builds the site of all.
run: $(READY)
	@$(SNAKEMAKE) $(TRIAL)
	@echo 'Open $(if $(TRIAL),results/$(TRIAL)/report/report.html,site/index.html)'

# Of all trials that have a multiverse.yaml, or of one.
multiverse: $(READY)
	@$(SNAKEMAKE) $(if $(TRIAL),results/$(TRIAL)/multiverse/multiverse.html,multiverse)

# Of all trials that have a simulation.yaml, or of one.
simulate: $(READY)
	@$(SNAKEMAKE) $(if $(TRIAL),results/$(TRIAL)/simulation/simulation.html,simulate)

# Linters work beside the tests; what they say stands at the end, where it is read. A recipe that
# names MAKE itself would be run by `make --dry-run` too.
LINT = $(MAKE) --no-print-directory lint
# Three processes: on two cores one of them waits now and then, for a cluster or a browser.
test: $(READY_TEST)
	@said=$$(mktemp); trap 'rm -f "$$said"' EXIT; \
	$(LINT) > "$$said" 2>&1 & linters=$$!; \
	status=0; $(BIN)/python -m pytest --numprocesses 3 -m 'not full' $(ARGS) || status=$$?; \
	wait $$linters || { cat "$$said"; status=1; }; exit $$status

# On a clean work tree; the record of what passed is tests/full.json.
test-all: $(READY_TEST)
	@.ci/all

check: $(READY)
	@status=0; for folder in config/trials/*/; do \
	  $(BIN)/trialtrace check "$$(basename "$$folder")" || status=1; done; exit $$status

lint: $(READY_TEST)
	@$(BIN)/ruff check --quiet $(wildcard $(CODE))
	@$(BIN)/ruff format --check --quiet $(wildcard $(CODE))
	@$(BIN)/python -c 'from trialtrace.stats._offered import write_stubs; write_stubs()'
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo --no-cache) || { echo "$$said"; exit 1; }
	@$(BIN)/snakefmt --check Snakefile workflow/Snakefile workflow/rules
	@$(BIN)/snakemake --lint --quiet all
	@$(BIN)/python tests/plain_english.py
	@$(BIN)/python tests/size.py

size: $(READY_TEST)
	@$(BIN)/python tests/size.py

docs: $(READY_TEST)
	@$(BIN)/python docs/build.py docs/_site
	@echo 'Open docs/_site/index.html'

bench: $(READY)
	@$(BIN)/python benchmarks/bench.py $(ARGS)

campaign-faults campaign-mutation campaign-spoil campaign-honest campaign-fresh campaign-problems campaign-relations campaign-statcheck campaign-simulate campaign-cluster campaign-reference campaign-disclosure: campaign-%: $(READY_TEST)
	@$(BIN)/python campaigns/$*.py $(ARGS)

bench-stats: $(READY)
	@$(BIN)/python benchmarks/bench_stats.py $(ARGS)

bench-big: $(READY)
	@$(BIN)/python benchmarks/big_trial.py $(ARGS)

# Needs the results of a run.
bench-multiverse: $(READY)
	@$(BIN)/python benchmarks/multiverse.py $(ARGS)

bench-cluster: $(READY_TEST) $(READY_SLURM)
	@$(BIN)/python benchmarks/on_cluster.py $(ARGS)

# Needs the results of a run.
bench-render: $(READY)
	@$(BIN)/python benchmarks/render.py $(ARGS)

check-quarto: $(READY_TEST)
	@$(BIN)/python campaigns/against_quarto.py $(ARGS)

# Needs r-base-core, r-cran-survival and r-cran-car, and the results of a run.
check-r: $(READY)
	@$(BIN)/python campaigns/against_r.py

slurm: $(READY_SLURM)

crate-tools: .venv-crate/.locked

# The first Python that is new enough, in $$python.
define find_python
	for python in $(PYTHON) python3.12 python3.11 python3.13 ''; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; done; \
	[ -n "$$python" ] || { \
	  echo 'Python 3.11 or newer is needed: apt-get install python3 python3-venv' >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	  version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  echo "$$python has no venv module: apt-get install python$$version-venv" >&2; exit 1; }
endef

# Of what pip says: every tenth package that it fetches, and the start of the installation.
follow_pip = awk '/^Collecting /{n++; if (n % 10 == 0) print "        " n " packages fetched"} \
  /^Installing /{print "        installing"} {fflush()}'

# The locked packages, then this one; only a new lock makes an environment anew. Bytecode of the
# packages' own tests would be a tenth of it, and is never read.
.venv/.locked: requirements.lock
.venv-slurm/.locked: requirements-slurm.lock
.venv-crate/.locked: requirements-crate.lock
%/.locked:
	@[ ! -L $* ] || { echo '$* is a link: what it leads to would be emptied. Remove the link.' >&2; exit 1; }
	@$(find_python); echo "Setting up $*, once; a few minutes$$([ "$${PIP_NO_INDEX:-}" ] || echo ', by the network')"; \
	echo '1 of 3  a new environment'; "$$python" -m venv --clear $*
	@echo "2 of 3  $$(grep -c '==' $<) packages of $<, pinned by hash"
	@$*/bin/python -m pip install --no-compile --require-hashes -r $< | $(follow_pip)
	@echo "3 of 3  compile what has come: $$(du -sm $* | cut -f1) MB"
	@$*/bin/python -m compileall -qq -j 0 -x '/tests?/' $*/lib
	@touch $@

%/.ready: %/.locked pyproject.toml
	@$*/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Beside a run's packages, in the same environment, those of tests and linters.
$(READY_TEST): requirements-test.lock .venv/.locked | $(READY)
	@echo "Adding $$(grep -c '==' $<) packages of $<, once"
	@$(BIN)/python -m pip install --require-hashes -r $< | $(follow_pip)
	@touch $@

# PLATFORM=manylinux_2_28_x86_64 PYTHON=3.12: for another machine. ARGS='--key FILE' signs it.
bundle: $(READY_TEST)
	@$(BIN)/python bundle/make.py $(PLATFORM:%=--platform %) $(patsubst %,--python %,$(filter 3.%,$(PYTHON))) $(ARGS)

# UPGRADE=--upgrade takes the newest versions that the lists allow; those of a run bind the others.
lock:
	@$(find_python); folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	"$$python" -m venv "$$folder"; "$$folder/bin/python" -m pip install --quiet uv; \
	compile() { "$$folder/bin/uv" pip compile --quiet --universal --generate-hashes \
	  --python-version 3.11 --no-header --no-annotate $(UPGRADE) "$$@"; }; \
	run='pyproject.toml --all-extras --group build'; \
	compile $$run -o requirements.lock; \
	compile --group test -c requirements.lock -o requirements-test.lock; \
	compile $$run --group slurm -c requirements.lock -o requirements-slurm.lock; \
	compile --group crate -o requirements-crate.lock

clean:
	rm -rf results site logs docs/_site .snakemake
