# make run    set up, build, start: http://127.0.0.1:3000 with demo content
# make dev    the same, rebuilt on every change
# make test   set up, lint, every test on both database engines and in the browser
# make soak   the long form of the tests of what must survive: hours
# make fmt | lint | queries | bench | clean
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run dev test soak fmt lint queries bench clean

ENV := . .ci/env.sh;
DEVELOPMENT := ETERNITY_MODE=development

help:
	@sed -n 's/^# //p' Makefile

run:
	@.ci/setup.sh run
	$(ENV) .ci/build.sh release
	# exec: Ctrl-C reaches the server itself, which stops its database.
	exec env $(DEVELOPMENT) "$$CARGO_TARGET_DIR/release/eternity" serve --demo

dev:
	@.ci/setup.sh run
	$(ENV) $(DEVELOPMENT) cargo leptos watch -- serve --demo

test:
	@.ci/setup.sh test
	@.ci/test.sh

soak:
	@.ci/setup.sh test
	$(ENV) for engine in mariadb mysql; do ETERNITY_SOAK=1 ETERNITY_TEST_ENGINE=$$engine server_cargo test -q --features ssr --test integration -- survival:: tempo_and_key of_many_requests the_same_form model:: a_month_cut_off --nocapture; done

fmt:
	@$(ENV) cargo fmt

lint:
	@$(ENV) .ci/lint.sh

queries:
	@$(ENV) .ci/queries.sh write

bench:
	@.ci/setup.sh bench
	$(ENV) .ci/build.sh release
	$(ENV) .ci/bench.sh

clean:
	@$(ENV) cargo clean -p eternity; rm -rf .data site
