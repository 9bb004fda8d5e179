# `make help` lists the targets. Variables: SEEDS=file, OUTPUT=directory, KILLS=number, SECONDS=number, ARGS="more flags".
CARGO  ?= cargo
OUTPUT ?= ./crawl
ARGS   ?=
KEYS   ?= 1M,20M,100M,300M
URLS   ?= 1M,10M
DIR    ?= /tmp
KILLS  ?= 50
SECONDS ?= 60
BIN    := target/release/crawler
STATIC := target/static/crawler

.DEFAULT_GOAL := help
.PHONY: help build static dist docker run test e2e torture check deny advisories fuzz bench bench-matrix bench-known bench-shards bench-peers bench-frontier bench-index instructions fmt clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the release binary, target/release/crawler
	$(CARGO) build --release --locked -p crawler

static: ## Build target/static/crawler, which needs no library of the machine (installs the musl target)
	packaging/static.sh

dist: static ## Make dist/: archive and Debian package of the static binary, manual pages, completions, unit
	packaging/dist.sh

docker: ## Build the image `crawler`
	docker build -f docker/Dockerfile -t crawler .

run: build ## Crawl SEEDS=file into OUTPUT (default ./crawl); without SEEDS, crawl the built-in test web
ifdef SEEDS
	$(BIN) --seeds $(SEEDS) --workers auto --output $(OUTPUT) $(ARGS)
else
	$(BIN) demo --workers auto --output $(OUTPUT) $(ARGS)
endif

test: ## Run all tests that a Rust toolchain and a C compiler can run, the real binary included
	$(CARGO) build --locked -p crawler
	$(CARGO) test --locked --workspace

e2e: dist ## Crawl real servers, have independent readers check the results, run the image (installs Debian and PyPI packages)
	tests/e2e/run.sh $(STATIC)

torture: build ## Kill a crawl KILLS times (50) at random moments and check that no page is lost
	$(BIN) doctor --torture --kills $(KILLS) $(ARGS)

check: ## Formatting, lints, documentation and the layering of the crates
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items
	tests/layering.sh
	tests/deny.sh

deny: ## Licences, duplicates and sources of the dependencies (installs cargo-deny)
	tests/deny.sh

advisories: ## Known defects of the dependencies (fetches the data base of RustSec)
	tests/deny.sh advisories

fuzz: ## Fuzz everything that reads foreign bytes, SECONDS (60) for each target
	fuzz/run.sh $(SECONDS)

bench: build ## ns and MB/s of each hot path, pages per CPU second on the built-in test web and on real pages
	$(CARGO) run --release --locked -p crawler-benches --bin links
	$(CARGO) run --release --locked -p crawler-benches --bin paths
	python3 benches/matrix cases $(BIN) $(ARGS)

bench-matrix: build ## The whole crawler against the test web: protocol, pages, workers, hosts (ARGS=--quick; perf, strace)
	python3 benches/matrix cases $(BIN) $(ARGS)

bench-known: build ## Cost of a page in directories that know 1 and 10 million URLs; DIR=directory on the disk to measure
	python3 benches/matrix known $(BIN) --dir $(DIR) $(ARGS)

bench-shards: build ## Cost of a page with 1 to 16 shards, by thread
	python3 benches/matrix shards $(BIN) $(ARGS)

bench-peers: build ## Other crawlers on the same pages, into docs/benchmarks/ (installs them; Debian, PyPI, npm)
	benches/peers/install.sh
	python3 benches/peers/run.py --binary $(BIN) $(ARGS)

bench-frontier: ## Seen set up to KEYS keys, queues at URLS queued URLs; DIR=directory on the disk to measure
	$(CARGO) run --release --locked -p crawler-benches --bin frontier -- seen --keys $(KEYS) --dir $(DIR)
	$(CARGO) run --release --locked -p crawler-benches --bin frontier -- queue --urls $(URLS) --dir $(DIR)

instructions: ## Count the instructions of the hot paths against benches/instructions.toml (needs valgrind)
	$(CARGO) build --release --locked -p crawler-benches --bin paths
	benches/instructions.py target/release/paths $(ARGS)

bench-index: ## Looking up pages in an index of 10 million captures; DIR=directory on the disk to measure
	$(CARGO) run --release --locked -p crawler-benches --bin index -- --rows 10M --dir $(DIR)

fmt: ## Format the code
	$(CARGO) fmt --all

clean: ## Remove build results
	$(CARGO) clean
