/* turn_block.h: transposes a block as kernel/turn_cached.h does, or writes it past the caches. TURN_HIGH: the
 * most rows of x that are written past the caches at a time, if these do not make whole cache lines. */
#include "kernel/turn_cached.h"

/* BUFFERED: columns that pass a buffer together. APART: the distance of the buffer's rows, which is no power
 * of two. */
enum { N(BUFFERED) = 2 * N(LINE), N(APART) = 2 * TURN_HIGH + 16 };

/* Past the caches, where tiles do not write whole cache lines. */
static void N(turn_buffered)(T *y, int64_t dy, const T *x, int64_t dx, int64_t high, int64_t wide)
{
    T rows[N(BUFFERED) * N(APART)];
    for (int64_t c = 0; c < wide; c += N(BUFFERED)) {
        const int64_t w = wide - c < N(BUFFERED) ? wide - c : N(BUFFERED);
        N(turn_cached)(rows, N(APART), x + c, dx, high, w);
        for (int64_t i = 0; i < w; i++)
            stream_out(y + (c + i) * dy, rows + i * N(APART), (size_t)high * sizeof(T));
    }
}

static void N(turn_block)(T *y, int64_t dy, const T *x, int64_t dx, int64_t high, int64_t wide, bool past)
{
    enum { LEAST_PAST = 256 };
    const bool lines = TURN_BYTES == 64 && ((uintptr_t)y | (size_t)dy * sizeof(T)) % 64 == 0;
    if (past && lines && high % N(VECTOR) == 0 && wide >= N(PIECE))
        N(turn_tiles)(y, dy, x, dx, high, wide, false, true);
    else if (past && (size_t)high * sizeof(T) >= LEAST_PAST) N(turn_buffered)(y, dy, x, dx, high, wide);
    else N(turn_cached)(y, dy, x, dx, high, wide);
}
