# torch.mk: `make test-torch` compares the optimizers with PyTorch's. The Makefile includes it.

.PHONY: test-torch
test-torch: $(BUILD)/torch/steps ## 1,000 steps of each optimizer beside PyTorch's (where python3-torch is installed)
	@python=$${PYTHON:-$$(ls /usr/bin/python3 2>/dev/null || command -v python3)}; \
	if [ -n "$$python" ] && "$$python" -c 'import torch' 2>/dev/null; then "$$python" tests/torch/compare.py $<; \
	else echo 'test-torch: skipped, since python3-torch is not installed'; fi

$(BUILD)/torch/steps: tests/torch/steps.c $(LINKED) $(FLAGS)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(WG_CPPFLAGS) $(CPPFLAGS) $(WG_CFLAGS) -O2 $(SAN_FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(LINKED) $(RUN_PATH) $(WG_LIBS)
