# corpus.mk: the corpus that measures the gradient check. The Makefile includes it and sets CC, WG_LIBS,
# TEST_LIB, OBJ, BUILD, FLAGS, COMPILE, LINK and say.
#
#   make check-mutants             prints the table of figures; it fails when a figure falls short
#                                  CORPUS="--verbose rules": lists the cases that fall short, of a part

CORPUS_OBJ  := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tests/corpus/*.c))
CORPUS_PART := $(filter-out $(OBJ)/tests/corpus/corpus.o,$(CORPUS_OBJ))

.PHONY: check-mutants
check-mutants: $(BUILD)/corpus ## measures the gradient check (CORPUS=--verbose lists what falls short)
	@$(BUILD)/corpus $(CORPUS)

$(OBJ)/tests/corpus/%.o: tests/corpus/%.c $(FLAGS)
	$(call say,CC,$<)
	$(call COMPILE,-O1 -Itests)

$(BUILD)/corpus: $(CORPUS_OBJ) $(LIB)
	$(call say,LD,$@)
	$(LINK) $^ $(WG_LIBS)

# The test of a sample is linked with all but the main program.
$(BUILD)/tests/check/test_corpus: TEST_PARTS := $(CORPUS_PART)
$(BUILD)/tests/check/test_corpus: $(CORPUS_PART)

-include $(CORPUS_OBJ:.o=.d)
