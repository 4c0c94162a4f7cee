/* test_cpp.c: the headers in C++11 to C++23: the macros with options, wengert.hpp.
 * Without a C++ compiler nothing is compiled. */
#include "wgshell.h"

TestSuite(cpp, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* c++2b is C++23: compilers of 2022 know no other name. */
#define STANDARDS "c++11 c++17 c++2b"

/* With the functions of compilers.sh. */
#define SHELL(commands) \
    wgt_shell_or_skip("standards='" STANDARDS "'; . tests/languages/compilers.sh\n" commands)

/* Numbers, messages and call sites of calls with options. */
Test(cpp, macros) { SHELL("each tests/languages/macros.cpp \"$standards\""); }

/* Every builder that a header has, with all its options, the last one first. */
Test(cpp, every_builder)
{
    const char *text =
        SHELL("need_cpp; awk -f tools/build/builders.awk include/wengert/*.h >\"$in/all.cpp\"\n"
              "for c in $compilers; do for s in $standards; do\n"
              "    $c -std=$s $flags -fsyntax-only \"$in/all.cpp\" || exit 1; done; done\n"
              "grep -c '^void call_' \"$in/all.cpp\"\n"
              "cat include/wengert/*.h | grep -v 'define WG_NAMED' | grep -c WG_NAMED");
    int calls = 0, macros = 0;
    cr_assert_eq(sscanf(text, "%d %d", &calls, &macros), 2, "%s", text);
    cr_expect_eq(calls, macros);
    cr_expect_gt(calls, 80);
}

/* The oldest standard by one compiler, the newest by the other. */
Test(cpp, values)
{
    SHELL("set -- $compilers; compilers=$1; each tests/languages/values.cpp c++11\n"
          "[ $# -lt 2 ] || { compilers=$2; each tests/languages/values.cpp c++2b; }");
}

/* The list of optimizers is that of the headers of C, as another script reads them. */
Test(cpp, optimizers)
{
    cr_expect_str_eq(SHELL("same 'wg_optim .' 'wg_params [*]p, const wg_[a-z]*_opts' WG_OPTIMIZERS"), "");
}

/* Programs of examples/ in C++ give the bits of those in C: each number is printed by %a. WG_EXAMPLES=all:
 * all of them. */
Test(cpp, examples)
{
    SHELL("need_cpp; [ -z \"$sanitize\" ] || exit 0; set -- $compilers; for e in $(ls examples/*.cpp); do\n"
          "e=$(basename $e .cpp); [ $e = digits ] || [ \"${WG_EXAMPLES:-}\" = all ] || continue; echo $e\n"
          "for x in c cpp; do sed -E 's/%-?[0-9]*\\.[0-9]*[efg]/%a/g' examples/$e.$x >\"$in/$e.$x\"; done\n"
          "built $1 c++20 \"$in/$e.cpp\" && mv \"$in/a\" \"$in/cpp\" &&\n"
          "${CC:-gcc} -w -Iinclude \"$in/$e.c\" -o \"$in/a\" -L\"$build\" -lwengert -lm"
          " -Wl,-rpath,\"$(cd \"$build\" && pwd)\" && ln -sf \"$PWD/data\" \"$in/\" &&\n"
          "(cd \"$in\" && ./a >c.txt 2>/dev/null && ./cpp >cpp.txt 2>/dev/null && cmp c.txt cpp.txt && grep "
          "-q 0x c.txt)"
          " || exit 1; done");
}
