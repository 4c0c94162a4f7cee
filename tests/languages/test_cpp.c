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

Test(cpp, values) { SHELL("each tests/languages/values.cpp \"$(from_17 $standards)\""); }

/* The list of optimizers is that of the headers of C, as another script reads them. */
Test(cpp, optimizers)
{
    cr_expect_str_eq(SHELL("same 'wg_optim .' 'wg_params [*]p, const wg_[a-z]*_opts' WG_OPTIMIZERS"), "");
}

/* What people type who know Eigen and libtorch: cpp_forms.txt. */
Test(cpp, forms)
{
    SHELL("need_cpp; [ -z \"$sanitize\" ] || exit 0; [ -d /usr/include/eigen3 ] || need libeigen3-dev; set "
          "-- $compilers\n"
          "python3 tests/languages/cpp_forms.py \"$in\" $1 -std=c++20 -Wall -Wextra -pedantic -Iinclude -- "
          "-L\"$build\" "
          "-lwengert -pthread -Wl,-rpath,\"$(cd \"$build\" && pwd)\"");
}

/* examples/digits.cpp prints what examples/digits.c prints, to the last digit. */
Test(cpp, digits)
{
    SHELL("need_cpp; [ -z \"$sanitize\" ] || exit 0; set -- $compilers\n"
          "built $1 c++17 examples/digits.cpp && c=$(cd \"$build\" && pwd)/examples/digits && cd \"$in\" &&\n"
          "./a >cpp.txt && \"$c\" >c.txt && cmp c.txt cpp.txt && grep -q 'epoch 20' c.txt");
}
