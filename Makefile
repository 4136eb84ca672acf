# `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help demo test safety ask run doctor lint bench load soak bench-lean bench-pairing quality image-rehearsal screenshots docs constraints clean audit fuzz survive bench-backup
PY := .venv/bin/python
SETUP := PYTHON="$(PYTHON)" deploy/setup.sh

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Try Lantern in a simulated Discord in your browser
	@$(SETUP) demo
	@.venv/bin/lantern demo

test: ## Install what the tests need and run them
	@$(SETUP) test
	@$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder

safety: ## Prove every statement of the safety checklist, and print which test proves which
	@$(SETUP) test
	@PYTHONPATH=tests $(PY) -m support.statements

ask: export QUESTION := $(Q)
ask: ## One question in the terminal: make ask Q="how do I get into a PhD without publications"
	@$(SETUP) run
	@.venv/bin/lantern ask "$$QUESTION"

run: ## Run the bot on Discord (needs LANTERN_DISCORD_TOKEN, see README)
	@$(SETUP) run
	@.venv/bin/lantern run

doctor: ## What is set, what is missing, what to do
	@$(SETUP) run
	@.venv/bin/lantern doctor

lint: ## Lint, format check, types, architecture
	@$(SETUP) test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

audit: ## Ask which pinned versions have known holes
	@$(SETUP) test
	@$(PY) deploy/audit.py

fuzz: ## Let hostile people do 10,000 things: no error, no ping, nothing of others
	@$(SETUP) test
	@$(PY) tests/bench/fuzz.py

survive: ## Kill the bot 200 times while people use it, and look at what is left
	@$(SETUP) test
	@$(PY) tests/bench/kill.py

bench: ## Measure speed and write it into docs/benchmarks.md
	@$(SETUP) test
	@$(PY) tests/bench/run.py

bench-lean: ## Measure time and memory on a small server and write them into docs/benchmarks.md
	@$(SETUP) test
	@$(PY) tests/bench/lean.py

bench-backup: ## Measure how long a backup takes, and whether writes wait for it
	@$(SETUP) test
	@$(PY) tests/bench/backup.py

load: ## 300 interactions a second on 50 servers for two minutes, into docs/reliability.md (fills .lantern/load first: long)
	@$(SETUP) test
	@$(PY) tests/bench/load.py --data .lantern/load --write load

soak: ## The same for half an hour at 60 a second, with restarts, into docs/reliability.md
	@$(SETUP) test
	@$(PY) tests/bench/load.py --data .lantern/load --rate 60 --seconds 1800 --restart-every 300 --warm-up 30 --write soak

bench-pairing: ## Measure pairing against other ways and write it into docs/benchmarks.md
	@$(SETUP) test
	@$(PY) tests/bench/pairing.py

quality: ## Measure the answers and write them into docs/benchmarks.md
	@$(SETUP) test
	@$(PY) tests/bench/quality.py

image-rehearsal: ## Build the images without a Docker engine, start them, sum their size (deploy/rehearse.py)
	@$(SETUP) test
	@$(PY) deploy/rehearse.py $(ARGS)

screenshots: ## Renew the pictures in docs/ from the demo (needs Chromium)
	@$(SETUP) test
	@PYTHONPATH=tests $(PY) -m support.screenshots

docs: ## Renew the two pages in docs/ that are made from the program: its commands
	@$(SETUP) test
	@PYTHONPATH=tests $(PY) -m support.reference

constraints: ## Refresh every pinned version in constraints.txt
	@deploy/refresh-constraints.sh

clean: ## Remove .venv and what tools cached; keeps .lantern, where your data is
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
