# Each target works from a fresh clone on Debian 12 with Python 3.11 (and Node 20 for the tab) and installs what it
# needs, once.

BIN := .venv/bin
# The look-ups are compiled.
COMPILER := gcc libc6-dev python3-dev
DEMO_PACKAGES := ldap-utils unixodbc libsqliteodbc $(COMPILER)
# python-ldap and bonsai are built from source.
BUILD_PACKAGES := libldap2-dev libsasl2-dev libsasl2-modules
# A SIP proxy that asks the directory, and callers.
SIP_PACKAGES := kamailio kamailio-ldap-modules sip-tester
TEST_PACKAGES := $(DEMO_PACKAGES) slapd nats-server odbc-postgresql postgresql chromium fonts-noto-core libatomic1 \
  $(SIP_PACKAGES) $(BUILD_PACKAGES)
# Settings of the Teams app package.
CONFIG := deploy/demo/teams.toml
# Contacts that `make bench` searches among.
SIZE := 1000000
PYTEST := $(BIN)/pytest -q -n 2 --dist loadgroup

.PHONY: run test test-all check bench package install-run install-dev tab

run: install-run
	$(BIN)/python -m deploy.demo.run

test: install-dev tab
	$(PYTEST) -m "not long"

test-all: install-dev tab
	$(PYTEST)

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	git ls-files | xargs $(BIN)/codespell
	$(BIN)/pytest -q tests/architecture
	cd teams_app/tab && npm run --silent check

bench: install-dev
	@deploy/install/system gcc libc6-dev libssl-dev
	$(BIN)/python benchmarks/search.py --size $(SIZE)
	$(BIN)/python benchmarks/ldap.py --contacts $(SIZE)
	$(BIN)/python benchmarks/relay.py

package: install-run tab
	mkdir -p dist
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	$(BIN)/contact-teams package --config $(CONFIG) --output dist/contactory-teams.zip

install-run:
	@deploy/install/system --optional $(DEMO_PACKAGES)
	@deploy/install/python run
	@deploy/install/distribution
	@deploy/install/tab

install-dev:
	@deploy/install/system --optional $(TEST_PACKAGES)
	@deploy/install/python dev
	@deploy/install/distribution
	@deploy/install/node teams_app/tab tests/servers/playground

tab:
	@deploy/install/tab
