# Regain. Two commands matter: `make demo` and `make test`; each sets up what it needs.

PY := .venv/bin/python
FIRST_BOOT := profiles/linux/overlays/first-boot/usr/lib/regain
SCRIPTS := $(FIRST_BOOT)/first-boot profiles/linux/overlays/kiosk/usr/lib/regain/kiosk-settings
ARGS ?=
VM ?= tests/vm
STICK ?= $(firstword $(wildcard build/regain-*.iso))

.PHONY: demo test check bench image contract clean iso usb vm test-vm peers

demo: ## the whole job on the rehearsal bench, with the embedded registry
	@.ci/setup demo
	@.venv/bin/regain bench $(ARGS)

test: ## style, types and every test
	@.ci/setup test
	@$(PY) -m ruff check agent iso profiles tests $(SCRIPTS)
	@$(PY) -m ruff format --check -q agent iso profiles tests $(SCRIPTS)
	@$(PY) -m mypy agent iso
	@$(PY) -m mypy $(FIRST_BOOT)/firstboot
	@$(PY) -m pytest $(ARGS)

bench: ## measured figures, each beside a peer or a physical limit (root: loop devices)
	@.ci/setup test
	@for script in tests/bench/bench_*.py; do echo "== $$script"; $(PY) $$script || exit $$?; done

image: ## build the minimal Linux image (root; needs the Debian mirror of this machine)
	@.ci/setup image
	@.venv/bin/regain image build minimal

contract: ## the JSON Schema of the signed report, from its models
	@.ci/setup test
	@$(PY) -c 'import json; from agent.model.report import Report; print(json.dumps(Report.model_json_schema(), indent=1))'

iso: ## the bootable stick, build/regain-VERSION.iso (root). IMAGES=build/images puts the images on it too
	@.ci/setup iso
	@$(PY) -m iso.build $(if $(IMAGES),--images $(IMAGES))

usb: ## write the stick: make usb DEV=/dev/sdX (root); asks for the end of its serial number, reads it back
	@[ -n "$(DEV)" ] || { echo "make usb DEV=/dev/sdX" >&2; exit 2; }
	@.ci/setup demo
	@$(PY) -m iso.usb $(DEV)

vm: ## the stick on a virtual donated PC. ARGS="--firmware secureboot --model optiplex --fresh"
	@.ci/setup vm
	@$(PY) -m iso.start $(ARGS)

test-vm: ## the stick on virtual PCs, by keyboard (root): build/regain-VERSION.iso made with IMAGES=build/images. VM=one file
	@.ci/setup test
	@.ci/setup vm
	@$(PY) -m pytest -o addopts="-q --strict-markers -p no:cacheprovider -s" $(VM) $(ARGS)

peers: ## the inventory beside lshw, inxi, hwinfo and fusioninventory on one virtual PC (root, some ten minutes)
	@.ci/setup test
	@.ci/setup vm
	@[ -n "$(STICK)" ] || { echo "The stick is missing: make iso first." >&2; exit 2; }
	@$(PY) -m tests.vm.five --stick $(STICK) $(ARGS)

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache *.egg-info
