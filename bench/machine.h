/* machine.h: what the figures depend on, found and printed. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stdio.h>

void machine_print(FILE *out);
/* OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE choose OpenBLAS' kernels before main: only a new process can do without them. */
bool machine_blas_forced(void);
void machine_blas_unforce(char *argv[]); /* runs the program anew; returns only when that fails */

#endif
