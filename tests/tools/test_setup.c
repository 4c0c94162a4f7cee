/* test_setup.c: what tools/setup.sh and tools/mnist.sh say when something is missing. Small scripts in a
 * folder of the test's stand in for programs of the system. */
#include <stdlib.h>
#include <string.h>

#include "wgshell.h"

TestSuite(setup, .init = wgt_make_folder, .fini = wgt_remove_folder);

static void expect_setup(const char *cc, const char *part)
{
    char commands[400];
    snprintf(commands, sizeof commands, "CC='%s' DRY_RUN=1 tools/setup.sh build || true", cc);
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
    expect_setup("gcc-99", "type: sudo apt-get install --no-install-recommends gcc-99");
    expect_setup("gcc --no-such-flag", "cannot compile an empty program. It says:");
    expect_setup("gcc --no-such-flag", "no-such-flag");
}

/* A root and an apt-get that only notes how it was called. */
static const char line[] = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "
                           "--no-install-recommends gcc-99\n";

static const char *as_root(const char *how)
{
    char text[600];
    snprintf(text, sizeof text,
             "mkdir -p \"$in/bin\" && printf '#!/bin/sh\\necho 0\\n' >\"$in/bin/id\"\n"
             "printf '#!/bin/sh\\necho $DEBIAN_FRONTEND \"$@\" >>%%s/log\\n' \"$in\" >\"$in/bin/apt-get\"\n"
             "chmod +x \"$in\"/bin/*; : >\"$in/log\"; %s PATH=\"$in/bin:$PATH\" CC=gcc-99 tools/setup.sh "
             "build || echo stopped; cat \"$in/log\"",
             how);
    return wgt_shell(text);
}

Test(setup, prints_the_line_and_then_runs_it)
{
    const char *said = as_root(""), *printed = strstr(said, line);
    cr_assert(printed, "%s", said);
    cr_expect(strstr(printed, "update -qq\nnoninteractive install -y -qq --no-install-recommends gcc-99\n"),
              "%s", said);
}

Test(setup, prints_the_line_and_stops_where_nothing_may_be_installed)
{
    const char *said = as_root("NO_INSTALL=1"), *printed = strstr(said, line);
    cr_expect(printed && !strcmp(printed + strlen(line), "stopped\n"), "%s", said);
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
