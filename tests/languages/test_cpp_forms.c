/* test_cpp_forms.c: what people type who know Eigen and libtorch: cpp_forms.txt. It takes 15 s, in make
 * whole. */
#include "wgshell.h"

TestSuite(cpp_forms, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(cpp_forms, hold)
{
    wgt_shell_or_skip(
        "standards=c++20; . tests/languages/compilers.sh; need_cpp; set -- $compilers\n"
        "[ -d /usr/include/eigen3 ] || need libeigen3-dev; command -v python3 >/dev/null || need python3\n"
        "python3 tests/languages/cpp_forms.py \"$in\" $1 -std=c++20 -Wall -Wextra -pedantic -Iinclude -- "
        "-L\"$build\" -lwengert -pthread -Wl,-rpath,\"$(cd \"$build\" && pwd)\"");
}
