/* test_fuzz.c: the inputs of tests/fuzz/corpus, tried again. Each was found by a fuzzer: it reaches code
 * that no other reaches, or has broken a promise once. */
#include <dirent.h>
#include <stdio.h>

#include "fuzz.h"

static void try_file(const fuzz_target *t, const char *path)
{
    static uint8_t byte[1 << 20];
    FILE *f = fopen(path, "rb");
    cr_assert(f, "%s", path);
    const size_t size = fread(byte, 1, sizeof byte, f);
    fclose(f);
    fprintf(stderr, "%s\n", path); /* the last line of the log when the process ends here */
    fuzz_try(t, byte, size);
}

static void try_folder(const fuzz_target *t)
{
    char folder[80], path[400];
    int n = 0;
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", t->name);
    DIR *d = opendir(folder);
    cr_assert(d, "%s", folder);
    for (struct dirent *e; (e = readdir(d));) {
        if (*e->d_name == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        try_file(t, path);
        n++;
    }
    closedir(d);
    cr_expect_gt(n, 20, "only %d inputs in %s", n, folder);
}

Test(fuzz, calls) { try_folder(&fuzz_targets[0]); }
Test(fuzz, files) { try_folder(&fuzz_targets[1]); }
Test(fuzz, programs) { try_folder(&fuzz_targets[2]); }
