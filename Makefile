# GNU make. `make` prints the targets. Needs JDK 17, Maven and Python 3.11, and fetches everything else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# $(file) would fail on macOS, whose make is 3.81.
VERSION := $(shell cat VERSION)
VENV := .venv
BIN := $(VENV)/bin

JARS := $(foreach scala,2.12 2.13,target/jars/spark-rest_$(scala)-$(VERSION).jar)
BUNDLED := python/src/spark_rest/jars
WHEEL := python/dist/spark_rest-$(VERSION)-py3-none-any.whl

# HDFS for the tests, in the version of PySpark's Hadoop client. `hdfs.py` skips the tests if the versions differ.
HADOOP := 3.5.0
HADOOP_SHA256 := 06772d24529e59939915979b3edba204d367750ef7dc5120411f35221dd4818c
HDFS := target/hadoop-client-minicluster-$(HADOOP).jar

# WireMock for the tests: a proxy between a stream and an API that causes faults.
WIREMOCK_VERSION := 3.9.1
WIREMOCK_SHA256 := 723a880d50d3b0a145af0df07e578c2cb85e77feb2231e6991c9a1366926912c
WIREMOCK := target/wiremock-standalone.jar

# Delta Lake for the tests: a sink, with the Spark version that it supports.
DELTA_VERSION := 4.0.0
DELTA := target/delta/delta-spark_2.13-$(DELTA_VERSION).jar
DELTA_SHA256 := 538511702aae0ef6973a6a70af3d4543c9009f8edbed786a00737e2d3cd7f04e
DELTA_STORAGE := target/delta/delta-storage-$(DELTA_VERSION).jar
DELTA_STORAGE_SHA256 := 9bdb9fb450f1e119eba53feb427f331b0d09072d26485b8273883ad72c9a2e1d

# The clients of object stores for the tests, and of which Hadoop: `object_stores.py` says so if PySpark's is another.
S3_CLIENT := target/object-stores/s3
GCS_CLIENT := target/object-stores/gcs

# Iceberg for the tests, for the same Spark as Delta Lake.
ICEBERG_VERSION := 1.10.1
ICEBERG := target/iceberg/iceberg-spark-runtime-4.0_2.13-$(ICEBERG_VERSION).jar
ICEBERG_SHA256 := 2192a0881ed0f5773b5a83a8820d2b0b2069beec203028643a1c338551007f09

# Peers of benchmarks, each in an environment of its own because of its many dependencies.
DLT_VERSION := 1.31.0
DLT := target/venvs/dlt/.dlt-$(DLT_VERSION)
AIRBYTE_VERSION := 7.39.1
AIRBYTE := target/venvs/airbyte/.airbyte-$(AIRBYTE_VERSION)

BUILD_FILES := VERSION LICENSE NOTICE build.sbt sbtw $(wildcard project/*.sbt project/*.scala project/build.properties)
SCALA_FILES := $(shell find src -type f 2>/dev/null)
WHEEL_FILES := VERSION LICENSE NOTICE python/pyproject.toml python/README.md $(shell find python/src -type f \( -name '*.py' -o -name py.typed \) 2>/dev/null)
# .ci/test.py also writes this stamp, after it has compiled everything.
BUILT := target/.built
# The demo only needs the jar for the newest Spark.
DEMO_JAR := target/.demo-jar
# The package reads its version from the metadata of a wheel, so the demo makes the metadata without the wheel.
DEMO_METADATA := target/demo/spark_rest-$(VERSION).dist-info
PYTHON_CODE := python examples bench .ci

.PHONY: help setup demo test test-all test-slow test-rows test-mutants test-cures test-sim lint fmt jars wheel publish-local bench bench-rows bench-overhead bench-calls bench-endpoints bench-latency bench-cold bench-peers bench-backfill bench-keys docs docs-options release-check clean hdfs wiremock delta object-stores iceberg

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.wheel ## compile everything, and make a .venv with PySpark and the new wheel
	@echo "setup: done; $(BIN)/python has PySpark and spark-rest $(VERSION)"

demo: ## stream a live demo API into Parquet, after compiling the jar for it
	@$(MAKE) -j2 $(DEMO_JAR) $(VENV)/.pyspark
	@echo "demo: starting Spark and the demo API"
	@mkdir -p $(DEMO_METADATA)
	@printf 'Metadata-Version: 2.1\nName: spark-rest\nVersion: $(VERSION)\n' > $(DEMO_METADATA)/METADATA
	@PYTHONPATH=python/src:$(dir $(DEMO_METADATA)) $(BIN)/python examples/demo.py

test: ## all tests of all kinds, including setup; ends with "N passed, N failed"
	@$(PYTHON) .ci/test.py

test-all: ## like test, with all Python tests on each Spark of python/spark-versions.txt; takes hours
	@$(PYTHON) .ci/test.py --all-versions

test-slow: setup ## the tests that take many minutes
	cd python && ../$(BIN)/python -m pytest -m slow

test-sim: ## read a million random APIs and 400,000 that kill their driver, and check each record; an hour or two
	SIM_RUNS=1000000 SIM_FLEETS=100000 ./sbtw "testOnly *.SimulatorSuite *.FleetSimulatorSuite"

test-rows: ## compare a hundred million random records with Spark's parser, on both Scala lines; takes hours
	ROW_RECORDS=100000000 ./sbtw "++2.13" "testOnly *DifferentialSuite" "++2.12" "testOnly *DifferentialSuite"

test-mutants: $(BUILT) ## break each guarded line in a copy of the code, and check that its test fails
	$(PYTHON) .ci/mutants.py

test-cures: test-mutants ## the former name of test-mutants

lint: $(VENV)/.requirements ## scalafmt, scalafix, ruff, mypy --strict, prose: report only
	$(PYTHON) .ci/prose.py
	./sbtw scalafmtCheckAll scalafmtSbtCheck "scalafixAll --check"
	$(BIN)/ruff check --config python/pyproject.toml $(wildcard $(PYTHON_CODE))
	$(BIN)/ruff format --check --config python/pyproject.toml $(wildcard $(PYTHON_CODE))
	$(BIN)/mypy --strict --config-file python/pyproject.toml python/src python/tests examples bench .ci/release_check.py .ci/versioned_site.py .ci/prose.py .ci/mutant.py

fmt: $(VENV)/.requirements ## fix and format the code with scalafix, scalafmt and ruff
	./sbtw scalafixAll scalafmtAll scalafmtSbt
	$(BIN)/ruff check --fix --config python/pyproject.toml $(wildcard $(PYTHON_CODE))
	$(BIN)/ruff format --config python/pyproject.toml $(wildcard $(PYTHON_CODE))

jars: $(JARS) ## both jars, into target/jars/

wheel: $(WHEEL) ## the Python wheel with both jars in it, into python/dist/

hdfs: $(HDFS) ## the jar with which tests start an HDFS; tests run this target

wiremock: $(WIREMOCK) ## the jar of WireMock; tests run this target

delta: $(DELTA) $(DELTA_STORAGE) ## the jars of Delta Lake; tests run this target

object-stores: ## the clients of S3 and Google Cloud Storage; tests run this target
	@.ci/maven-jars python/s3-jars.txt $(S3_CLIENT)
	@.ci/maven-jars python/gcs-jars.txt $(GCS_CLIENT)

iceberg: $(ICEBERG) ## the jar of Iceberg; tests run this target

venv-%: $(WHEEL) ## for example venv-4.0: a venv with that PySpark and the wheel, in target/venvs/
	@PYTHON=$(PYTHON) .ci/venv $*

publish-local: ## both jars into the local Maven repository, or into M2=folder
	$(if $(M2),JAVA_TOOL_OPTIONS=-Dmaven.repo.local=$(abspath $(M2))) ./sbtw +publishM2

bench: setup ## a stream against spark.read.json of the same bytes, and against httpx + orjson
	@$(BIN)/python bench/stream_vs_file.py

bench-rows: ## JSON to rows against Spark's JacksonParser, with JMH
	@$(PYTHON) bench/rows.py

bench-overhead: setup ## milliseconds of a micro-batch against Spark's rate-micro-batch source
	@$(BIN)/python bench/overhead.py

bench-endpoints: setup ## 2,000 endpoints against requests in a thread pool, and the cost of a poll with more endpoints
	@$(BIN)/python bench/endpoints.py

bench-calls: setup ## one call per row against requests in a pandas UDF: 10,000 calls of 20 ms from 2 tasks
	@$(BIN)/python bench/calls.py

bench-cold: setup ## the first 200,000 records of a fresh JVM, against spark.read.json of the same bytes
	@$(BIN)/python bench/cold_start.py

bench-peers: setup $(DLT) $(AIRBYTE) ## a stream against requests, dlt and airbyte-cdk, in records per second
	@$(BIN)/python bench/peers.py $(dir $(DLT))bin/python $(dir $(AIRBYTE))bin/python

bench-backfill: setup ## the lag of live records with and without a backfill of a million records
	@$(BIN)/python bench/backfill.py

bench-latency: setup $(DLT) ## pagesInFlight=8 against 1, requests in 8 threads, and dlt: 1,000 pages of 100 ms
	@$(BIN)/python bench/latency.py $(dir $(DLT))bin/python

bench-keys: ## ten million keys: a snapshot with readChanges next to the time of HTTP alone; about 5 min
	MIRROR_KEYS=10000000 ./sbtw "testOnly *ManyKeysSuite"

docs: $(VENV)/.requirements-docs ## the documentation as a site, into target/site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo target/site/index.html

docs-options: ## generate files from the option and error tables
	UPDATE=1 ./sbtw "testOnly *GeneratedFilesSuite"

release-check: ## build and check everything that a release publishes, without an account
	@$(PYTHON) .ci/release_check.py

clean: ## remove everything that make has built, including the .venv
	rm -rf target bench/rows/target project/target project/project python/dist python/LICENSE python/NOTICE $(BUNDLED) $(VENV)

# One sbt start compiles main and test code of both Scala lines.
$(BUILT): $(BUILD_FILES) $(SCALA_FILES)
	@echo "setup: compiling the connector and its tests for Scala 2.12 and 2.13, with sbt; a few minutes"
	./sbtw +assembly +Test/compile
	@touch $@

$(DLT):
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check dlt==$(DLT_VERSION)
	@touch $@

$(AIRBYTE):
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check airbyte-cdk==$(AIRBYTE_VERSION)
	@touch $@

$(DEMO_JAR): $(BUILD_FILES) $(SCALA_FILES)
	@echo "demo: compiling the connector for Scala 2.13, with sbt; one or two minutes"
	./sbtw assembly
	mkdir -p $(BUNDLED)
	cp target/jars/spark-rest_2.13-$(VERSION).jar $(BUNDLED)
	@touch $@

# sbt does not rewrite a jar whose content is the same. `touch` gives it the time of this build.
$(JARS): $(BUILT)
	@test -f $@ || ./sbtw +assembly
	@touch $@

$(WHEEL): $(JARS) $(WHEEL_FILES) | $(VENV)/.requirements
	@echo "setup: building the wheel with both jars"
	rm -rf $(BUNDLED) python/dist
	mkdir -p $(BUNDLED)
	cp $(JARS) $(BUNDLED)
	cp LICENSE NOTICE python/
	$(BIN)/python -m build --wheel --no-isolation --outdir python/dist python
	@touch $@

# All that the demo needs.
$(VENV)/.pyspark: python/requirements-dev.txt
	@echo "setup: installing PySpark into $(VENV)"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep '^pyspark==' $<)
	@touch $@

$(VENV)/.requirements: python/requirements-dev.txt $(VENV)/.pyspark
	@echo "setup: installing the Python tools into $(VENV)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r python/requirements-dev.txt
	@touch $@

$(VENV)/.requirements-docs: python/requirements-docs.txt | $(VENV)/.requirements
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r python/requirements-docs.txt
	@touch $@

$(HDFS):
	.ci/maven-jar org.apache.hadoop:hadoop-client-minicluster:$(HADOOP) $(HADOOP_SHA256) $@

$(WIREMOCK):
	.ci/maven-jar org.wiremock:wiremock-standalone:$(WIREMOCK_VERSION) $(WIREMOCK_SHA256) $@

$(DELTA):
	.ci/maven-jar io.delta:delta-spark_2.13:$(DELTA_VERSION) $(DELTA_SHA256) $@

$(DELTA_STORAGE):
	.ci/maven-jar io.delta:delta-storage:$(DELTA_VERSION) $(DELTA_STORAGE_SHA256) $@

$(ICEBERG):
	.ci/maven-jar org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:$(ICEBERG_VERSION) $(ICEBERG_SHA256) $@

$(VENV)/.wheel: $(WHEEL)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps $(WHEEL)
	@touch $@
