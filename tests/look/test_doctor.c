/* test_doctor.c: what wgx_doctor says of the library and the machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

Test(doctor, says_the_threads_and_then_the_cores)
{
    char text[4000] = "";
    FILE *f = fmemopen(text, sizeof text, "w");
    setenv("WG_NUM_THREADS", "250", 1);
    wgx_doctor(f);
    fclose(f);
    cr_expect(strstr(text, "\nthreads: 250 of "), "%s", text);
}
