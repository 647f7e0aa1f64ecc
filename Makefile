# Two commands for everybody, six for whoever measures. Each gets what it needs.

.PHONY: demo test bench bench-scale bench-ledger bench-summary bench-partition mutants rust given server setup

# Three replicas boot at once, and then the five dashboards of a made-up city are drawn on one page: on
# throwaway servers, or in databases of their own on that of QUICKSIGHT_DATABASE_URL.
demo: rust server
	cargo build --release --examples --all-features
	cargo run --quiet --release --example demo --all-features
	@echo
	cargo run --quiet --release --example dashboard --all-features

# All tests, on real servers of their own. Those that a test does not have to kill or to configure can be
# the one of QUICKSIGHT_DATABASE_URL, whose user must then be an administrator: tests/given_server.rs
# says of what.
test: rust setup given
	cargo test --all-features

# Against refinery's own driver, sqlx and diesel.
bench: rust setup
	@scripts/server.sh client-library
	cargo run --release --manifest-path benches/peers/Cargo.toml

# The reports on a city of 10,000 users, next to the statements that they replace.
bench-scale: rust setup
	cargo bench --bench scale --all-features

# The ledger, next to a transaction by hand.
bench-ledger: rust setup
	cargo bench --bench ledger --features ledger

# Reports that read sums, next to the statements that they replace, with and without triggers.
bench-summary: rust setup
	cargo bench --bench summary --all-features

# Partitions, next to plain tables with the same rows.
bench-partition: rust setup
	cargo bench --bench partition --all-features

# Breaks each line of the modules that need no server, and expects a test without one to notice.
mutants: rust
	@cargo mutants --version >/dev/null 2>&1 || cargo install --locked cargo-mutants@$(cargo_mutants)
	cargo mutants $(pure:%=--file src/%.rs) --output target -- --lib --all-features

pure = history/effect history/embedded history/status outcome/code outcome/drift outcome/error outcome/kept schema/compare schema/shape schema/types \
       session/sql session/wait
cargo_mutants = 27.1.0

# A Rust that is new enough, said in one sentence and not by what breaks first.
rust:
	@scripts/rust.sh

# The server of QUICKSIGHT_DATABASE_URL, if there is one, does all that the tests ask of it.
given:
	@test -z "$$QUICKSIGHT_DATABASE_URL" || cargo test --all-features --test given_server

# A server, unless there is one to use.
server:
	@test -n "$$QUICKSIGHT_DATABASE_URL" || $(MAKE) --no-print-directory setup

# A server program, unless there is one.
setup:
	@test -n "$$QUICKSIGHT_SERVER" || scripts/server.sh any >/dev/null
