/* wgnearest.h: what a test expects, computed in the arithmetic of results, also if the test is run in another
 * (WG_FLOATS). */
#ifndef WG_TESTS_NEAREST_H
#define WG_TESTS_NEAREST_H

#include "base/floats.h"

#define WGT_NEAREST(x)                                 \
    __extension__({                                    \
        const wgi_floats mode_ = wgi_floats_enter();   \
        const volatile double expected_ = (double)(x); \
        wgi_floats_leave(mode_);                       \
        expected_;                                     \
    })

#endif
