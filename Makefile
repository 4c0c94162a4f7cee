# Wengert: the library, the command, their tests. `make help` lists the targets.
#
# New files appear by themselves: the .c files of src/ and ops/ make the library, tools/*/*.c the command, each
# tests/ROOM/test_*.c one Criterion binary (tests/*.c help them all), each examples/*.c one program. The files of ops/,
# src/engine/kernel/ and src/engine/optim/ that have a kernel are compiled once for each instruction set; what is no kernel stands there
# under `#if WG_BASE`.
# An op is registered by standing in a file of ops/.
# A build of another kind has its own directory: HOSTILE=1 (with SAN=... or without) in build/hostile, SAN=... in build/san.
#
#   CC CFLAGS CPPFLAGS LDFLAGS     as usual; CFLAGS come after ours
#   PREFIX DESTDIR STRIP           for install; STRIP=true keeps the symbols
#   LIBDIR PYTHON_FOLDER           folders below PREFIX: of libraries (lib), of Python's package (share/wengert/python)
#   CCACHE=                        compiles everything anew
#   OPENMP=0 BLAS=none             leave a part out; BLAS may name another pkg-config module that has a cblas.h
#   GRAPHVIZ=0                     nothing of Graphviz is asked for: no DOT is written or read
#   MPI=0                          no MPI is looked for: one process trains alone
#   PYTHON_INCLUDE=FOLDER          of the headers of a Python, any from 3.10 on; PYTHON_INCLUDE= leaves python/_c.c out
#   ISAS=2                         leaves out the kernels for AVX-512: a third less is compiled; ISAS=1: those for AVX2, too
#   SHOW=0 LANGUAGE=0              leave src/show or src/language out of the library, in build/no-show, build/no-language, build/no-show-language.
#                                  The command needs both, so it is not made
#   CORE=1                         the engine without its fast ways, in build/core: the interpreter, node by node
#   WASM=1                         for WebAssembly, by emscripten, in build/wasm: `make wasm`
#   NO_INSTALL=1                   prints the line that would install what is missing, and stops; YES=1: sudo runs it without a question.
#                                  With DESTDIR, fakeroot, DEB_BUILD_... or RPM_... in the environment it never installs
#   V=1                            shows the commands

VERSION   := $(shell sed -n 's/^\#define WG_VERSION  *"\(.*\)"/\1/p' include/wengert/base.h)
SOVERSION := $(basename $(VERSION))

ifeq ($(origin CC),default)
CC := $(shell command -v gcc >/dev/null 2>&1 && echo gcc || echo cc)
endif
# What was compiled before, in any folder, is taken from ccache where there is one; CCACHE= does without.
ifeq ($(origin CCACHE),undefined)
CCACHE   := $(if $(findstring ccache,$(CC)),,$(shell command -v ccache 2>/dev/null))
endif
ifeq ($(WASM),1)
override CC := emcc
override AR := emar
BLAS     := none
OPENMP   := 0
GRAPHVIZ := 0
MPI      := 0
CFLAGS   ?= -Oz
else
CFLAGS   ?= -g1
endif
PREFIX   ?= /usr/local
LIBDIR   ?= lib
PYTHON_FOLDER ?= share/wengert/python
OPENMP   ?= 1
BLAS     ?= openblas
GRAPHVIZ ?= 1
HOSTILE  ?= 0
SAN      ?=
CORE     ?= 0
SHOW     ?= 1
LANGUAGE ?= 1
WASM     ?= 0
BUILD    ?= build$(if $(filter 1,$(WASM)),/wasm)$(if $(filter 1,$(CORE)),/core,$(if $(filter 1,$(HOSTILE)),/hostile,$(if $(SAN),/san)))
# The libraries without a wing are made of the same objects: in $(MADE) is what differs.
WITHOUT  := $(if $(filter 0,$(SHOW)),-show)$(if $(filter 0,$(LANGUAGE)),-language)
MADE     := $(BUILD)$(WITHOUT:-%=/no-%)
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)

# Not empty in the builds that are made for tests alone (TEST_BUILD=1 makes any build one). They have one instruction set.
TEST_BUILD := $(SAN)$(filter 1,$(HOSTILE))

# ---- set-up: before anything is compiled, what is missing is installed, or named in one line ----

GOALS       := $(or $(MAKECMDGOALS),all)
BUILD_GOALS := $(filter-out wasm help clean deps uninstall dist release score size budget,$(GOALS))
TEST_GOALS  := $(filter test whole tests %-long check-vmath,$(GOALS))
PARTS       := build $(if $(TEST_GOALS),test) $(if $(filter check format whole,$(GOALS)),check) \
               $(if $(and $(STRICT),$(TEST_GOALS))$(filter whole,$(GOALS)),optional) $(filter whole,$(GOALS))
NO_INSTALL  ?=
YES         ?=
SETUP       := NO_INSTALL='$(NO_INSTALL)' YES='$(YES)' CC='$(CC)' BLAS='$(BLAS)' GRAPHVIZ='$(GRAPHVIZ)' OPENMP='$(OPENMP)' \
               DESTDIR='$(if $(DESTDIR),given)' DRY_RUN='$(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS))))' tools/setup.sh
ifneq ($(BUILD_GOALS),)
ifneq ($(shell $(SETUP) $(PARTS) >&2 && echo ready),ready)
$(error set-up is not complete: see above)
endif
ifeq ($(CC),cc)
CC := $(shell command -v gcc >/dev/null 2>&1 && echo gcc || echo cc)
endif
endif

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif

# ---- flags ----

# The wings, folders of src/: behind each the wings that it may use. tools/build/rooms.sh reads this line, and `make wings` links by it.
WING_USES   := engine: models:engine check:engine show:engine,models language:engine,models,show
WINGS       := $(foreach w,$(WING_USES),$(firstword $(subst :, ,$w)))
# A room is a folder in one of them: "graph/graph.h" is src/engine/graph/graph.h. The check is a wing of one room, the room check.
WG_CPPFLAGS := -D_GNU_SOURCE -DWG_OWN_HEADERS -Iinclude $(WINGS:%=-Isrc/%) -Isrc -I. -I$(BUILD)/obj/generated
WG_CFLAGS   := -std=c17 -fms-extensions -Wno-microsoft-anon-tag -fvisibility=protected -fPIC -fno-semantic-interposition -fno-math-errno -fno-trapping-math -ffp-contract=off \
               -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wundef -Wformat=2 \
               -Wno-unused-parameter
# Functions and loops begin at cache lines. Elsewhere the speed of a kernel depends on the length of the code before
# it: small nets took up to a tenth longer after changes of other files.
WG_CFLAGS   += -falign-functions=64 -falign-loops=64
# A builder that no public header declares is an error.
OPS_CFLAGS  := -O3 -fopenmp-simd -fwrapv -Werror=missing-prototypes
WG_LIBS     := -lm
# The same bytes in any folder: so a tree that is moved, or copied with its times (cp -a), is not compiled anew, and this flag is
# not among those that are compared.
SAME_BYTES  := '-ffile-prefix-map=$(CURDIR)=.'
WG_CFLAGS   += $(SAME_BYTES)

ifneq ($(BUILD_GOALS),)
X86_64 := $(findstring x86_64,$(shell $(CC) -dumpmachine))
ifneq ($(BLAS),none)
BLAS_LIBRARY := $(shell CC='$(CC)' tools/build/library_name.sh $(BLAS))
ifeq ($(BLAS_LIBRARY),)
$(error BLAS=$(BLAS): pkg-config names no shared library)
endif
WG_CPPFLAGS += -DWG_WITH_BLAS=1 -DWG_BLAS_LIBRARY='"$(BLAS_LIBRARY)"' $(shell pkg-config --cflags $(BLAS))
WG_LIBS     += -ldl
else
WG_CPPFLAGS += -DWG_WITH_BLAS=0
endif
ifeq ($(GRAPHVIZ),1)
CGRAPH_LIBRARY := $(shell CC='$(CC)' tools/build/library_name.sh libcgraph)
ifeq ($(CGRAPH_LIBRARY),)
$(error pkg-config names no shared library libcgraph. make GRAPHVIZ=0 builds without it)
endif
WG_CPPFLAGS += -DWG_WITH_GRAPHVIZ=1 -DWG_CGRAPH_LIBRARY='"$(CGRAPH_LIBRARY)"'
WG_LIBS     += -ldl
else
WG_CPPFLAGS += -DWG_WITH_GRAPHVIZ=0
endif
endif
# In WebAssembly there are no shared libraries, and no stack that a program could overwrite.
ifeq ($(WASM),1)
WG_CFLAGS   := $(filter-out -fPIC -fno-semantic-interposition -falign%,$(WG_CFLAGS)) -msimd128
# A program that a defect leads astray stops. The sanitizers see more.
else ifeq ($(SAN),)
WG_CPPFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
WG_CFLAGS   += -fstack-clash-protection
# In the engine, too, these two cost 1.5 % of the instructions of graphs of scalars: they are where files are read.
GUARD       := -fstack-protector-strong $(if $(X86_64),-fcf-protection)
WG_LDFLAGS  := -Wl,-z,relro,-z,now
endif
ifeq ($(OPENMP),1)
WG_CPPFLAGS += -DWG_WITH_OPENMP=1
WG_CFLAGS   += -fopenmp
WG_LIBS     += -fopenmp
else
WG_CPPFLAGS += -DWG_WITH_OPENMP=0
WG_CFLAGS   += -Wno-unknown-pragmas
endif
ifeq ($(HOSTILE),1)
WG_CPPFLAGS += -DWG_HOSTILE
endif

# What the core leaves out; core_nodes.c, core_run.c and core_look.c stand in its place.
ifeq ($(CORE),1)
WG_CPPFLAGS += -DWG_CORE
FAST_WAYS   := src/engine/graph/fast/% src/engine/run/fast/% src/engine/run/plan/% src/engine/look/plan_%
endif

SETS := $(if $(TEST_BUILD),1,$(if $(X86_64),$(or $(ISAS),3),1))
WG_CPPFLAGS += -DWG_ISA_COUNT=$(SETS)
# Where there are other sets, this one runs on processors older than 2013: -O2 halves its compilation.
ISA_FLAGS_0 := -DWG_ISA_INDEX=0 -DWG_BASE=1 $(if $(filter 2 3,$(SETS)),-O2)
ISA_FLAGS_1 := -DWG_ISA_INDEX=1 -DWG_BASE=0 -mavx2 -mfma
ISA_FLAGS_2 := -DWG_ISA_INDEX=2 -DWG_BASE=0 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
ISA_LIST    := $(wordlist 1,$(SETS),0 1 2)

ifneq ($(SAN),)
SAN_FLAGS  := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
WG_LIBS    += -fsanitize=$(SAN)
endif

# ---- files ----

OBJ       := $(BUILD)/obj
OP_LIST   := $(OBJ)/generated/op_list.h
KERNEL_SRC := $(wildcard ops/*.c src/engine/kernel/*.c src/engine/optim/*.c)
NO_WINGS  := $(if $(filter 0,$(SHOW)),src/show/% src/language/lang/plot_figure.c) $(if $(filter 0,$(LANGUAGE)),src/language/%)
SRC_OBJ   := $(patsubst %.c,$(OBJ)/%.o,$(filter-out $(KERNEL_SRC) $(FAST_WAYS) $(NO_WINGS) src/engine/group/mpi.c,$(wildcard src/*/*.c src/*/*/*.c src/*/*/*/*.c)))
# The files that have a kernel or an update. What is made of others alone is compiled with the first set, once.
EACH_SRC  := $(shell grep -lE '^(KERNEL|EACH_ISA|UPDATE)\b' $(KERNEL_SRC))
OPS_OBJ   := $(foreach i,$(ISA_LIST),$(patsubst %.c,$(OBJ)/isa$i/%.o,$(if $(filter 0,$i),$(KERNEL_SRC),$(EACH_SRC))))
TOOLS_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/*/*.c))
HELP_OBJ  := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tests/*.c))
TEST_BINARIES := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*/test_*.c))
EXAMPLES  := $(patsubst examples/%.c,$(BUILD)/examples/%,$(wildcard examples/*.c))
# It uses Graphviz itself.
ifneq ($(GRAPHVIZ),1)
EXAMPLES  := $(filter-out %/graphviz,$(EXAMPLES))
endif
LIB       := $(MADE)/libwengert.a
SHARED    := $(MADE)/libwengert.so.$(SOVERSION)
# The same objects and the tests' own, with every symbol: what the test programs are linked with.
TEST_LIB  := $(MADE)/tests/libwengert-tests.so
COMMAND   := $(if $(WITHOUT),,$(if $(TOOLS_OBJ),$(BUILD)/wengert))
# For each MPI that is installed a library of one file, which the core loads when it is needed: src/engine/group/link.c.
# One that the compiler cannot link with is of another system.
MPI       ?= $(if $(TEST_BUILD),0,1)
ifneq ($(BUILD_GOALS),)
MPIS      := $(if $(filter 1,$(MPI)),$(foreach m,openmpi:ompi-c mpich:mpich,$(if $(shell pkg-config --exists $(word 2,$(subst :, ,$m)) 2>/dev/null && \
             CC='$(CC)' tools/build/library_name.sh $(word 2,$(subst :, ,$m))),$m)))
endif
# What Python does often, in C: one file for all versions from 3.10 on, where the headers of one are. It is not linked with the library.
ifneq ($(BUILD_GOALS),)
ifeq ($(origin PYTHON_INCLUDE),undefined)
PYTHON_INCLUDE := $(if $(SAN)$(filter 1,$(WASM)),,$(shell CC='$(CC)' tools/build/python_include.sh || echo none))
endif
endif
PYTHON_C  := $(if $(filter-out none,$(PYTHON_INCLUDE)),$(BUILD)/python/_c.abi3.so,$(PYTHON_INCLUDE:none=no-python-headers))
# The functions of C++, and what editors know of Python's package: both are made of the headers of C.
CPP_CALLS := include/wengert/calls.hpp
STUBS     := $(if $(SAN)$(WITHOUT)$(filter 1,$(WASM)),,python/wengert/__init__.pyi)
MPI_LIBS  := $(foreach m,$(MPIS),$(MADE)/libwengert-mpi-$(firstword $(subst :, ,$m)).so)
Q         := $(if $(V),,@)
say        = $(if $(V),,@printf '  %-5s %s\n' '$1' '$(patsubst $(BUILD)/%,%,$2)')

.PHONY: all lib tests examples no-python-headers FORCE
all: lib $(COMMAND) $(PYTHON_C) $(STUBS) ## the library and the command (the default)
lib: $(LIB) $(SHARED) $(MPI_LIBS) $(CPP_CALLS)
examples: $(EXAMPLES) ## the programs of examples/
tests: $(TEST_BINARIES)

# ---- compiling ----

FLAGS_TEXT := $(CC) $(WG_CPPFLAGS) $(CPPFLAGS) $(subst $(SAME_BYTES),,$(WG_CFLAGS)) $(SAN_FLAGS) $(CFLAGS) $(WG_LDFLAGS) $(LDFLAGS) $(WG_LIBS)
FLAGS      := $(OBJ)/flags
COMPILE     = $(Q)mkdir -p $(@D) && $(CCACHE) $(CC) $(WG_CPPFLAGS) $(CPPFLAGS) $(WG_CFLAGS) $1 $(SAN_FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
LINK        = $(Q)mkdir -p $(@D) && $(CC) $(WG_CFLAGS) $(SAN_FLAGS) $(CFLAGS) $(WG_LDFLAGS) $(LDFLAGS) -o $@

# The command as one script that a page loads, also from the disk: docs/playground.md. Debian's emscripten shortens its loader by acorn,
# which a node of another origin does not find by itself.
ENGINE_FLAGS := -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=33554432 -sMAXIMUM_MEMORY=536870912 -sTOTAL_STACK=4194304 -sMODULARIZE=1 \
                -sEXPORT_NAME=WG -sINVOKE_RUN=0 -sEXIT_RUNTIME=0 -sEXPORTED_RUNTIME_METHODS=callMain,FS,ENV -sENVIRONMENT=web,worker,node \
                -sNODEJS_CATCH_EXIT=0 -sNODEJS_CATCH_REJECTION=0
JOIN_FLAGS   := -Oz -sSTANDALONE_WASM=1 -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=65536 -sTOTAL_STACK=4096 --no-entry
ENGINE_PARTS := $(addprefix tools/page/,engine_pack.js engine_split.js engine_client.js engine_worker.js)
$(BUILD)/engine.js: $(TOOLS_OBJ) $(SRC_OBJ) $(OPS_OBJ) $(BUILD)/join.wasm $(ENGINE_PARTS)
	$(call say,LD,$@)
	$(Q)NODE_PATH=$${NODE_PATH-}:/usr/share/nodejs emcc -Oz -msimd128 $(filter %.o,$^) -lm $(ENGINE_FLAGS) -o $(BUILD)/linked.js
	$(Q)node tools/page/engine_pack.js $(BUILD)/linked.js $(BUILD)/linked.wasm $(BUILD)/join.wasm $@
$(BUILD)/join.wasm: tools/page/join/engine_join.c
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && emcc $(filter-out -fPIC -msimd128,$(WG_CFLAGS)) $(JOIN_FLAGS) $< -o $@

# The libraries of a sanitizer are the program's, not the library's.
ifeq ($(SAN),)
SHARED_FLAGS := -Wl,--no-undefined
endif

# Everything is compiled again when the flags have changed.
$(FLAGS): FORCE
	@mkdir -p $(@D); echo '$(FLAGS_TEXT)' | cmp -s - $@ || echo '$(FLAGS_TEXT)' > $@

# The registry's list, written anew when it has changed.
$(OP_LIST): FORCE
	@mkdir -p $(@D); awk -f tools/build/op_list.awk $(sort $(wildcard include/wengert/*.h)) $(sort $(wildcard ops/*.c)) > $@.new || { rm -f $@.new; exit 1; }; \
	cmp -s $@.new $@ || cp $@.new $@

$(OBJ)/isa0/ops/registry.o: | $(OP_LIST)

# The commit that is built, for `wengert doctor`: of the command alone, so that no test is linked anew for it. A copy without
# .git keeps it.
COMMIT := $(OBJ)/generated/commit.h
$(COMMIT): FORCE
	@mkdir -p $(@D); [ -e .git ] || [ ! -e $@ ] || exit 0; [ -e .git ] && c=$$(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null) || c=unknown; \
	echo "#define WENGERT_COMMIT \"$$c\"" | cmp -s - $@ || echo "#define WENGERT_COMMIT \"$$c\"" > $@
$(OBJ)/tools/wengert/cmd_about.o: $(COMMIT)

# The style and scripts of pages, as strings.
PAGE_TEXT  := $(OBJ)/generated/page_text.h
PAGE_FILES := $(addprefix src/show/draw/,page.css page_numbers.js page_ops.js page_edges.js page_parts.js page_camera.js page.js)
$(PAGE_TEXT): tools/build/page_text.awk $(PAGE_FILES)
	@mkdir -p $(@D) && awk -f $< $(PAGE_FILES) > $@
$(OBJ)/src/show/draw/page_write.o: $(PAGE_TEXT)
FRAME_TEXT := $(OBJ)/generated/frames_text.h
$(FRAME_TEXT): tools/build/page_text.awk src/show/figure/frames.js
	@mkdir -p $(@D) && awk -f $^ > $@
$(OBJ)/src/show/figure/write_html.o: $(FRAME_TEXT)

# The kernels as texts, for C files of nets.
SOURCE_TEXT  := $(OBJ)/generated/source_text.h
SOURCE_FILES := $(addprefix src/engine/kernel/,vdouble.h vwide.h vmath.h) $(sort $(wildcard ops/*.c)) ops/slope_row.h src/show/source/kernels.c99
$(SOURCE_TEXT): tools/build/source_text.awk $(SOURCE_FILES)
	@mkdir -p $(@D) && awk -f $< $(SOURCE_FILES) > $@.new && mv $@.new $@
$(OBJ)/src/show/source/source_code.o: $(SOURCE_TEXT)

# What to write for words of other libraries.
NAMES_TABLE := $(OBJ)/generated/names_table.h
$(NAMES_TABLE): tools/build/names.awk python/wengert/_table.txt src/language/words/names.txt
	@mkdir -p $(@D) && awk -f $^ > $@.new && mv $@.new $@
$(OBJ)/src/language/words/meant.o $(OBJ)/tests/text/test_meant.o: $(NAMES_TABLE)

# words.hpp, methods.inc and option_names.hpp are made with it.
$(CPP_CALLS): tools/build/table.py tools/build/cpp_calls.py $(NAMES_TABLE) $(wildcard include/wengert/*.h include/wgx/*.h) \
    $(filter-out $(CPP_CALLS) %/words.hpp %/option_names.hpp,$(wildcard include/wengert/*.hpp))
	$(call say,CPP,$@)
	$(Q)python3 tools/build/table.py --cpp

# The lessons, as strings: the command has them with it. The engine of pages has not: each page has its own.
LESSONS     := $(if $(filter 1,$(WASM)),,lessons/solutions.txt $(sort $(wildcard lessons/*.md)))
LESSON_TEXT := $(OBJ)/generated/lessons.h
LESSON_PARTS := lessons/symbols.txt $(wildcard include/wengert/*.h) $(LESSONS) lessons/functions.wg
$(LESSON_TEXT): tools/lesson/lesson_text.awk lessons/. $(LESSON_PARTS)
	@mkdir -p $(@D) && awk -f $< $(LESSON_PARTS) > $@
LESSON_PAGE := $(OBJ)/generated/lesson_text.h
$(LESSON_PAGE): tools/build/page_text.awk $(addprefix tools/lesson/,lesson.css lesson_site.css lesson.js lesson_site.js lesson_site_guesses.js lesson_about.html lesson_index.html lesson_slide.js) src/show/figure/frames.js
	@mkdir -p $(@D) && awk -f $^ > $@
PLAY_TEXT   := $(OBJ)/generated/play_text.h
PLAY_FILES  := $(addprefix tools/page/,play.html play.css play.js $(addsuffix .js,$(addprefix play_,drag past data points view tabs lesson train files seen start))) tools/lesson/lesson_site_guesses.js
$(PLAY_TEXT): tools/build/page_text.awk $(PLAY_FILES)
	@mkdir -p $(@D) && awk -f $^ > $@
$(OBJ)/tools/lesson/lesson_texts.o: $(LESSON_TEXT)
$(OBJ)/tools/page/cmd_play.o: $(PLAY_TEXT)
EDIT_TEXT   := $(OBJ)/generated/edit_text.h
$(EDIT_TEXT): tools/build/page_text.awk tools/lesson/lesson_edit.js
	@mkdir -p $(@D) && awk -f $^ > $@
$(OBJ)/tools/page/engine_file.o: $(EDIT_TEXT)
$(OBJ)/tools/lesson/lesson_around.o: $(LESSON_PAGE)
ifeq ($(GRAPHVIZ),1)
$(OBJ)/src/show/draw/dot.o: WG_CPPFLAGS += $(shell pkg-config --cflags libcgraph)
endif

$(foreach room,models/files models/data show/text show/formula show/draw language/lang language/onnx language/words,$(OBJ)/src/$(room)/%.o) \
    $(OBJ)/tools/%.o: WG_CFLAGS += $(GUARD)
$(OBJ)/tools/%.o: WG_CPPFLAGS += -Itools/wengert -Itools/lesson

$(OBJ)/src/%.o: src/%.c $(FLAGS)
	$(call say,CC,$<)
	$(call COMPILE,-O2)

define ops_rule
$(OBJ)/isa$1/%.o: %.c $(FLAGS)
	$$(call say,CC,$$< $1)
	$$(call COMPILE,$(OPS_CFLAGS) $(ISA_FLAGS_$1))
endef
$(foreach i,$(ISA_LIST),$(eval $(call ops_rule,$i)))

$(OBJ)/tools/%.o: tools/%.c $(FLAGS)
	$(call say,CC,$<)
	$(call COMPILE,-O2)

# What the tests are compiled with: Criterion, and libcgraph to read DOT.
TEST_MODULES := criterion$(if $(filter 1,$(GRAPHVIZ)), libcgraph)
TEST_CFLAGS   = $(shell pkg-config --cflags $(TEST_MODULES))
TEST_LIBS     = $(shell pkg-config --libs $(TEST_MODULES))

$(OBJ)/tests/%.o: tests/%.c $(FLAGS)
	$(call say,CC,$<)
	$(call COMPILE,-O1 -Itests -DWGT_COMPILE='"$(CC) $(SAN:%=-fsanitize=%)"' $(TEST_CFLAGS))

# Calls of all that the public headers declare: tests/graph/test_odd_calls.c and tests/fuzz/fuzz_api.c.
ODD_CALLS := $(OBJ)/tests/graph/odd_calls.h
$(ODD_CALLS): tests/graph/odd_calls.awk $(wildcard include/wengert/*.h) $(FLAGS)
	@mkdir -p $(@D) && $(CC) -E -P -Iinclude include/wengert/wengert.h | \
	    awk -v words_file=$(@D)/odd_words.h -f $< > $@
$(OBJ)/tests/graph/test_odd_calls.o $(OBJ)/tests/fuzz/fuzz_api.o: $(ODD_CALLS)
$(OBJ)/tests/graph/test_odd_calls.o $(OBJ)/tests/fuzz/fuzz_api.o: WG_CPPFLAGS += -I$(dir $(ODD_CALLS)) -Itests/graph

$(LIB): $(SRC_OBJ) $(OPS_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D); rm -f $@
	$(Q)$(AR) rcsD $@ $^

$(SHARED): $(SRC_OBJ) $(OPS_OBJ) tools/build/libwengert.map
	$(call say,LD,$@)
	$(LINK) -shared -Wl,-soname,$(@F) $(SHARED_FLAGS) -Wl,--version-script=tools/build/libwengert.map $(filter %.o,$^) $(WG_LIBS)
	@ln -sf $(@F) $(@D)/libwengert.so

# Each wing as a library, linked with those alone that it may use; and the command with all five. No private symbol, wgi_, crosses.
WING_LIB = $(BUILD)/wings/libwengert-$1.so
define wing_rule
$(call WING_LIB,$1): $(filter $(OBJ)/src/$1/%,$(SRC_OBJ)) $(if $(filter engine,$1),$(OPS_OBJ)) $(foreach u,$2,$(call WING_LIB,$u)) tools/build/wings.map
	$$(call say,LD,$$@)
	$$(LINK) -shared -Wl,-soname,$$(@F) -Wl,--no-undefined -Wl,--version-script=tools/build/wings.map -Wl,-rpath,'$$$$ORIGIN' $$(filter %.o %.so,$$^) $$(WG_LIBS)
endef
comma := ,
$(foreach w,$(WING_USES),$(eval $(call wing_rule,$(firstword $(subst :, ,$w)),$(subst $(comma), ,$(word 2,$(subst :, ,$w))))))

$(BUILD)/wings/wengert: $(TOOLS_OBJ) $(foreach w,$(WINGS),$(call WING_LIB,$w))
	$(call say,LD,$@)
	$(LINK) $^ -Wl,-rpath,'$$ORIGIN' $(WG_LIBS)

$(BUILD)/python/_c.abi3.so: python/_c.c $(wildcard include/wengert/*.h include/wgx/*.h) $(FLAGS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -I'$(PYTHON_INCLUDE)' $(WG_CPPFLAGS) $(CPPFLAGS) $(filter-out -fopenmp -fvisibility%,$(WG_CFLAGS)) -fvisibility=hidden \
	    -O2 $(CFLAGS) $(WG_LDFLAGS) $(LDFLAGS) -shared -o $@ $<

# The package says by itself what its calls are, so the library has to be one that this machine runs.
$(STUBS): python/wengert/_table.txt $(wildcard tools/build/stub*.py python/wengert/*.py python/wengert/*/*.py) | $(SHARED)
	$(call say,STUBS,$(@D))
	$(Q)if ! python=$$(tests/python.sh); then ! command -v python3 >/dev/null || \
	    echo 'python/wengert/*.pyi, by which editors know the calls of Python, are left out: apt-get install python3-numpy'; \
	elif ! "$$python" tools/build/table.py --check >/dev/null; then \
	    echo 'python/wengert/*.pyi are left out: the headers say what python/wengert/_table.txt does not: make docs'; \
	elif "$$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' '$(abspath $(SHARED))' 2>/dev/null; then \
	    WENGERT_LIBRARY='$(abspath $(SHARED))' "$$python" tools/build/stubs.py && touch $@; fi

no-python-headers:
	@! command -v python3 >/dev/null || echo 'python/_c.c is left out, and Python is slower: apt-get install python3-dev'

define mpi_rule
$(MADE)/libwengert-mpi-$(word 1,$(subst :, ,$1)).so: src/engine/group/mpi.c src/engine/group/transport.h $(FLAGS)
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CC) -D_GNU_SOURCE -Isrc/engine $$(CPPFLAGS) $$(WG_CFLAGS) -O2 $$(CFLAGS) $$(WG_LDFLAGS) $$(LDFLAGS) \
	    $$(shell pkg-config --cflags $(word 2,$(subst :, ,$1))) -shared -o $$@ $$< $$(shell pkg-config --libs $(word 2,$(subst :, ,$1)))
endef
$(foreach m,$(MPIS),$(eval $(call mpi_rule,$m)))

# Without a wing some of the tests' own functions call what is not there: they are looked for when they are called, and no test of
# another wing calls them.
$(TEST_LIB): $(SRC_OBJ) $(OPS_OBJ) $(HELP_OBJ)
	$(call say,LD,$@)
	$(LINK) -shared -Wl,-soname,$(@F) $(if $(WITHOUT),-Wl$(comma)-z$(comma)lazy,$(SHARED_FLAGS)) $^ $(TEST_LIBS) $(WG_LIBS)

$(BUILD)/wengert: $(TOOLS_OBJ) $(LIB)
	$(call say,LD,$@)
	$(LINK) $^ $(WG_LIBS)

# Programs with a shared library are not made anew when it changes: they find the new one when they start.
$(BUILD)/examples/%: examples/%.c $(FLAGS) | $(SHARED)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(WG_CPPFLAGS) $(CPPFLAGS) $(WG_CFLAGS) -O2 $(SAN_FLAGS) $(CFLAGS) $(WG_LDFLAGS) $(LDFLAGS) -MMD -MP -MF $@.d \
	    -o $@ $< $(SHARED) -Wl,-rpath,'$$ORIGIN/..' $(WG_LIBS)

$(BUILD)/examples/graphviz: private WG_LIBS += $(shell pkg-config --libs libgvc)

$(BUILD)/tests/%: $(OBJ)/tests/%.o | $(TEST_LIB)
	$(call say,LD,$@)
	$(LINK) $< $(TEST_PARTS) $(TEST_LIB) -Wl,-rpath,'$$ORIGIN/..' $(TEST_LIBS) $(WG_LIBS)

.SECONDARY:
-include $(SRC_OBJ:.o=.d) $(OPS_OBJ:.o=.d) $(TOOLS_OBJ:.o=.d) $(HELP_OBJ:.o=.d)
-include $(patsubst $(BUILD)/tests/%,$(OBJ)/tests/%.d,$(TEST_BINARIES)) $(EXAMPLES:=.d)

# ---- what people ask for ----

.PHONY: wasm test whole score wings rooms budget same size check check-vmath demo mnist lessons scorm newcomer bench docs graphs-long reads-long torture-long install uninstall wheel deb dist release format clean help deps

test: ## the tests; the last line is `N passed, N failed, N skipped`. STRICT=1: a skipped test has failed (tests/README.md)
	+@BUILD=$(BUILD) tests/run.sh $(WITHOUT:-%=no-%)

whole: ## all kinds of tests of tests/README.md, or some: KINDS="hostile core"; it goes on where it was stopped (from nothing: an hour)
	+@BUILD=$(BUILD) tests/whole.sh $(KINDS)

reads-long: ## 100,000 random programs that read values at random moments (READS=, SEED=)
	+@BUILD=$(BUILD) WG_READS=$(or $(READS),100000) WG_SEED=$(SEED) tests/run.sh --long test_random_reads

graphs-long: ## 100,000 random graphs in every mode (GRAPHS=, SEED=)
	+@BUILD=$(BUILD) WG_GRAPHS=$(or $(GRAPHS),100000) WG_SEED=$(SEED) tests/run.sh --long test_random_graphs

torture-long: ## every op sample with every single allocation failing, once and for ever
	+@BUILD=$(BUILD) WG_TORTURE=long tests/run.sh --long test_registry_memory

check-vmath: ## exp, log, tanh, sigmoid, softplus, log1p, erf, sin, cos and others over all 2^32 floats; powers; those of f64 by MPFR, over 10^7 points each
	+@BUILD=$(BUILD) WG_VMATH=all tests/run.sh --long test_vmath
	$(Q)if echo '#include <mpfr.h>' | $(CC) -E -x c - >/dev/null 2>&1; then \
	    $(CC) -D_GNU_SOURCE -Isrc/engine $(CPPFLAGS) $(WG_CFLAGS) -O2 $(CFLAGS) -o $(BUILD)/vdouble_mpfr tests/kernel/vdouble_mpfr.c -lmpfr -lm && \
	        $(BUILD)/vdouble_mpfr 10000000; \
	else echo 'f64: not measured, since MPFR is not here (libmpfr-dev)'; fi

score: ## how much the tests try and find; fails when a figure is less than in tests/score.txt (KEEP=1 writes it; RUN=mutants, RUN=branches: hours; RUN=mutants CHANGED=HEAD: minutes, for the lines of a change)
	+@BUILD='$(BUILD)' RUN='$(RUN)' tools/build/score.sh

# The lists of the command say what it prints, byte for byte.
wings: all $(BUILD)/wings/wengert ## five libraries, each linked with those alone that it may use, and the command with all five: it passes its lists
	+@WENGERT_BIN='$(abspath $(BUILD))/wings/wengert' BUILD=$(BUILD) TESTS='$(or $(TESTS),test_command test_command_draw test_command_mistakes test_command_plot test_command_text test_train test_fit_tables test_lessons test_check_claims)' tests/run.sh

rooms: all ## the rooms of the code, the arrows between them, circles
	@BUILD='$(BUILD)' tools/build/rooms.sh

budget: ## tokens of each wing beside its row in tools/build/budget.txt; CHANGE=REV: what has come and gone since a commit, in a line
	@tools/build/budget.pl $(if $(CHANGE),--change '$(CHANGE)')

same: all ## whether the machine code is that of the commit REV, or the functions that differ
	+@BUILD='$(BUILD)' MAKE='$(MAKE)' tools/build/same.sh '$(REV)'

size: ## lines of code and tokens of each room, structs, public functions
	@tools/build/size.pl

check: all ## the house rules: format, directions of #include, generated docs, headers alone, exported names
	@CC='$(CC)' BUILD='$(BUILD)' tools/build/check.sh

wasm: ## build/wasm/engine.js: the command for pages, by emscripten, which is installed if it is missing (docs/playground.md)
	+@$(MAKE) --no-print-directory WASM=1 BUILD='$(BUILD)/wasm' '$(BUILD)/wasm/engine.js'

demo: $(BUILD)/examples/demo ## trains on the embedded digits, checks gradients, draws graph and curve
	@$(BUILD)/examples/demo demo

# Where the engine of pages is made, the programs of lessons can be changed, and there is play.html.
lessons: $(BUILD)/wengert ## the lessons as pages, build/lessons/index.html (docs/lessons.md); after `make wasm` their programs can be changed
	@rm -rf '$(BUILD)/lessons' && mkdir -p $(BUILD)/lessons/include && cp include/wengert/*.h $(BUILD)/lessons/include
	@tools/build/twins.sh '$(BUILD)/lessons/twins'
	@$(BUILD)/wengert lesson --all --page $(if $(wildcard $(BUILD)/wasm/engine.js),--edit) $(if $(ANSWERS),--answers) -o $(BUILD)/lessons

site: wasm ## build/lessons/: the course, the page to play and the engine, one folder that any web server serves (it makes the engine first)
	+@$(MAKE) --no-print-directory lessons
	@echo "$(BUILD)/lessons: put it on a web server, or open $(BUILD)/lessons/index.html"

scorm: lessons ## build/wengert-VERSION-scorm.zip: the lessons for a learning management system (SCORM 1.2)
	@python3 tools/build/scorm.py $(BUILD)/lessons $(BUILD)/wengert-$(VERSION)-scorm.zip $$(git log -1 --format=%ct 2>/dev/null || echo 0)

newcomer: all tests examples ## follows README.md on a bare system, as a user and as root (as root; needs debootstrap)
	@BUILD='$(BUILD)' tests/newcomer.sh

mnist: $(BUILD)/examples/mnist ## fetches MNIST, trains on its 60,000 digits, tests on its 10,000
	@tools/mnist.sh && $(BUILD)/examples/mnist data/mnist

docs: all ## writes docs/ops.md and docs/ops/internal.md from the registry; docs/functions and python/wengert/_table.txt from the headers, and Python's stubs from the package
	@mkdir -p docs/ops && $(BUILD)/wengert ops --markdown > docs/ops.md && $(BUILD)/wengert ops --markdown --internal > docs/ops/internal.md
	@python3 tools/build/table.py
	@python3 tools/build/functions.py
	@python3 tools/build/signatures.py
	+@$(MAKE) --no-print-directory $(STUBS)

gallery: all ## makes the pictures of docs/drawing/gallery.md, each with the command that stands there
	@BUILD='$(BUILD)' tools/build/gallery.sh

ifneq ($(wildcard bench/bench.mk),)
include bench/bench.mk
endif

include tests/corpus/corpus.mk
include tests/fuzz/fuzz.mk
include tests/torch/torch.mk

# What is typed for PREFIX and DESTDIR is taken as it is: a $ in it (which make's own way is to write $$) is a $.
as_typed = $(subst $$$$,$$,$(value $1))

# What static linking needs stands in Libs.private by itself: modules named in Requires.private would add their own -I to
# --cflags, and OpenBLAS' module asks for a Fortran compiler.
define PC_TEXT
libdir=$${prefix}/$(LIBDIR)
includedir=$${prefix}/include

Name: wengert
Description: Computation graphs with automatic differentiation
Version: $(VERSION)
Libs: -L$${libdir} -lwengert
Libs.private: $(strip $(WG_LIBS))
Cflags: -I$${includedir}
endef
export PC_TEXT

install uninstall: export TO_PREFIX := $(call as_typed,PREFIX)
install uninstall: export TO_DESTDIR := $(call as_typed,DESTDIR)
# What tools/build/stage.sh needs.
STAGE = BUILD='$(BUILD)' MADE='$(MADE)' VERSION='$(VERSION)' SHARED='$(notdir $(SHARED))' LIBDIR='$(LIBDIR)' PYTHON_FOLDER='$(PYTHON_FOLDER)'
INSTALL = @PREFIX="$$TO_PREFIX" DESTDIR="$$TO_DESTDIR" $(STAGE) tools/build/install.sh

install: all ## into $(DESTDIR)$(PREFIX): library, command, pages of man, completion, docs, examples
	$(INSTALL) install

uninstall: ## removes the files that install wrote, and folders that it made if they are empty
	$(INSTALL) uninstall

# PACKAGES=FOLDER: where they are written.
PACKAGES ?= $(BUILD)
wheel: all ## build/wengert-VERSION-....whl: what pip installs
	@BUILD='$(BUILD)' python3 tools/build/python_wheel.py '$(PACKAGES)'

deb: all ## the packages of Debian and Ubuntu, with debhelper (tools/packages/debian); apt installs them
	@BUILD='$(BUILD)' VERSION='$(VERSION)' tools/build/deb.sh '$(PACKAGES)'

ifneq ($(filter dist wasm,$(GOALS)),)
lessons: | wasm
endif
dist: all $(if $(filter 0,$(SITE)),,site) ## build/wengert-VERSION.tar.gz: the sources of the last commit, always the same bytes; the site and engine.js (SITE=0: not)
	@BUILD='$(BUILD)' VERSION='$(VERSION)' SITE='$(SITE)' tools/build/dist.sh

release: ## build/release-VERSION/: all files of a release, after a look at tag, CHANGES.md and versions (DRY=1: this look alone; SITE=0)
	+@BUILD='$(BUILD)' DRY='$(DRY)' SITE='$(SITE)' MAKE='$(MAKE)' tools/build/release.sh

format: ## mends what `make check` refuses for its form: files of C and JavaScript, long comments of C, generated docs, tables and pictures
	@tools/build/format.sh
	+@$(MAKE) --no-print-directory docs gallery

clean: ## removes what was built
	rm -rf '$(BUILD)'

deps: ## installs all that building, testing, drawing and checking need
	@$(SETUP) build test check optional whole

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
