/* both_floats.h: includes the file FLOATS_FILE twice, once with T = float and once with T = double. In it
 * N(name) is the name of T's function: name_f32 or name_f64. */
#define T    float
#define N(n) n##_f32
#include FLOATS_FILE
#undef T
#undef N
#define T    double
#define N(n) n##_f64
#include FLOATS_FILE
#undef T
#undef N
#undef FLOATS_FILE
