/* test_blas_loading.c: the BLAS is loaded when it is first needed, and where it cannot be loaded the
 * products are the library's own. A limit on the space of addresses (ulimit -v) stands for that: OpenBLAS
 * waits for ever if it does not get its space. */
#include <stdlib.h>
#include <string.h>

#include "wgshell.h"

TestSuite(blas_loading, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* What the command prints, with the limit. Free it. */
static char *limited(const char *command)
{
    char commands[400];
    snprintf(commands, sizeof commands, "ulimit -v 300000; WG_NUM_THREADS=1 \"$build/wengert\" %s", command);
    return strdup(wgt_shell(commands));
}

Test(blas_loading, no_product_no_blas)
{
    char *said = limited("version");
    cr_expect_str_eq(said, "wengert " WG_VERSION "\n");
    free(said);
}

Test(blas_loading, products_without_it_are_right)
{
    static const char program[] =
        "eval -e 'sum((reshape(arange(12.0), shape=[3, 4]) @ reshape(arange(20.0), shape=[4, 5]))^2)' --json";
    char command[200], *with = limited(program);
    snprintf(command, sizeof command, "\"$build/wengert\" %s", program);
    cr_expect(strstr(with, "\"value\":"), "%s", with);
    cr_expect_str_eq(with, wgt_shell(command)); /* whole numbers: every product is exact */
    free(with);
}

Test(blas_loading, doctor_says_why)
{
    char *said = limited("doctor");
    cr_expect(strstr(said, "blas: none") || strstr(said, "of addresses, the limit (ulimit -v) leaves"), "%s",
              said);
    free(said);
}

#if WG_WITH_BLAS
/* The number of threads of a BLAS is the program's: NumPy may work with the same library. */
Test(blas_loading, threads_of_the_blas_are_one_in_products_and_what_they_were_afterwards)
{
    static const char *const dtype[] = { "f32", "f64" };
    wgt_shell("$compile -fPIC -shared tests/kernel/threaded_blas.c -o \"$in/" WG_BLAS_LIBRARY "\"");
    for (int i = 0; i < 4; i++) {
        char command[400];
        snprintf(command, sizeof command,
                 "export LD_LIBRARY_PATH=\"$in:${LD_LIBRARY_PATH:-}\" WG_NUM_THREADS=%d\n"
                 "\"$build/wengert\" eval --dtype %s -e 'sum((reshape(arange(76800), shape=[300, 256]) * 0 + "
                 "0.5) @ "
                 "(reshape(arange(51200), shape=[256, 200]) * 0 + 2.0))'",
                 1 + i / 2, dtype[i % 2]);
        cr_expect_str_eq(wgt_shell(command), "15360000\nproducts, 0 with several threads, 3 at the end\n");
    }
    const char *said =
        wgt_shell("export LD_LIBRARY_PATH=\"$in:${LD_LIBRARY_PATH:-}\"\n"
                  "for PARALLEL in 0 1 2; do export PARALLEL; \"$build/wengert\" doctor; done 2>&1 |\n"
                  "sed -n 's/^blas: OpenBLAS 0.3.21; kernels Haswell; threads //p'");
    cr_expect_str_eq(said, "serial\npthreads, one in each call\nOpenMP\n");
}
#endif
