# `make` alone says what there is.

BIN  := .venv/bin
PORT := 5006

# The first Python that truly runs and can make an environment: a pyenv shim answers to a name and
# then fails, and Debian's python3 comes without ensurepip.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
NO_PYTHON = supervox needs Python 3.11 or newer with its venv module (Debian: apt install \
	python3-venv). If yours has another name: make PYTHON=/path/to/python3

# System certificates: behind a clinic's proxy uv's own list does not know the issuer.
UV := $(BIN)/uv --system-certs
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url $(ARGS) pyproject.toml

# Another environment that happens to be active must not leak into this one.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH
# Without bytecode every start takes 6 s instead of 3; to compile it all beforehand takes 12.
unexport PYTHONDONTWRITEBYTECODE
export FILE PORT

.DEFAULT_GOAL := help
.PHONY: help run install test test-network torture lint bench picture study lock clean browser

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST))

run: .venv/installed ## open FILE=scan.nii.gz, or the demo, on PORT=5006
	@$(BIN)/supervox serve $${FILE:+"$$FILE"} --port "$$PORT"

install: .venv/installed ## put what is needed to run into .venv

# In two processes, a file in one of them, as most tests wait for a browser or a cluster. In the order
# of collection, as those in the browser come last.
test: .venv/installed-test browser ## run every test; ARGS='-k stroke' goes to pytest
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(ARGS)

test-network: .venv/installed-test browser ## try hosts that are cut off, nginx, no network; as root
	@$(BIN)/python -m tests.network.tools
	$(BIN)/python -m pytest -m network tests/network $(ARGS)

torture: .venv/installed-test browser ## run the long proofs of docs/reliability.md (hours); ARGS too
	$(BIN)/python -m pytest -m torture --timeout 7200 $(ARGS)

lint: .venv/installed-test ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/installed-test ## time the kernels and the page
	$(BIN)/python -m benchmarks $(ARGS)

picture: .venv/installed-test browser ## take docs/page.png anew from the real page
	$(BIN)/python -m docs.picture

study: .venv/installed-test ## study the defaults anew and draw docs/quality.png (minutes)
	$(BIN)/python -m docs.quality

lock: $(BIN)/uv ## resolve pyproject.toml anew; ARGS=--upgrade takes the newest
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra test --extra lint --constraints requirements.lock \
		--output-file requirements-test.lock

clean: ## remove .venv, caches and builds
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser: .venv/installed-test
	@$(BIN)/python tests/browser.py

$(BIN)/uv:
	@test -n '$(PYTHON)' || { echo '$(NO_PYTHON)'; exit 1; }
	'$(PYTHON)' -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'

.venv/installed: requirements.lock pyproject.toml | $(BIN)/uv
	$(INSTALL) --requirement requirements.lock
	$(INSTALL) --no-deps --editable .
	@echo 'Compiling the kernels, so that nobody waits for it later (some seconds, once)'
	@$(BIN)/python -m workers.warm
	@touch $@

.venv/installed-test: requirements-test.lock .venv/installed
	$(INSTALL) --requirement requirements-test.lock
	@touch $@
