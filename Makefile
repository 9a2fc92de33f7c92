# Thin on purpose: each target is one command that can also be run by hand.
.PHONY: setup run test bench fuzz lint format clean

setup:
	scripts/setup.sh

run: setup
	scripts/run.sh

test: setup
	scripts/test.sh

bench: setup
	scripts/bench.sh

fuzz: setup
	scripts/fuzz.sh

lint:
	scripts/lint.sh

format:
	scripts/format.sh

clean:
	rm -rf .build .build-* .venv
