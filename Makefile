# make setup | run | serve | test | test-slow | lint | types | golden | protos | locks | images | test-containers; each sets
# up what it needs first. Needs Python 3.11 and a C compiler; the last two also docker or podman.
PYTHON ?= python3.11
INSTALLED := .venv/installed
LOCK := requirements/lock.txt
MAIN_PACKAGES := duckdb, feast, great_expectations, ibis, keras, kfp.kubernetes, matplotlib, tensorflow, tensorflow_serving, torch, torch_geometric

RUN ?= runs/latest
BASE ?= $(RUN)/serving
PORT ?= 8500
PAGE_PORT ?= 8080

# Images, docs/images.md. `localhost` is a registry that nothing is pulled from or pushed to by mistake.
CONTAINER_ENGINE ?= docker
REGISTRY ?= localhost
COMMIT := $(shell git rev-parse HEAD)
# The commit; with `-dirty` behind it where the code is not the commit's.
TAG := $(or $(TAG),$(shell git describe --always --abbrev=40 --exclude '*' --dirty))
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
SOURCE ?= $(shell git remote get-url origin 2> /dev/null | sed 's|//[^/@]*@|//|')
# cpu or cuda; TORCH_INDEX_URL: the index that holds this build, where pip's own does not.
TORCH_BUILD ?= cpu
STEP_IMAGES := data gnn ranker
BUILD_IMAGE = $(CONTAINER_ENGINE) build $(IMAGE_BUILD_FLAGS) --file images/$(1)/Dockerfile --tag $(REGISTRY)/frontrow/$(1):$(TAG) \
	--label org.opencontainers.image.revision=$(2) --label org.opencontainers.image.version=$(VERSION) \
	--label org.opencontainers.image.source=$(SOURCE)

.PHONY: setup run serve test test-slow lint types golden protos locks images image-base $(STEP_IMAGES:%=image-%) image-serving \
	test-containers container-tests

setup: $(INSTALLED)

run: $(INSTALLED)
	.venv/bin/python pipeline.py run

# A pushed folder through TensorFlow Serving's gRPC API, for development, and a page of what it gives the run's users:
# make serve RUN=<finished run> PORT=8500 PAGE_PORT=8080; without a page: make serve RUN= BASE=<pushed folder>.
serve: $(INSTALLED)
	.venv/bin/python -m serving.local_server --base $(BASE) --port $(PORT) $(if $(RUN),--run $(RUN) --page-port $(PAGE_PORT))

test: $(INSTALLED)
	.venv/bin/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

# What would take `make test` beyond twenty minutes; .ci/run runs both.
test-slow: $(INSTALLED)
	.venv/bin/python -m pytest -m slow

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

# Every file of requirements/; UPGRADE=--upgrade takes newer versions. TORCH_CPU_WHEELS: a folder, or the address of a page,
# that lists torch's wheels for CPU.
locks:
	$(PYTHON) -m venv build/locks
	build/locks/bin/python -m pip install --quiet uv==0.13.9
	$(PYTHON) -m images.refresh_locks --uv build/locks/bin/uv --torch-cpu-wheels "$(or $(TORCH_CPU_WHEELS),$(PIP_FIND_LINKS))" $(UPGRADE)

images: $(STEP_IMAGES:%=image-%)

# The base is labelled with the commit that changed it last, so that the others need not be built anew after every one.
image-base:
	$(call BUILD_IMAGE,base,$(shell git log -1 --format=%H -- images/base requirements/base.lock)) .

$(STEP_IMAGES:%=image-%): image-%: image-base
	$(call BUILD_IMAGE,$*,$(COMMIT)) --build-arg BASE=$(REGISTRY)/frontrow/base:$(TAG) \
		$(if $(filter gnn,$*),--build-arg TORCH_BUILD=$(TORCH_BUILD) --build-arg TORCH_INDEX_URL=$(TORCH_INDEX_URL)) .

image-serving:
	$(call BUILD_IMAGE,serving,$(COMMIT)) .

# The images, and the daily pipeline of a tiny shop in them.
test-containers: images container-tests

# In images that are there already. Their engine must see the folders that it mounts, so that these lie in the project.
container-tests: $(INSTALLED)
	mkdir -p build
	FRONTROW_IMAGE_TAG=$(TAG) FRONTROW_IMAGE_REGISTRY=$(REGISTRY) .venv/bin/python -m pytest -m containers \
		--basetemp=build/containers tests/containers
