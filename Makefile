# make setup | run | serve | test | lint | types | golden | protos; each sets up what it needs first.
# Needs Python 3.11 and a C compiler.
PYTHON ?= python3.11
INSTALLED := .venv/installed
LOCK := requirements/lock.txt
MAIN_PACKAGES := duckdb, feast, great_expectations, ibis, keras, kfp.kubernetes, matplotlib, tensorflow, tensorflow_serving, torch, torch_geometric

BASE ?= runs/latest/serving
PORT ?= 8500

.PHONY: setup run serve test lint types golden protos

setup: $(INSTALLED)

run: $(INSTALLED)
	.venv/bin/python pipeline.py run

# A pushed folder through TensorFlow Serving's gRPC API, for development; make serve BASE=<pushed folder> PORT=8500.
serve: $(INSTALLED)
	.venv/bin/python -m serving.local_server --base $(BASE) --port $(PORT)

test: $(INSTALLED)
	.venv/bin/python -m pytest --numprocesses auto --dist loadfile

lint: $(INSTALLED)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: $(INSTALLED)
	.venv/bin/mypy .

# The compiled pipelines that tests/orchestration/test_compiling.py compares with, after a change that is meant.
golden: $(INSTALLED)
	.venv/bin/python -m tests.orchestration.golden_pipelines

# torch is named a second time, with its dependencies: they differ between its builds for CPU and for CUDA.
$(INSTALLED): $(LOCK)
	@echo "setting up .venv (minutes, once)"
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --no-deps --requirement $(LOCK)
	.venv/bin/python -m pip install --quiet --constraint $(LOCK) torch
	@.venv/bin/python -c "import $(MAIN_PACKAGES)" 2> .venv/import.log || { cat .venv/import.log; exit 1; }
	@touch $@

# The messages of the client, the local server and the deployment; grpcio-tools for protobuf 6 lives in an environment
# of its own, away from the lock's grpcio.
protos:
	$(PYTHON) -m venv build/protos
	build/protos/bin/python -m pip install --quiet grpcio-tools==1.76.0 "protobuf<7" setuptools
	build/protos/bin/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. serving/protos/*.proto
