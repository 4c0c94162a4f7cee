/* wgnearest.h: what a test expects, computed in the arithmetic of results, also if the test is run in another
 * (WG_FLOATS). */
#ifndef WG_TESTS_NEAREST_H
#define WG_TESTS_NEAREST_H

#include <fenv.h>
#include <stddef.h>

#include "base/floats.h"

#define WGT_NEAREST(x)                                 \
    __extension__({                                    \
        const wgi_floats mode_ = wgi_floats_enter();   \
        const volatile double expected_ = (double)(x); \
        wgi_floats_leave(mode_);                       \
        expected_;                                     \
    })

/* Before a block that computes what a test expects, also in long double. Nothing may leave the block by
 * break or return. */
#define WGT_NEARESTLY \
    for (fenv_t was_, *in_ = (fegetenv(&was_), fesetenv(FE_DFL_ENV), &was_); in_; fesetenv(in_), in_ = NULL)

#endif
