/* strips.h: the kernels of sin, cos and tan. */
#ifndef STRIPS_H
#define STRIPS_H

#include "kernel/vmath.h"
#include "ops.h"

typedef int32_t strip_word_f32;
typedef int64_t strip_word_f64;
#define FLOATS_FILE "ops/far_strip.h"
#include "kernel/both_floats.h"

/* y = near(x), and any(x) where |x| is larger than `near` allows */
#define MAP_BY_STRIPS(k, near_f32, most, near_f64, any)              \
    ((k)->xt[0].dtype == WG_F32 ? strips_f32(k, near_f32, any, most) \
                                : strips_f64(k, near_f64, any, VM_CIRCLE_NEAR))

#endif
