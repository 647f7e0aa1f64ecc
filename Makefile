# The two commands of the README, and what they need.

.PHONY: demo test setup server bench bench-scale

# Three replicas boot at once, and then a month of a city is drawn on one page: against throwaway
# servers, or against QUICKSIGHT_DATABASE_URL.
demo: server
	cargo build --quiet --release --examples --features analytics
	cargo run --quiet --release --example demo --features analytics
	@echo
	cargo run --quiet --release --example dashboard --features analytics

# All tests, on real servers of their own. Those that a test does not have to kill or to configure can be
# the one of QUICKSIGHT_DATABASE_URL.
test: setup
	cargo test --all-features

# Against refinery's own driver, sqlx and diesel.
bench: setup
	@scripts/server.sh client-library
	cargo run --release --manifest-path benches/peers/Cargo.toml

# The reports on a city of 10,000 users, next to the statements that they replace.
bench-scale: setup
	cargo bench --quiet --bench scale --features analytics

# A server, unless there is one to use.
server:
	@test -n "$$QUICKSIGHT_DATABASE_URL" || $(MAKE) --no-print-directory setup

# A server program, unless there is one.
setup:
	@test -n "$$QUICKSIGHT_SERVER" || scripts/server.sh any >/dev/null
