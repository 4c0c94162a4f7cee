# torch.mk: `make test-torch` compares the optimizers, two nets, 40 programs of the language, the operations with
# their options and the numbers of the lessons with PyTorch's. The Makefile includes it; `make whole` has it as the
# kind torch.

TORCH_PROGRAMS := $(BUILD)/torch/steps $(BUILD)/torch/nets

.PHONY: test-torch
test-torch: $(TORCH_PROGRAMS) $(BUILD)/wengert ## 1,000 steps of each optimizer, 300 of an LSTM and a GPT, programs of the language, and the lessons, beside PyTorch's (python3-torch)
	@python=$${PYTHON:-$$(ls /usr/bin/python3 2>/dev/null || command -v python3)}; \
	if [ -n "$$python" ] && "$$python" -c 'import torch' 2>/dev/null; then \
	    "$$python" tests/torch/compare.py $(BUILD)/torch/steps && "$$python" tests/torch/nets.py $(BUILD)/torch/nets && \
	    "$$python" tests/torch/parts.py $(BUILD)/wengert && "$$python" tests/torch/check.py && \
	    BUILD=$(BUILD) "$$python" tests/torch/ops.py && tools/build/twins.sh $(BUILD)/twins && \
	    "$$python" -B tests/tools/twins.py $(BUILD)/wengert $(BUILD)/twins --run $$(cat lessons/course.txt); \
	else echo 'test-torch: skipped, since python3-torch is not installed'; fi

$(BUILD)/torch/%: tests/torch/%.c $(LIB) $(FLAGS)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(WG_CPPFLAGS) $(CPPFLAGS) $(WG_CFLAGS) -O2 $(SAN_FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(LIB) $(WG_LIBS)
