/* test_packages.c: what pip installs and removes. */
#include "wgshell.h"

TestSuite(packages, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With $python, which has NumPy and makes environments. `pip` is that of the environment $in/v, without
 * network, and `in_it` its python, in $in: no variable helps it to find anything. The library is that of
 * $BUILD, so nothing is compiled. */
#define SHELL(commands)                                                                                   \
    wgt_shell_or_skip("python=$(tests/python.sh) && \"$python\" -c 'import ensurepip' 2>/dev/null ||\n"   \
                      "    { echo 'skipped: no python3 with NumPy and venv here'; exit 0; }\n"            \
                      "unset PYTHONPATH WENGERT_LIBRARY LD_LIBRARY_PATH; export BUILD=\"$build\"\n"       \
                      "export PYTHONDONTWRITEBYTECODE=1 PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1\n" \
                      "export PIP_CONFIG_FILE=/dev/null\n"                                                \
                      "pip() { \"$in/v/bin/python\" -m pip --no-cache-dir --quiet --no-input \"$@\"; }\n" \
                      "in_it() { (cd \"$in\" && v/bin/python \"$@\" 2>&1); }\n" commands)

/* Python's files and the library. No other package is asked for, not even NumPy. */
Test(packages, what_the_wheel_has)
{
    cr_expect_str_eq(
        SHELL("mkdir \"$in/1\" \"$in/2\" && make_it wheel PACKAGES=\"$in/1\" &&\n"
              "\"$python\" tools/python_wheel.py \"$in/2\" >/dev/null && cmp \"$in\"/[12]/*.whl &&\n"
              "\"$python\" -m zipfile -e \"$in\"/1/*.whl \"$in\" &&\n"
              "(ls \"$in/wengert\"; ls python/wengert/*.py* \"$build\"/python/*.so 2>/dev/null) |\n"
              "    sed 's,.*/,,' | sort | uniq -u\n"
              "cd \"$in\" && cat wengert-*/METADATA && ls wengert-*/licenses\n"
              "readelf -S wengert/libwengert.so | grep -c debug_info || true"),
        "libwengert.so\nMetadata-Version: 2.1\nName: wengert\nVersion: " WG_VERSION "\n"
        "Summary: Computation graphs with automatic differentiation\nLicense: MIT\nRequires-Python: >=3.10\n"
        "LICENSE\n0\n");
}

/* From a checkout. An editable install, a line that names the folder of the checkout, takes the place of
 * the first. Nothing is left of either, not even what pip has compiled. */
Test(packages, pip_installs_and_removes)
{
    cr_expect_str_eq(
        SHELL("\"$python\" -m venv --system-site-packages --without-pip \"$in/v\"\n"
              "in_it -c 'import pip' >/dev/null || in_it -m ensurepip >/dev/null\n"
              "there() { (cd \"$in\" && find v | grep -v /site-packages$ | LC_ALL=C sort); }\n"
              "there >\"$in/before\"; pip install . &&\n"
              "in_it -c 'import wengert as wg, importlib.metadata as m; x = wg.input(\"x\", 3)\n"
              "print(m.version(\"wengert\"), wg.grad(x * x, x).item(), wg.__file__)' | sed \"s,$in/v/,,\" |\n"
              "    sed 's,/python[0-9.]*/,/,'\n"
              "in_it -c 'import sys; sys.modules[\"numpy\"] = None; import wengert' | tail -n 1\n"
              "pip install -e . && there | comm -13 \"$in/before\" - | grep -v dist-info | sed 's,.*/,,'\n"
              "WENGERT_LIBRARY=\"$(realpath \"$build\")/libwengert.so\" in_it -c 'import wengert as wg\n"
              "print(wg.__file__)' | sed \"s,^$PWD/,,\"\n"
              "pip uninstall -y wengert && there | diff \"$in/before\" -"),
        WG_VERSION " 6.0 lib/site-packages/wengert/__init__.py\n"
                   "ImportError: wengert needs NumPy: apt-get install python3-numpy, or pip install numpy\n"
                   "wengert.pth\npython/wengert/__init__.py\n");
}
