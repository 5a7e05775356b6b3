# Every task goes through dev.py, which prepares .venv from the hashed lock first.
PYTHON ?= python3
export PYTHONUTF8 = 1

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## start the demo: issuing service and desk
	@$(PYTHON) dev.py run

test: ## install what the tests need, then lint, types, imports and the whole suite
	@$(PYTHON) dev.py test

check: ## lint, types, import contracts only
	@$(PYTHON) dev.py check

bench: ## timing ratios, each against its floor in the same run
	@$(PYTHON) dev.py bench

vectors: ## rebuild tests/vectors (a rebuild gives no git diff)
	@$(PYTHON) dev.py vectors

mutation: ## how many small faults in the credential core the tests notice
	@$(PYTHON) dev.py mutation

fuzz: ## coverage-guided fuzzing, a million executions; RUNS=10000 for fewer
	@$(PYTHON) dev.py fuzz $(RUNS)

pictures: ## make the pictures of the README from the running product
	@$(PYTHON) dev.py pictures

lock: ## pin the newest dependencies into the two hashed locks
	@$(PYTHON) dev.py lock

desk-bundle: ## offline kit for desks into dist/; HOME_OF_OFFICE=/srv/clearance ISSUER=https://host
	@$(PYTHON) dev.py desk-bundle --home "$(HOME_OF_OFFICE)" $(if $(ISSUER),--issuer "$(ISSUER)")

sbom: ## bill of materials (CycloneDX) of everything locked, into dist/sbom.json
	@$(PYTHON) dev.py sbom

audit: ## ask an advisory service about every locked package; exit status 2 where none answers
	@$(PYTHON) dev.py audit

.PHONY: help run test check bench vectors mutation fuzz pictures lock desk-bundle sbom audit
.DEFAULT_GOAL := help
