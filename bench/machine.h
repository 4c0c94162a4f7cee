/* machine.h: finds and prints what the measured times depend on: processor, compiler, libraries,
 * environment. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stdio.h>

void machine_print(FILE *out);
/* Whether OPENBLAS_CORETYPE or OPENBLAS_L2_SIZE is set. OpenBLAS reads them before main, so other kernels
 * need a new process. */
bool machine_blas_forced(void);
bool machine_blas_is_refitted(void); /* whether machine_blas_again set them */
/* Starts the program again with other OpenBLAS kernels, if that gives further figures. If the two variables
 * are set, they are removed. If OpenBLAS does not know the processor and uses kernels for a much older one,
 * they are set to kernels that fit. Otherwise returns. */
void machine_blas_again(char *argv[]);

#endif
