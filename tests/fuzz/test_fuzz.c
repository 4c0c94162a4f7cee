/* test_fuzz.c: random sequences of calls of all public functions; the inputs of tests/fuzz/corpus, tried
 * again. Each was found by a fuzzer: it reaches code that no other reaches, or has broken a promise once. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* Each file of the corpus, and so many changed copies of each. */
static void try_folder(const fuzz_target *t, int copies)
{
    static fuzz_input file, copy;
    wgt_random r = { wgt_seed() };
    char folder[80], path[400];
    int n = 0;
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", t->name);
    DIR *d = opendir(folder);
    cr_assert(d, "%s", folder);
    for (struct dirent *e; (e = readdir(d));) {
        if (*e->d_name == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        cr_assert(fuzz_load(path, &file), "%s", path);
        fprintf(stderr, "%s\n", path); /* the last line of the log when the process ends here */
        fuzz_try(t, file.byte, file.size);
        for (int i = 0; i < copies; i++)
            copy = file, fuzz_change(&copy, &r), fuzz_try(t, copy.byte, copy.size);
        n++;
    }
    closedir(d);
    wgt_count("inputs of fuzzers", (int64_t)n * (1 + copies));
    cr_expect_gt(n, 20, "only %d inputs in %s", n, folder);
}

/* The numbers of calls change with each function that is added, so inputs are no corpus: they are drawn
 * from the seed. One that breaks a promise is made smaller and printed as a C program. */
static void try_random(const fuzz_target *t, int sequences)
{
    enum { CALLS = 24 };
    uint8_t input[16 * CALLS];
    const size_t most = t->record * CALLS;
    cr_assert_leq(most, sizeof input);
    wgt_count("inputs of fuzzers", sequences);
    for (int i = 0; i < sequences; i++) {
        wgt_random r = { wgt_seed() * 1000003 + (uint64_t)i };
        size_t size = t->record * (size_t)(1 + wgt_below(&r, CALLS));
        for (size_t k = 0; k < size; k++) input[k] = (uint8_t)wgt_next(&r);
        FILE *said = tmpfile();
        cr_assert(said);
        const bool holds = fuzz_holds(t, input, size, said);
        fclose(said);
        if (holds) continue;
        size = fuzz_shrink(t, input, size);
        fuzz_holds(t, input, size, stderr);
        t->print(input, size);
        cr_assert_fail("sequence %d of seed %llu", i, (unsigned long long)wgt_seed());
    }
}

Test(fuzz, all_functions_in_any_order)
{
    try_random(&fuzz_targets[3], (int)wgt_number_from("WG_SEQUENCES", 400));
}

Test(fuzz, calls) { try_folder(&fuzz_targets[0], 0); }
Test(fuzz, files) { try_folder(&fuzz_targets[1], 500); }
Test(fuzz, programs) { try_folder(&fuzz_targets[2], 0); }
Test(fuzz, lessons) { try_folder(&fuzz_targets[4], 10); }
