/* test_python.c: python/wengert/__init__.py. Where no python3 has NumPy only the table is compared with the
 * headers. */
#include "wgshell.h"

TestSuite(python, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With $python. It is skipped where there is none. */
#define SHELL(commands)                                                            \
    wgt_shell_or_skip(                                                             \
        "here=$PWD; export PYTHONPATH=\"$PWD/python\" PYTHONDONTWRITEBYTECODE=1\n" \
        "export WENGERT_LIBRARY=\"$(cd \"$build\" && pwd)/libwengert.so\"\n"       \
        "python=$(tests/python.sh) || { echo 'skipped: no python3 with NumPy here'; exit 0; }\n" commands)

/* The table in python/wengert is what the headers say: a new builder or option is known (make docs). */
Test(python, table) { cr_expect_str_eq(wgt_shell("tools/tables.sh --check"), ""); }

Test(python, values) { SHELL("cd \"$in\" && $python \"$here/tests/languages/values.py\""); }
Test(python, values_over_ctypes)
{
    SHELL("cd \"$in\" && WENGERT_CTYPES=1 $python \"$here/tests/languages/values.py\"");
}

/* What python/_c.c does is what __init__.py does over ctypes, errors and their lines, too; and it leaves
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

/* examples/digits.py prints what examples/digits.c prints, to the last digit. */
Test(python, digits)
{
    SHELL("c=$(cd \"$build\" && pwd)/examples/digits; cd \"$in\" && $python \"$here/examples/digits.py\" "
          ">python.txt &&\n"
          "\"$c\" >c.txt && cmp c.txt python.txt && grep -q 'epoch 20' c.txt");
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
