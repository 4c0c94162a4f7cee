/* test_packages.c: what pip installs and removes, packages of Debian, and the targets that CMake finds. */
#include "wgshell.h"

TestSuite(packages, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With $python, which has NumPy and makes environments. `pip` is that of the environment $in/v, without
 * network, and `in_it` its python, in $in: no variable helps it to find anything. The library is that of
 * $BUILD, so nothing is compiled. `quietly` shows what a command says if it fails. */
#define SHELL(commands)                                                                                   \
    wgt_shell_or_skip("python=$(tests/python.sh) && \"$python\" -c 'import ensurepip' 2>/dev/null ||\n"   \
                      "    { echo 'skipped: no python3 with NumPy and venv here'; exit 0; }\n"            \
                      "unset PYTHONPATH WENGERT_LIBRARY LD_LIBRARY_PATH; export BUILD=\"$build\"\n"       \
                      "export PYTHONDONTWRITEBYTECODE=1 PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1\n" \
                      "export PIP_CONFIG_FILE=/dev/null\n"                                                \
                      "pip() { \"$in/v/bin/python\" -m pip --no-cache-dir --quiet --no-input \"$@\"; }\n" \
                      "in_it() { (cd \"$in\" && v/bin/python \"$@\" 2>&1); }\n"                           \
                      "quietly() { \"$@\" >\"$in/said\" 2>&1 || cat \"$in/said\"; }\n" commands)

/* Python's files and the libraries; what METADATA says; each file of the wheel as RECORD has it; a tag that
 * says which glibc the libraries need, as readelf sees it. */
Test(packages, what_the_wheel_has)
{
    cr_expect_str_eq(
        SHELL(
            "mkdir \"$in/1\" && said_by wheel PACKAGES=\"$in/1\" >\"$in/said\" &&\n"
            "\"$python\" -m zipfile -e \"$in\"/1/*.whl \"$in\" &&\n"
            "(cd \"$in\" && find wengert wengert_*.py -type f; cd \"$OLDPWD\"; git ls-files -co "
            "'python/*.py' 'python/*.txt' 'python/*.pyi' 'python/*.typed' |\n"
            " sed 's,^python/,,'; ls \"$build\"/python/*.so 2>/dev/null | sed 's,.*/,wengert/,') |\n"
            "    sort | uniq -u | grep -v '/libgomp\\.'\n"
            "\"$python\" tools/build/python_wheel.py --symbols >\"$in/symbols\"\n"
            "sed '1,/^$/d' \"$in\"/wengert-*/METADATA | cmp - README.md; cd \"$in\" && ls "
            "wengert-*/licenses\n"
            "sed '/^$/q' wengert-*/METADATA | grep -vE '^(Class|Key|Summ)|^$'\n"
            "\"$python\" -c 'import base64, csv, glob, hashlib, zipfile\n"
            "all = zipfile.ZipFile(glob.glob(\"1/*\")[0]).infolist()\n"
            "print({i.date_time[0] for i in all}, [i.filename for i in all if i.external_attr >> 16 & 73])\n"
            "for n, d, s in csv.reader(open(glob.glob(\"wengert-*/RECORD\")[0])):\n"
            "    of = hashlib.sha256(open(n, \"rb\").read()).digest()\n"
            "    b = base64.urlsafe_b64encode(of).decode().rstrip(\"=\")\n"
            "    if d != \"sha256=\" + b and n[-7:] != \"/RECORD\": print(n)'\n"
            "readelf -S wengert/libwengert.so | grep -c debug_info || true\n"
            "for f in wengert/*.so* wengert/bin/*; do readelf -V \"$f\" |\n"
            "    sed -n \"s,.*Name: \\([A-Z_]*[0-9.]*\\) .*Flags.*Version.*,$f \\1,p\"; done |\n"
            "    grep -v WENGERT | LC_ALL=C sort -u >by_readelf\n"
            "awk '{ for (k = 3; k <= NF; k++) print $1, $k }' symbols | LC_ALL=C sort -u | diff - "
            "by_readelf\n"
            "most=$(sed -n 's/.* GLIBC_//p' by_readelf | sort -V | tail -n 1)\n"
            "ls 1 | sed \"s/_$(echo $most | tr . _)_$(uname -m)[.]whl//; s/.*-//\"\n"
            "sed -n \"s/: wengert.* needs GLIBC_$most$/ says why/p\" said | sed 's/^[^ ]* //'"),
        "wengert/bin/wengert\nwengert/libwengert.so\nLICENSE\nMetadata-Version: 2.1\nName: "
        "wengert\nVersion: " WG_VERSION "\n"
        "Author: The Wengert authors\nLicense: MIT\nLicense-File: LICENSE\nRequires-Python: >=3.10\n"
        "Requires-Dist: numpy>=1.21.2\nDescription-Content-Type: text/markdown\n{1980} "
        "['wengert/bin/wengert']\n0\nmanylinux\nsays why\n");
}

/* A library that needs what other systems may lack is refused by `make wheel`, and named. */
Test(packages, a_wheel_that_other_systems_could_not_load)
{
    cr_expect_str_eq(
        SHELL("mkdir \"$in/b\" && cd \"$in/b\" && echo 'int n;' >n.c && $compile -shared -fPIC n.c -o "
              "libnone.so &&\n"
              "$compile -shared -fPIC n.c -o libwengert.so -Wl,--no-as-needed -L. -lnone; cd \"$OLDPWD\"\n"
              "BUILD=\"$in/b\" \"$python\" tools/build/python_wheel.py \"$in/b\" && ls \"$in/b\"\ntrue"),
        "wheel: wengert/libwengert.so needs libnone.so: other systems may lack it (make OPENMP=0 does "
        "without). "
        "`pip install .` still installs it here\n");
}

/* PKG-INFO is the same text; pip finds NumPy's name before it builds anything. */
Test(packages, the_sources_are_a_package_for_pip)
{
    cr_expect_str_eq(
        SHELL("need git; [ -e .git ] || { echo skipped: this is no clone; exit 0; }\n"
              "make_it dist SITE=0 BUILD=\"$in\" 2>/dev/null && cd \"$in\" && tar -xzf wengert-*.tar.gz &&\n"
              "cd wengert-" WG_VERSION
              " && \"$python\" tools/build/python_wheel.py --metadata | cmp - PKG-INFO &&\n"
              "cd tools/build && mkdir ../m && \"$python\" -c 'import python_wheel as p\n"
              "print(p.prepare_metadata_for_build_wheel(\"../m\"))' && cmp ../m/*/METADATA ../../PKG-INFO\n"),
        "wengert-" WG_VERSION ".dist-info\n");
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

/* pytest finds it by the file that pip reads, and shows the report. What is inconclusive has failed. */
Test(packages, pytest_asserts_gradients)
{
    static const char tests[] =
        "import numpy as np\n"
        "def f(x): return float(np.sum(np.sin(x)))\n"
        "def test_right(assert_gradient): assert_gradient(f, [1.0, 2.0], grad=np.cos)\n"
        "def test_wrong(assert_gradient): assert_gradient(f, [1.0, 2.0], grad=lambda x: 2 * np.cos(x))\n"
        "def test_none(assert_gradient): assert_gradient(lambda x: float('nan'), [1.0], grad=np.cos)\n"
        "def test_allowed(assert_gradient):\n"
        "    assert_gradient(lambda x: float('nan'), [1.0], grad=np.cos, allow_inconclusive=True)\n"
        "def test_value():\n"
        "    import wengert as wg, wengert_pytest\n"
        "    wengert_pytest.assert_gradient(lambda x: wg.sum(x * x), [1.0, 2.0])\n";
    wgt_save(wgt_in_folder("test_it.py"), tests, sizeof tests - 1);
    cr_expect_str_eq(
        SHELL("\"$python\" -c 'import pytest' 2>/dev/null || { echo 'skipped: no pytest here'; exit 0; }\n"
              "\"$python\" tools/build/python_wheel.py --dist-info \"$in/p\"\n"
              "export PYTHONPATH=\"$in/p:$PWD/python\" WENGERT_LIBRARY=\"$(realpath "
              "\"$build\")/libwengert.so\"\n"
              "cd \"$in\"; \"$python\" -m pytest -p no:cacheprovider test_it.py >said; sed -n '/^FAILED/p' "
              "said |\n"
              "    sed 's/ - Assert.*//'; sed -n 's/ in [0-9.]*s =*$//; $s/^=* //p' said\n"
              "grep -oE 'a factor 2 too much|INCONCLUSIVE: f is NaN at the point itself' said | sort -u"),
        "FAILED test_it.py::test_wrong\nFAILED test_it.py::test_none\n2 failed, 3 passed\n"
        "INCONCLUSIVE: f is NaN at the point itself\na factor 2 too much\n");
}

/* The commands of tools/packages/action/action.yml, one file for each step, by a shell that has its inputs as
 * variables. make and pip only say how they were called. */
Test(packages, the_step_of_a_workflow)
{
    cr_expect_str_eq(
        wgt_shell_or_skip(
            "need python3; real=$(command -v python3)\n"
            "awk -v in_=\"$in\" '/^      run: \\|/ { n++; on = 1; next } !/^        / { on = 0 }\n"
            "    on { print substr($0, 9) >(in_ \"/step\" n) }' tools/packages/action/action.yml\n"
            "printf '#!/bin/sh\\necho make \"$@\"\\n' >\"$in/make\"\n"
            "printf '#!/bin/sh\\necho python3 \"$@\"\\n' >\"$in/python3\"; chmod +x \"$in/make\" "
            "\"$in/python3\"\n"
            "export SOURCE=/source WHEEL= GITHUB_PATH=\"$in/path\" FLAGS= POINT=3 "
            "PATH=\"$in:$(realpath $build):$PATH\"\n"
            "bash -e \"$in/step1\" && cat \"$in/path\" && WHEEL=w.whl bash -e \"$in/step1\"\n"
            "cat >\"$in/model.py\" <<'END'\nimport sys\nfor line in sys.stdin:\n"
            "    x = float(line)\n    print(x * x, float(sys.argv[1]) * x, flush=True)\nEND\n"
            "model() { COMMAND=\"$real $in/model.py $1\" bash -e \"$in/step2\" >\"$in/said\"\n"
            "    echo \"$?\" \"$(tail -n 1 \"$in/said\" | grep -oE '^verdict [A-Z]*')\"; }\n"
            "model 2; model 3; FLAGS='--tol 0.9 --allow inconclusive' model 3; ls \"$in\" | grep step"),
        "make -C /source YES=1\n/source/build\npython3 -m pip install w.whl\n0 verdict PASS\n1 verdict FAIL\n"
        "0 verdict INCONCLUSIVE\nstep1\nstep2\n");
}

/* Of a commit with a tag, and of ones with one thing wrong. `it` says what `make release DRY=1` finds after a
 * change by sed of a file. */
Test(packages, what_a_release_refuses)
{
    cr_expect_str_eq(
        wgt_shell_or_skip(
            "need git\nfiles='include/wengert/base.h CITATION.cff CHANGES.md tools/build/release.sh\n"
            "    tools/packages/debian/control tools/packages/debian/changelog\n"
            "    tools/packages/debian/python3-wengert.links'\n"
            "cp --parents $files \"$in\" && cd \"$in\" && v='" WG_VERSION "' &&\n"
            "sed -i -e \"s/$v/0.1.0/; s/libwengert\\(\\(.so.\\)\\{0,1\\}\\)${v%.*}/libwengert\\10.1/\" \\\n"
            "    -e 's/N_MAJOR .*/N_MAJOR 0/; s/N_MINOR .*/N_MINOR 1/; s/N_PATCH .*/N_PATCH 0/' $files && "
            "export HOME=\"$in\" BUILD=none "
            "GIT_CONFIG_NOSYSTEM=1\n"
            "git() { command git -c user.name=a -c user.email=a@a.invalid -c commit.gpgsign=false \"$@\"; }\n"
            "git init -q . && git add $files && git commit -qm a\n"
            "DRY=1 tools/build/release.sh | sed -n '$p'\n"
            "sed -i 's/^\\(## 0.1.0\\) .*/\\1 (2026-12-01)/' CHANGES.md && git commit -qam b && git tag "
            "v0.1.0\n"
            "DRY=1 tools/build/release.sh | sed 's/ of .*//'\n"
            "it() { sed -i \"$1\" $2 && git commit -qam c && git tag -f v0.1.0 >/dev/null\n"
            "    DRY=1 tools/build/release.sh | sed '$d'; git reset -q --hard HEAD~1; git tag -f v0.1.0 "
            ">/dev/null; }\n"
            "it 's/1.0 (2026.*/1.0 (not yet released)/' CHANGES.md; it 's/(2026.*/(soon)/' CHANGES.md\n"
            "it 's/^## 0.1.0/## 0.1.1/' CHANGES.md; it 's/PATCH 0/PATCH 1/' include/wengert/base.h\n"
            "it '0,/version: 0.1.0/s//version: 0.2.0/' CITATION.cff\n"
            "it 's/(0.1.0)/(0.1.0-1)/' tools/packages/debian/changelog\n"
            "it 's/libwengert0.1$/libwengert0.2/' tools/packages/debian/control\n"
            "it 's/so.0.1 /so.0 /' tools/packages/debian/python3-wengert.links\n"
            "echo >>CITATION.cff; git tag v0.3.0; DRY=1 tools/build/release.sh | sed '$d'; git tag -d v0.3.0 "
            "v0.1.0 "
            ">/dev/null\nDRY=1 tools/build/release.sh"
            " | sed -n 2p"),
        "release: 2 to repair before 0.1.0 can be made\nrelease: 0.1.0 can be made\n"
        "release: CHANGES.md says that 0.1.0 is not yet released\n"
        "release: CHANGES.md has no date: ## 0.1.0 (YEAR-MONTH-DAY)\n"
        "release: CHANGES.md has no section ## 0.1.0\n"
        "release: WG_VERSION_MAJOR... says 0.1.1, and include/wengert/base.h 0.1.0\n"
        "release: CITATION.cff says 0.2.0, and include/wengert/base.h 0.1.0\n"
        "release: tools/packages/debian/changelog says 0.1.0-1, and include/wengert/base.h 0.1.0\n"
        "release: tools/packages/debian/control says 0.2, and include/wengert/base.h 0.1.0\n"
        "release: tools/packages/debian/python3-wengert.links says 0, and include/wengert/base.h 0.1.0\n"
        "release: 1 files are not as in the last commit: git status names them\n"
        "release: this commit has v0.1.0 v0.3.0 and should have v0.1.0: git tag -s v0.1.0\n"
        "release: this commit has no tag and should have v0.1.0: git tag -s v0.1.0\n");
}

/* Each file that is installed is in one package of Debian, or is left out by name. The folder of libraries is
 * another one; a program that CMake makes with each target runs, although the files are not where they were
 * made for. `make whole KINDS=packages` builds the packages. */
Test(packages, the_packages_of_debian_and_cmake)
{
    static const char program[] =
        "#include <stdio.h>\n#include <wengert/wengert.h>\n"
        "int main(void)\n{\n    wg_context *c = wg_start();\n    wg_graph *g = wg_graph_new(c);\n"
        "    printf(\"%g\\n\", wg_item(wg_square(wg_fill(g, 3, WG_SCALAR))));\n"
        "    return wg_finish(c, stderr);\n}\n";
    static const char lists[] = "cmake_minimum_required(VERSION 3.10)\nproject(p C)\n"
                                "find_package(wengert " WG_VERSION " REQUIRED)\n"
                                "foreach(kind wengert static)\n    add_executable(p_${kind} p.c)\n"
                                "    target_link_libraries(p_${kind} wengert::${kind})\nendforeach()\n";
    wgt_save(wgt_in_folder("p.c"), program, sizeof program - 1);
    wgt_save(wgt_in_folder("CMakeLists.txt"), lists, sizeof lists - 1);
    cr_expect_str_eq(
        SHELL(
            "need cmake\nmake_it install DESTDIR=\"$in/d\" PREFIX=/usr LIBDIR=lib/x/y \\\n"
            "    PYTHON_FOLDER=lib/python3/dist-packages; lists=$PWD/tools/packages/debian; cd \"$in/d\"\n"
            "for list in \"$lists\"/*.install \"$lists/not-installed\"; do\n"
            "    cat \"$list\" | while read -r what _; do for f in $(echo $what | sed 's,/[*]/,/x/y/,'); do\n"
            "        [ -e \"$f\" ] || case $f in *-mpi-*|*/engine.js) continue;; esac\n"
            "        find \"$f\" ! -type d; done; done\n"
            "done | LC_ALL=C sort >../named; find usr ! -type d | LC_ALL=C sort | diff - ../named\n"
            "ls usr/lib/python3/dist-packages; ls usr/lib/python3/dist-packages/*-info\n"
            "cd ..; quietly cmake -Dwengert_DIR=\"$in/d/usr/lib/x/y/cmake/wengert\" -B b .\n"
            "quietly cmake --build b; b/p_wengert && b/p_static\n"
            "sed -n 's/^libdir=//p' d/usr/lib/x/y/pkgconfig/wengert.pc"),
        "wengert\nwengert-" WG_VERSION ".dist-info\nwengert_pytest.py\nINSTALLER\nMETADATA\nentry_points."
        "txt\nlicenses\n9\n9\n${prefix}/lib/x/y\n");
}
