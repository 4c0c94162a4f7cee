/* machine.h: what the figures depend on, found and printed. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stdio.h>

void machine_print(FILE *out);
/* OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE choose OpenBLAS' kernels before main: other kernels need a new process. */
bool machine_blas_forced(void);
bool machine_blas_is_refitted(void); /* by the function below */
/* Runs the program anew where that shows more: without the two, if they are set; with kernels that fit the processor, if
 * OpenBLAS does not know it and fell back to those of a much older one. Otherwise it returns. */
void machine_blas_again(char *argv[]);

#endif
