# fuzz.mk: the fuzzers. The Makefile includes it and sets BUILD, OBJ, TEST_LIB, LINK, SAN and what the tests are linked with.
#
#   make fuzz                              ten minutes of each fuzzer
#   make fuzz SECONDS=3600 FUZZ=files      an hour of one: calls, files, programs, api, lessons

FUZZ_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(filter-out tests/fuzz/test_% tests/fuzz/fuzz_main.c,$(wildcard tests/fuzz/*.c)))
# The code of lessons is the command's; its contexts get the memory of the fuzzer (fuzz_lessons.c).
FUZZ_OBJ += $(filter-out %/wengert.o,$(TOOLS_OBJ)) -Wl,--wrap=wg_start_at
# libFuzzer without its main, where the build is made for it.
LIBFUZZER = $(if $(findstring fuzzer,$(SAN)),$(shell $(CC) -print-file-name=libclang_rt.fuzzer_no_main-$(shell uname -m).a) -lstdc++)

.PHONY: fuzz
fuzz: ## makes inputs for the API, for files, programs and lessons that break a promise (SECONDS=600, FUZZ="files")
	+@tests/fuzz/fuzz.sh $(or $(SECONDS),600) $(or $(FUZZ),calls files programs api lessons)

$(OBJ)/tests/fuzz/fuzz_main.o: WG_CPPFLAGS += $(if $(findstring fuzzer,$(SAN)),-DWG_LIBFUZZER)
$(OBJ)/tests/fuzz/fuzz_lessons.o: WG_CPPFLAGS += -Itools/wengert -Itools/lesson

$(BUILD)/fuzz: $(OBJ)/tests/fuzz/fuzz_main.o $(filter %.o,$(FUZZ_OBJ)) $(TEST_LIB)
	$(call say,LD,$@)
	$(LINK) $^ $(filter -%,$(FUZZ_OBJ)) -Wl,-rpath,'$$ORIGIN/tests' $(LIBFUZZER) $(TEST_LIBS) $(WG_LIBS)

$(BUILD)/tests/fuzz/test_fuzz: TEST_PARTS := $(FUZZ_OBJ)
$(BUILD)/tests/fuzz/test_fuzz: $(filter %.o,$(FUZZ_OBJ))

-include $(patsubst %.o,%.d,$(filter %.o,$(FUZZ_OBJ))) $(OBJ)/tests/fuzz/fuzz_main.d
