/* intrinsics.h: the instructions of x86-64 as functions. gcc's <immintrin.h> declares those of every
 * processor, 7,000 of them, and takes a quarter of a second in each file that includes it: in most files
 * longer than all the rest. Those parts of it that have what is used here are included alone, in its order;
 * they ask for its guard. Who includes it after this file gets the rest. The parts belong to gcc, which may
 * cut them differently: this was compiled with gcc 11 to 14, and every other compiler reads <immintrin.h>. */
#ifndef WGI_INTRINSICS_H
#define WGI_INTRINSICS_H

#if defined(__x86_64__)
#if __GNUC__ >= 11 && __GNUC__ <= 14 && !defined(__clang__) && !defined(_IMMINTRIN_H_INCLUDED)
#define _IMMINTRIN_H_INCLUDED
#include <emmintrin.h>
#if defined(__AVX2__)
#include <smmintrin.h>

#include <avxintrin.h>

#include <avx2intrin.h>
#include <fmaintrin.h>
#endif
#if defined(__AVX512F__)
#include <avx512fintrin.h>
#endif
#undef _IMMINTRIN_H_INCLUDED
#else
#include <immintrin.h>
#endif
#endif

#endif
