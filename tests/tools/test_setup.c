/* test_setup.c: what tools/setup.sh and tools/mnist.sh say when something is missing. Small scripts in a
 * folder of the test's stand in for programs of the system. */
#include <stdlib.h>
#include <string.h>

#include "wgshell.h"

TestSuite(setup, .init = wgt_make_folder, .fini = wgt_remove_folder);

static void expect_setup(const char *cc, const char *part)
{
    char commands[400];
    snprintf(
        commands, sizeof commands,
        "mkdir -p \"$in/bin\" && printf '#!/bin/sh\\n' >\"$in/bin/apt-get\" && chmod +x \"$in/bin/apt-get\"\n"
        "PATH=\"$in/bin:$PATH\" CC='%s' DRY_RUN=1 tools/setup.sh build || true",
        cc);
    const char *said = wgt_shell(commands);
    cr_expect(part ? strstr(said, part) != NULL : !*said, "CC=%s: %s", cc, said);
}

Test(setup, a_compiler_with_words_after_it)
{
    expect_setup("gcc", NULL);
    expect_setup("gcc -O1", NULL);
    expect_setup("env gcc -O1", NULL);
}

Test(setup, no_such_compiler)
{
    expect_setup("gccc", "there is no program 'gccc'. Type make without CC for gcc");
    expect_setup("env gccc", "there is no program 'gccc'");
    expect_setup("gcc-99", "apt-get install --no-install-recommends gcc-99\n");
    expect_setup("gcc --no-such-flag", "cannot compile an empty program. It says:");
    expect_setup("gcc --no-such-flag", "no-such-flag");
}

/* As the user of this number, with a sudo or without, and an apt-get that only notes how it was called. Where
 * `answer` is given it is typed on a terminal. */
static const char *as(int user, bool sudo, const char *answer, const char *how)
{
    char text[2000];
    snprintf(
        text, sizeof text,
        "mkdir -p \"$in/bin\" && printf '#!/bin/sh\\necho %d\\n' >\"$in/bin/id\"\n"
        "printf '#!/bin/sh\\necho $DEBIAN_FRONTEND \"$@\" >>%%s/log\\n' \"$in\" >\"$in/bin/apt-get\"\n"
        "without=$(tests/programs.sh \"$in/without\" sudo)\n"
        "[ %d = 0 ] || printf '#!/bin/sh\\necho sudo >>%%s/log; exec \"$@\"\\n' \"$in\" >\"$in/bin/sudo\"\n"
        "chmod +x \"$in\"/bin/*; : >\"$in/log\"; unset DEBIAN_FRONTEND; export PATH=\"$in/bin:$without\" "
        "CC=gcc-99 %s\n"
        "if [ '%s' ]; then echo '%s' | script -qec 'tools/setup.sh build || echo stopped' /dev/null\n"
        "else tools/setup.sh build || echo stopped; fi | tr -d '\\r'; cat \"$in/log\"",
        user, sudo, how, answer, answer);
    return wgt_shell(text);
}

#define INSTALL "apt-get install --no-install-recommends gcc-99\n"
static const char
    by_root[] = "    apt-get update && " INSTALL,
    by_sudo[] = "    sudo apt-get update && sudo " INSTALL,
    runs[] = "setup: done\nupdate -qq\nnoninteractive install -y -qq --no-install-recommends gcc-99\n",
    sudo_runs[] =
        "setup: done\nsudo\nupdate -qq\nnoninteractive install -y -qq --no-install-recommends gcc-99\n";

/* It ends with `ends`, so nothing was installed where that is `stops`. */
static void expect_line(const char *said, const char *printed, const char *ends)
{
    const size_t n = strlen(said), m = strlen(ends);
    cr_expect(strstr(said, printed) && n >= m && !strcmp(said + n - m, ends), "%s", said);
}

static const char stops[] = "setup: type it, and then make again\nstopped\n",
                  forbidden[] = "setup: NO_INSTALL forbids to run it\nstopped\n";

Test(setup, root_installs)
{
    expect_line(as(0, false, "", ""), by_root, runs);
    expect_line(as(0, true, "", ""), by_root, runs);
    expect_line(as(0, false, "", "NO_INSTALL=1"), by_root, forbidden);
    expect_line(as(0, false, "", "DRY_RUN=1"), by_root, stops);
}

/* What tells of fakeroot, of dpkg and rpm, and a DESTDIR: root installs nothing, nor does make. */
Test(setup, a_packager_installs_nothing)
{
    static const char *const how[] = { "FAKEROOTKEY", "DEB_BUILD_OPTIONS", "DEB_HOST_ARCH", "RPM_BUILD_ROOT",
                                       "DESTDIR" };
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        char set[80], ends[120];
        snprintf(set, sizeof set, "%s=1 YES=1", how[i]);
        snprintf(ends, sizeof ends, "setup: %s is set, as packagers do: nothing is installed\nstopped\n",
                 how[i]);
        expect_line(as(0, true, "", set), by_root, ends);
    }
    cr_expect_str_eq(
        wgt_shell("PATH=\"$in/bin:$PATH\" make BUILD=\"$in\" CC=gcc-99 install DESTDIR=\"$in/d\" "
                  "2>&1 | grep -E '^setup: DEST|^make: [*]'; cat \"$in/log\""),
        "setup: DESTDIR is set, as packagers do: nothing is installed\n");
}

Test(setup, a_user_without_sudo_is_told_what_root_types)
{
    const char *said = as(1000, false, "", "YES=1");
    cr_expect(strstr(said, "This line as root installs them"), "%s", said);
    expect_line(said, by_root, stops);
    expect_line(as(1000, false, "y", ""), by_root, stops);
}

Test(setup, a_user_with_sudo_is_asked_on_a_terminal)
{
    expect_line(as(1000, true, "", ""), by_sudo, stops);
    expect_line(as(1000, true, "", "YES=1"), by_sudo, sudo_runs);
    expect_line(as(1000, true, "", "YES=1 NO_INSTALL=1"), by_sudo, forbidden);
    expect_line(as(1000, true, "y", ""), "setup: run it now? [Y/n] ", sudo_runs);
    expect_line(as(1000, true, "n", ""), "setup: run it now? [Y/n] ", stops);
    expect_line(as(1000, true, "n", "YES=1"), by_sudo, sudo_runs);
}

/* The compiler's own flag where it knows it, and what that flag defines elsewhere. */
Test(setup, a_machine_of_32_bits)
{
    expect_setup("gcc -U__SIZEOF_POINTER__ -D__SIZEOF_POINTER__=4", "Wengert needs 64: leave out -m32");
    if (!system("gcc -m32 -E -x c /dev/null >/dev/null 2>&1"))
        expect_setup("gcc -m32", "compiles for a machine of 32 bits");
}

/* No dot is asked for and no libcgraph. */
Test(setup, without_graphviz)
{
    cr_expect_str_eq(wgt_shell("mkdir \"$in/bin\" && for p in bash env gcc ar pkg-config mktemp; do\n"
                               "ln -s \"$(command -v $p)\" \"$in/bin/\"; done\n"
                               "CC=gcc BLAS=none GRAPHVIZ=0 DRY_RUN=1 PATH=\"$in/bin\" tools/setup.sh build"),
                     "");
}

/* curl and npm answer as they do without a network. */
static const char no_network[] =
    "mkdir -p \"$in/bin\" \"$in/p/tools\" && cp tools/mnist.sh \"$in/p/tools/\" && cd \"$in/p\"\n"
    "printf '#!/bin/sh\\necho \"curl: (6) no host\" >&2; exit 6\\n' > \"$in/bin/curl\"\n"
    "printf '#!/bin/sh\\necho \"npm: no registry\" >&2; exit 1\\n' > \"$in/bin/npm\"\n"
    "chmod +x \"$in/bin/\"*; export PATH=\"$in/bin:$PATH\" MNIST_URL=https://a.b/c\n";

static const char *with_no_network(const char *commands)
{
    char text[2000];
    snprintf(text, sizeof text, "%s%s", no_network, commands);
    return wgt_shell(text);
}

Test(setup, mnist_that_cannot_be_fetched)
{
    const char *said = with_no_network("tools/mnist.sh || true; ls data");
    cr_expect(
        strstr(said, "mnist: fetching 11 MB from https://a.b/c\nmnist: that failed: curl: (6) no host\n"),
        "%s", said);
    cr_expect(strstr(said, "by npm\nmnist: that failed: npm: no registry\n"), "%s", said);
    cr_expect(strstr(said, "/p/data/mnist and type make mnist again:\nmnist:     train-images-idx3-ubyte\n"),
              "%s", said);
    cr_expect(strstr(said, "MNIST_URL="), "%s", said);
}

Test(setup, mnist_of_wrong_bytes)
{
    const char *said = with_no_network("printf '#!/bin/sh\\nfor to; do [ \"$last\" = -o ] && echo wrong | "
                                       "gzip > \"$to\"; last=$to; done\\n' > "
                                       "\"$in/bin/curl\"; tools/mnist.sh || true; ls data");
    cr_expect(strstr(said, "that failed: the files are not those of MNIST: their checksums are wrong"), "%s",
              said);
    cr_expect(!strstr(said, "\nmnist\n"), "%s", said); /* no folder is left */
}
