# The commands of this project. `make demo` and `make test` set up what they
# need by themselves (scripts/setup.sh); afterwards they run offline.

VENV := .venv
PYTHON := $(VENV)/bin/python
# cmake, ctest and ninja come from the venv: no Debian package, one version.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help
help:
	@echo "make demo     MNIST digits on the mock Blackhole, beside llvm-cpu"
	@echo "make test     checks, C tests (plain, ASan+UBSan, TSan), pytest"
	@echo "make conformance  the ONNX backend suite beside llvm-cpu (half an hour)"
	@echo "make bench    speed and size beside llvm-cpu; writes docs/benchmarks*.md"
	@echo "make format   formats the C sources"
	@echo "make docs     renews the generated parts of docs/"
	@echo "make clean    removes build/ and out/ (not the venv)"

.PHONY: setup-demo setup-test
setup-demo:
	@scripts/setup.sh demo
setup-test:
	@scripts/setup.sh test

# Installs this checkout into the venv; only what changed is rebuilt.
INSTALL = $(PYTHON) -m pip --disable-pip-version-check install --quiet \
          --no-build-isolation --no-deps --no-index --force-reinstall .

.PHONY: demo
demo: setup-demo
	$(INSTALL)
	$(PYTHON) examples/mnist/demo.py

.PHONY: install
install: setup-test
	$(INSTALL)

.PHONY: test check test-c test-python
test: setup-test
	$(MAKE) check test-c install test-python

check: setup-test
	$(PYTHON) scripts/check_includes.py
	$(PYTHON) scripts/check_unused.py
	$(PYTHON) scripts/check_style.py
	$(PYTHON) scripts/check_docs.py

# Each preset is a build of its own; CMakePresets.json says with what.
test-c: setup-test
	scripts/test_c.sh release
	scripts/test_c.sh asan
	scripts/test_c.sh tsan

# The second run takes the mock's portable path, as other CPUs would, without
# checks: then it computes only the lanes that are stored.
PYTEST := $(PYTHON) -m pytest -q -n auto --dist loadgroup
test-python: setup-test
	$(PYTEST) test
	$(PYTEST) test/e2e --device "tenstorrent://mock?isa=portable" \
	  -k "test_case and (f32 or program or fusion)"

.PHONY: conformance
conformance: setup-test
	scripts/setup.sh frontends
	$(MAKE) install
	$(PYTHON) test/conformance/onnx_suite.py --verbose

.PHONY: bench
bench: setup-test
	scripts/setup.sh frontends
	$(INSTALL)
	$(PYTHON) bench/bench.py --write
	$(PYTHON) bench/models.py --write

.PHONY: format
format: setup-test
	$(PYTHON) scripts/check_style.py --fix

.PHONY: docs
docs: setup-test
	cmake -G Ninja --preset release --log-level=WARNING
	cmake --build build/release --target tile_ops_doc -- --quiet
	build/release/tools/tile_ops_doc >docs/tile-ops.md
	$(PYTHON) scripts/check_docs.py --fix

.PHONY: clean
clean:
	rm -rf build out
