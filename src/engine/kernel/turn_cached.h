/* turn_cached.h: transposes a block of elements of type T, of BITS bits each, within the caches. x has `high`
 * rows of `wide` elements, dx elements apart. y has `wide` rows of `high` elements, dy elements apart. */

/* Elements of 16 bytes, of a vector, and of a cache line. */
enum { N(PIECE) = 16 / sizeof(T), N(VECTOR) = TURN_BYTES / sizeof(T), N(LINE) = 64 / sizeof(T) };

ALWAYS_INLINE void N(turn_each)(T *y, int64_t dy, const T *x, int64_t dx, int64_t high, int64_t wide)
{
    if (wide < high)
        for (int64_t c = 0; c < wide; c++)
            for (int64_t r = 0; r < high; r++) y[c * dy + r] = x[r * dx + c];
    else
        for (int64_t r = 0; r < high; r++)
            for (int64_t c = 0; c < wide; c++) y[c * dy + r] = x[r * dx + c];
}

/* VECTOR rows of PIECE columns, or as small: PIECE rows. */
ALWAYS_INLINE void N(turn_tile)(T *y, int64_t dy, const T *x, int64_t dx, bool small)
{
#ifdef TURN_STORE
    if (small) TURN_TILE(__m128i, turn_piece, TURN_UNPACK_PIECE, _mm_storeu_si128);
    else TURN_TILE(turn_vector, turn_pieces, TURN_UNPACK, TURN_STORE);
#else
    N(turn_each)(y, dy, x, dx, N(PIECE), N(PIECE));
#endif
}

/* Tiles at the ends overlap those before them. The columns of a cache line of x are read together. */
ALWAYS_INLINE void N(turn_tiles)(T *y, int64_t dy, const T *x, int64_t dx, int64_t high, int64_t wide,
                                 bool small)
{
    const int64_t rows = small ? N(PIECE) : N(VECTOR), last_row = high - rows, last_column = wide - N(PIECE);
    for (int64_t line = 0; line < wide; line += N(LINE))
        for (int64_t r = 0; r < high; r += rows)
            for (int64_t c = line; c < wide && c < line + N(LINE); c += N(PIECE)) {
                const int64_t i = r < last_row ? r : last_row, j = c < last_column ? c : last_column;
                N(turn_tile)(y + j * dy + i, dy, x + i * dx + j, dx, small);
            }
}

static void N(turn_cached)(T *y, int64_t dy, const T *x, int64_t dx, int64_t high, int64_t wide)
{
    if (high < N(PIECE) || wide < N(PIECE)) N(turn_each)(y, dy, x, dx, high, wide);
    else if (high < N(VECTOR)) N(turn_tiles)(y, dy, x, dx, high, wide, true);
    else N(turn_tiles)(y, dy, x, dx, high, wide, false);
}
