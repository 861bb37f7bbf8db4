# Short names for what is done often; everything else is npm's: see README.md.

IMAGE ?= bfm-production:latest
STANDALONE := docker compose --file deploy/docker-compose.standalone.yml
DEV := docker compose --file deploy/docker-compose.dev.yml

.DEFAULT_GOAL := help

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN { FS = ":.*## " } { printf "  make %-16s %s\n", $$1, $$2 }'

start: ## a first look: builds, starts a PostgreSQL of its own, applies the examples
	npm start

build-cli: ## builds the programs: bin/bfm
	node bin/prepare.mjs --programs

test: ## all tests
	npm test

check: ## types, formatting, rules
	npm run check

prod-build: ## the image
	docker build --file docker/Dockerfile --tag $(IMAGE) .

standalone-up: ## a service with a state of its own; wants BFM_API_TOKEN and BFM_STATE_PASSWORD
	$(STANDALONE) up --detach --wait

standalone-down: ## ends it; its data stays
	$(STANDALONE) down

standalone-ps: ## whether it is well
	$(STANDALONE) ps

standalone-logs: ## what it says
	$(STANDALONE) logs --follow

manifests: ## deploy/kubernetes from the chart; needs Helm
	node bin/manifests.mjs

dev: ## PostgreSQL, MariaDB, etcd, GreptimeDB, a server and a worker, until Ctrl-C
	$(DEV) up --build

dev-down: ## ends them, and deletes their data
	$(DEV) down --volumes

.PHONY: help start build-cli test check prod-build standalone-up standalone-down standalone-ps standalone-logs manifests dev dev-down
