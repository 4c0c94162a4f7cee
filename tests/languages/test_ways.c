/* test_ways.c: what Python keeps between two calls, beside PyTorch: tests/ways. `make whole KINDS=ways` has
 * all of it. */
#include "wgshell.h"

TestSuite(ways, .init = wgt_make_folder, .fini = wgt_remove_folder);

#define WITH_PYTHON                                                      \
    "export PYTHONPATH=\"$PWD/python\" PYTHONDONTWRITEBYTECODE=1\n"      \
    "export WENGERT_LIBRARY=\"$(cd \"$build\" && pwd)/libwengert.so\"\n" \
    "python=$(tests/python.sh) || { echo 'skipped: no python3 with NumPy here'; exit 0; }\n"
#define SCRIPT(name, words)                                               \
    wgt_shell_or_skip(WITH_PYTHON "$python tests/ways/" name ".py " words \
                                  " >\"$in/said\" || { cat \"$in/said\"; exit 1; }")

/* A value keeps its number, however a parameter changes. */
Test(ways, mutations) { SCRIPT("mutations", ""); }

/* A line that only reads changes nothing, over _c and over ctypes: random programs. */
Test(ways, state)
{
    wgt_shell_or_skip(
        WITH_PYTHON "for over in 0 1; do WENGERT_CTYPES=$over $python tests/ways/state.py >\"$in/$over\" || "
                    "{ grep reads \"$in/$over\"; exit 1; }; done; diff \"$in/0\" \"$in/1\"");
}

/* Transforms of functions inside of each other, over all that a function touches. */
Test(ways, closures) { SCRIPT("closures", "closure"); }

/* Eight programs: the weights after 30 steps. */
Test(ways, programs) { SCRIPT("programs", ""); }

/* Each argument of PyTorch's functions and classes, by position and by name. */
Test(ways, signatures) { SCRIPT("signatures", ""); }

/* Each argument of NumPy's functions, by position and by name. */
Test(ways, numpy_signatures) { SCRIPT("numpy_signatures", ""); }

/* What Python computes beside its twin in C or NumPy, at the ends of numbers. */
Test(ways, formulas) { SCRIPT("formulas", ""); }

/* Of ways of stepping and what has memory a part. */
Test(ways, draws) { SCRIPT("stepping", "random F.dropout"); }
Test(ways, training) { SCRIPT("stepping", "training torch:"); }
Test(ways, threads) { SCRIPT("stepping", "threads"); }
