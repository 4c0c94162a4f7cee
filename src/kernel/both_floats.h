/* both_floats.h: includes the file LOOPS for float, then for double. There REAL is the type, VECTOR and
 * ANYWHERE are its vectors (vectors.h), and JOIN(name, REAL) is name_float or name_double. Undefines
 * LOOPS. */
#ifndef JOIN
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#endif

#define REAL     float
#define VECTOR   f32s
#define ANYWHERE f32s_anywhere
#include LOOPS
#undef REAL
#undef VECTOR
#undef ANYWHERE

#define REAL     double
#define VECTOR   f64s
#define ANYWHERE f64s_anywhere
#include LOOPS
#undef REAL
#undef VECTOR
#undef ANYWHERE
#undef LOOPS
