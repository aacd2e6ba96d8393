# The commands of this repository; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test bench setup setup-run

# Where rustup puts cargo, for shells that do not have it on the PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

help:
	@echo "make run    build and start everything for development (Ctrl-C stops it)"
	@echo "make test   run every check and test"
	@echo "make bench  measure speed and size"
	@echo "Options of the programs go into ARGS, such as: make run ARGS='--port 8081'"

setup-run:
	@tests/setup/setup run

setup:
	@tests/setup/setup all

run: setup-run
	@exec cargo run --locked --package gatehouse-server --bin gatehouse -- dev $(ARGS)

test: setup
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo test --locked --workspace

bench: setup
	cargo build --locked --release --package gatehouse-server --package gatehouse-load
	cargo run --locked --release --package gatehouse-load -- $(ARGS)
