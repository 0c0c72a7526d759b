# Two commands for everybody: `make demo` and `make test`. The rest is for those who install or change patrold.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

DESTDIR ?=
RELEASE := .build/release
# To build: headers. To run and to test: gpsd itself; a sound server with a null sink and a voice for the demo's clips;
# protoc, openssl, sqlite3, jq and curl look at the wire, the certificates, the stores and the socket from outside; nginx
# stands between cart and station; systemd checks its units; dpkg-dev knows which packages a program needs.
PACKAGES := libgps-dev libsqlite3-dev zlib1g-dev libasound2-dev libsndfile1-dev libebur128-dev libmd-dev tzdata \
    gpsd pulseaudio pulseaudio-utils libasound2-plugins espeak-ng protobuf-compiler openssl sqlite3 jq curl nginx-light \
    systemd dpkg-dev binutils

.PHONY: help demo test build packages format lint bench flash torture torture-edges fuzz simulate mutate test-boot deb install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## drive a simulated cart through the whole chain; Ctrl-C ends it with a summary
	@config/demo/demo

test: build lint ## every test: units, the real chain, the rules of the tree
	@echo "== building the tests (minutes, the first time)"
	@swift build --no-color-diagnostics --build-tests
	@echo "== testing"
	@PATROLD_PROGRAMS=$(CURDIR)/$(RELEASE) Tests/run

build: packages ## the programs, as they are installed: release, static Swift runtime
	@echo "== building the programs (minutes, the first time)"
	@swift build -c release --static-swift-stdlib --no-color-diagnostics

packages: ## what Debian must provide; asks apt only for what is missing
	@missing=$$(for package in $(PACKAGES); do \
	    dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	    echo "== installing with apt:" $$missing; \
	    sudo=$$([ $$(id -u) = 0 ] || echo sudo); \
	    $$sudo apt-get update -qq; \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	fi
	@# promtool reads what /v1/metrics says; its package would also start a monitoring server, so it is unpacked only.
	@if ! [ -x .build/tools/usr/bin/promtool ] && ! command -v promtool > /dev/null; then \
	    mkdir -p .build/tools && cd .build/tools && { [ $$(id -u) != 0 ] || apt-get update -qq; } && \
	    apt-get download -qq prometheus 2> /dev/null && dpkg-deb -x prometheus_*.deb . && rm -f prometheus_*.deb || \
	    echo "== no promtool: the test of the metrics' format will be skipped"; \
	fi

lint: ## the formatter's rules, as errors
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## let the formatter write
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

bench: build ## memory, wake-ups, CPU, start and answer times, a week in and out, with the machine and the variation
	@swift build --no-color-diagnostics --build-tests
	@PATROLD_BENCH=1 PATROLD_PROGRAMS=$(CURDIR)/$(RELEASE) swift test --no-color-diagnostics --skip-build --filter BenchTests --no-parallel

torture: build ## bad disks, kill -9, power cuts, 12,000 cuts in a model, crowds; an hour, with figures; as root for real power cuts
	@swift build --no-color-diagnostics --build-tests
	@PATROLD_TORTURE=1 PATROLD_PROGRAMS=$(CURDIR)/$(RELEASE) swift test --no-color-diagnostics --skip-build --filter 'Torture|CutTests|CrashLoadTests|CrashTests|DiskTests|HangingSecretTests' --no-parallel

flash: build ## what a position costs the card, beside the floor, at the real pace; as root; MINUTES and OPTIONS of the mount
	@Tests/Flash/measure $${MINUTES:-15} $${OPTIONS:-defaults}

torture-edges: build ## crowds at the collector and at the socket: latencies and memory, with and without them
	@swift build --no-color-diagnostics --build-tests
	@PATROLD_TORTURE=1 PATROLD_PROGRAMS=$(CURDIR)/$(RELEASE) swift test --no-color-diagnostics --skip-build --filter 'Torture|RollbackTests' --no-parallel

fuzz: build ## damaged recordings, configurations and zone files for a minute; FUZZ_SECONDS and PATROLD_FUZZ_SEED
	@swift build --no-color-diagnostics --build-tests
	@PATROLD_FUZZ=$${FUZZ_SECONDS:-60} PATROLD_PROGRAMS=$(CURDIR)/$(RELEASE) swift test --no-color-diagnostics --skip-build --filter Fuzz

simulate: ## nights of a whole cart in virtual time, NIGHTS of them; SEED replays one with its log
	@NIGHTS="$(NIGHTS)" SEED="$(SEED)" Tests/Simulation/simulate

mutate: ## mistakes in the policies, one after the other, each of which those nights must find; half an hour
	@NIGHTS="$(NIGHTS)" Tests/Simulation/mutate

test-boot: deb ## a Debian 12 that boots, with the packages: the README's steps, watchdog, reload, upgrade, purge; as root
	@Tests/Boot/packages
	@Tests/Boot/run

deb: build ## Debian packages of daemon, collector and simulator, below .build/packages
	@config/packaging/build

install: build ## what the packages have, below DESTDIR
	for package in patrold patrol-collector patrol-simulator; do config/packaging/tree $$package "$(DESTDIR)/"; done

clean: ## what was built, and the demo's state
	rm -rf .build
