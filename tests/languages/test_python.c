/* test_python.c: python/wengert. */
#include "wgshell.h"

TestSuite(python, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With $python. It is skipped where there is none. */
#define SHELL(commands)                                                            \
    wgt_shell_or_skip(                                                             \
        "here=$PWD; export PYTHONPATH=\"$PWD/python\" PYTHONDONTWRITEBYTECODE=1\n" \
        "export WENGERT_LIBRARY=\"$(cd \"$build\" && pwd)/libwengert.so\"\n"       \
        "python=$(tests/python.sh) || { echo 'skipped: no python3 with NumPy here'; exit 0; }\n" commands)

/* The table in python/wengert is what the headers say, and they have a sentence for each call and option
 * (make docs). */
Test(python, table) { SHELL("tools/build/table.py --check && tools/build/signatures.py --check"); }

/* What headers leave out is named, and a call that no library has is in the list of names. */
Test(python, table_finds_what_is_left_out)
{
    const char *said =
        SHELL("cd \"$in\" && mkdir -p t/tools/build t/docs t/python/wengert t/src/language && cp -r "
              "\"$here/include\" t &&\n"
              "cp -r \"$here/src/language/words\" t/src/language && cd \"$here/tools/build\" &&\n"
              "cp table.py cpp_calls.py names.awk \"$in/t/tools/build\" && cd \"$in\" && cp "
              "\"$here/docs/ops.md\" t/docs && cd t &&\n"
              "sed -i '/wg_data_rows/s|/\\*.*||' include/wengert/data.h &&\n"
              "sed -i 's|\"how much of b stays\"|\"\"|' include/wengert/optim.h &&\n"
              "sed -i 's|another height; default: the figure.s|another height|' include/wengert/figure.h &&\n"
              "echo 'WG_API void wg_in_no_library(void);' >>include/wengert/plan.h &&\n"
              "tools/build/table.py >/dev/null && ! tools/build/table.py --check >said && sort said &&\n"
              "tools/build/table.py --exported | grep no_library");
    cr_expect_str_eq(said,
                     "figure_save_opts.height: WG_AUTO, and its sentence says no default\n"
                     "include/wengert/data.h: wg_data_rows: a call without a sentence\n"
                     "include/wengert/plan.h: wg_in_no_library: a call without a sentence\n"
                     "rmsprop_opts.momentum: an option without a sentence\n"
                     "wg_in_no_library\n",
                     "%s", said);
}

/* Data frames, dicts and arrays are tables. */
Test(python, tables) { SHELL("$python tests/languages/tables.py"); }

/* All public calls reach Python, and say what they do. */
Test(python, reached) { SHELL("cd \"$in\" && $python \"$here/tests/languages/reached.py\""); }

/* What editors and mypy know of them, python/wengert/NAME.pyi, is so. */
Test(python, stubs) { SHELL("cd \"$in\" && $python \"$here/tests/languages/stubs.py\""); }

Test(python, values) { SHELL("cd \"$in\" && $python \"$here/tests/languages/values.py\""); }

/* DLPack, tables of notebooks, a bar, names of any letters. */
Test(python, interop) { SHELL("cd \"$in\" && $python \"$here/tests/languages/interop.py\""); }

/* A training in one call, beside the loop by hand. */
Test(python, fit) { SHELL("cd \"$in\" && $python \"$here/tests/languages/fit.py\""); }

/* Derivatives that read a number of the program, at many steps. */
Test(python, rules)
{
    SHELL("cd \"$in\" && $python \"$here/tests/languages/rules.py\" >said.txt && cat said.txt && [ ! -s "
          "said.txt ]");
}

/* What python/_c.c does is what Python does over ctypes, errors and their lines, too; and it leaves
 * nothing. */
#define BY_C "\"$here/tests/languages/by_c.py\""
Test(python, by_c)
{
    SHELL("cd \"$in\" && $python " BY_C " >c.txt 2>by.txt || exit 1\n"
          "grep -q 'by _c' by.txt || { echo 'skipped: python/_c.c is not built: no headers of Python'; exit "
          "0; }\n"
          "WENGERT_CTYPES=1 $python " BY_C
          " >ctypes.txt 2>by.txt && grep -q 'by ctypes' by.txt && diff ctypes.txt c.txt");
}
Test(python, memory_of_c)
{
    SHELL("cd \"$in\" && $python " BY_C " memory >said.txt && cat said.txt && [ ! -s said.txt ]");
}

/* The examples in Python print what those in C print, to the last digit. */
Test(python, examples)
{
    SHELL("c=$(cd \"$build\" && pwd)/examples; cd \"$in\" && ln -s \"$here/data\" data\n"
          "for program in \"$here\"/examples/*.py; do\n"
          "    name=$(basename \"$program\" .py)\n"
          "    $python \"$program\" >python.txt && \"$c/$name\" >c.txt && cmp c.txt python.txt && [ -s c.txt "
          "] || "
          "{ echo \"$name\"; exit 1; }\n"
          "done");
}

/* The file finds the library of the install that it belongs to. */
Test(python, installed)
{
    SHELL("make_it install PREFIX=\"$in/to\" &&\n"
          "{ [ ! -e \"$build/python/_c.abi3.so\" ] || [ -e "
          "\"$in/to/share/wengert/python/wengert/_c.abi3.so\" ]; } &&\n"
          "unset PYTHONPATH WENGERT_LIBRARY && cd \"$in\" &&\n"
          "PYTHONPATH=to/share/wengert/python $python -c 'import wengert as wg; assert wg.check(lambda x: "
          "wg.sum(x * x), 2)'");
}
