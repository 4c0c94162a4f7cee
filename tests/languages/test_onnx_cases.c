/* test_onnx_cases.c: some of the cases of ONNX's own suite, through Python. tests/onnx/all.sh runs all. */
#include "wgshell.h"

TestSuite(onnx_cases, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With $python, which has onnx. It is skipped where there is none. */
#define SHELL(commands)                                                                          \
    wgt_shell_or_skip("here=$PWD; export PYTHONPATH=\"$PWD/python\" PYTHONDONTWRITEBYTECODE=1\n" \
                      "export WENGERT_LIBRARY=\"$(cd \"$build\" && pwd)/libwengert.so\"\n"       \
                      "python=$(tests/python.sh) && $python -c 'import onnx' 2>/dev/null || {\n" \
                      "    echo 'skipped: no python3-onnx here'; exit 0; }\n" commands)

Test(onnx_cases, each_twelfth)
{
    SHELL(
        "[ -d /usr/share/libonnx-testdata/data/node ] || { echo 'skipped: no libonnx-testdata here'; exit 0; "
        "}\n"
        "cd \"$in\" && $python \"$here/tests/onnx/node_cases.py\" --every 12");
}

Test(onnx_cases, modules) { SHELL("cd \"$in\" && $python \"$here/tests/onnx/module.py\""); }
