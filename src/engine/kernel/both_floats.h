/* both_floats.h: includes the file FLOATS_FILE twice, once with T = float and once with T = double, of BITS
 * bits. In it N(name) is the name of T's function: name_f32 or name_f64. */
#define T    float
#define BITS 32
#define N(n) n##_f32
#include FLOATS_FILE
#undef T
#undef BITS
#undef N
#define T    double
#define BITS 64
#define N(n) n##_f64
#include FLOATS_FILE
#undef T
#undef BITS
#undef N
#undef FLOATS_FILE
