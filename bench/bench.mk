# bench.mk: the targets of the bench. The Makefile includes it and sets CC, WG_LIBS, LIB, OBJ, BUILD, FLAGS, Q
# and say.
#
#   make bench                     everything; BENCH="--rounds 2 W1 W3": rows whose names begin with W1 or W3
#   make bench-ops                 each op alone; OPS="--dtypes f32 --threads 2 sum": a part
#   make bench-python              one operation in Python, beside PyTorch
#   make bench-check               answers and gradients of both sides against each other
#   make bench-many                whether plans pay, in programs that are drawn (MANY="--only 17": passes of one)
#   make bench-limits              bandwidth, peak and BLAS speeds of the machine
#   make bench-ways                what each fast way is worth, as a share of the time
#   make bench-profile             where W1 and W3 spend their time, by function

# The hand-written side is compiled for the machine it runs on, and is never installed.
BENCH_FLAGS    := -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wshadow -fopenmp
BENCH_NATIVE   := -O3 -march=native -mprefer-vector-width=512 -fno-math-errno -fno-trapping-math \
                  -fno-signed-zeros -ffinite-math-only -ffp-contract=fast \
                  $(if $(findstring clang,$(CC)),,-fassociative-math)
BENCH_BLAS      = $(shell pkg-config --cflags $(BLAS))
BENCH_BLAS_LIBS = $(shell pkg-config --libs $(BLAS))
BENCH_HEADERS  := $(wildcard bench/*.h bench/hand/*.h include/wengert/*.h)
BENCH_HAND     := $(patsubst bench/%.c,$(OBJ)/bench/%.o,$(wildcard bench/hand/*.c))
BENCH_OWN      := $(patsubst bench/%.c,$(OBJ)/bench/%.o, \
                  bench/bench.c bench/works.c bench/hogs.c bench/machine.c bench/torch.c $(wildcard bench/wengert_*.c))

.PHONY: bench bench-ops bench-python bench-ways bench-check bench-many bench-limits bench-profile

bench: $(BUILD)/bench ## times beside hand-written C and PyTorch (BENCH="--rounds 2 W1" for a part)
	@$(BUILD)/bench $(BENCH)

bench-ops: $(BUILD)/bench-ops ## times of each op beside PyTorch (OPS="--threads 2 sum" for a part)
	@$(BUILD)/bench-ops $(OPS)

bench-python: all ## one operation in Python: over ctypes, by python/_c.c, in PyTorch
	@WENGERT_LIBRARY='$(BUILD)/libwengert.so' "$$(tests/python.sh)" bench/python_calls.py

bench-check: $(BUILD)/bench ## answers and gradients of the hand-written side and Wengert against each other
	@$(BUILD)/bench --check

bench-many: $(BUILD)/bench-many ## whether plans pay: 200 programs that are drawn (MANY="--only 17" for one)
	@$(BUILD)/bench-many $(MANY)

bench-limits: $(BUILD)/bench-limits ## the machine's bandwidth, peak and BLAS speeds
	@$(BUILD)/bench-limits

bench-ways: $(BUILD)/bench ## what each fast way is worth: the time without it
	@BUILD='$(BUILD)' bench/ways.sh

bench-profile: $(BUILD)/bench ## instructions (callgrind) of W3 and time samples (perf) of W1, by function
	@BUILD='$(BUILD)' bench/profile.sh

$(OBJ)/bench/hand/%.o: bench/hand/%.c $(BENCH_HEADERS) $(FLAGS) bench/bench.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(BENCH_FLAGS) $(BENCH_NATIVE) $(BENCH_BLAS) -c -o $@ $<

$(OBJ)/bench/%.o: bench/%.c $(BENCH_HEADERS) $(FLAGS) bench/bench.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(BENCH_FLAGS) -O2 -Iinclude -DBENCH_TORCH='"$(CURDIR)/bench/torch_bench.py"' \
	    -DBENCH_TORCH_OPS='"$(CURDIR)/bench/ops_torch.py"' \
	    -DBENCH_HAND_FLAGS='"$(strip $(BENCH_NATIVE))"' -c -o $@ $<

$(BUILD)/bench: $(BENCH_OWN) $(BENCH_HAND) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) -fopenmp -o $@ $^ $(BENCH_BLAS_LIBS) $(WG_LIBS) -ldl

$(BUILD)/bench-ops: $(patsubst %,$(OBJ)/bench/%.o,ops op_cases op_rows torch machine) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) -fopenmp -o $@ $^ $(BENCH_BLAS_LIBS) $(WG_LIBS) -ldl

$(BUILD)/bench-many: $(OBJ)/bench/many.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) -fopenmp -o $@ $^ $(BENCH_BLAS_LIBS) $(WG_LIBS) -ldl

$(BUILD)/bench-limits: bench/limits.c bench/machine.c $(BENCH_HEADERS) $(FLAGS) bench/bench.mk
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(BENCH_FLAGS) $(BENCH_NATIVE) $(BENCH_BLAS) \
	    -DBENCH_HAND_FLAGS='"$(strip $(BENCH_NATIVE))"' -o $@ bench/limits.c bench/machine.c \
	    $(BENCH_BLAS_LIBS) -lm -ldl
