/* both_floats.h: includes the file LOOPS for float, then for double. There REAL is the type, VECTOR and
 * ANYWHERE are its vectors (vectors.h), REAL_BITS its bits, and JOIN(name, REAL) is name_float or
 * name_double. Undefines LOOPS. */
#ifndef JOIN
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#endif

#define REAL      float
#define REAL_BITS 32
#define VECTOR    f32s
#define ANYWHERE  f32s_anywhere
#include LOOPS
#undef REAL
#undef REAL_BITS
#undef VECTOR
#undef ANYWHERE

#define REAL      double
#define REAL_BITS 64
#define VECTOR    f64s
#define ANYWHERE  f64s_anywhere
#include LOOPS
#undef REAL
#undef REAL_BITS
#undef VECTOR
#undef ANYWHERE
#undef LOOPS
