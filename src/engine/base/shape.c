/* shape.c: dtypes, shapes, broadcasting, conversion. */
#include "base/base.h"
#include "base/floats.h"

#include "base/stored.h"

static const struct {
    const char *name;
    size_t size;
} dtypes[WG_DTYPE_COUNT] = { { "default", 0 }, { "f32", 4 }, { "f64", 8 }, { "i32", 4 }, { "i64", 8 },
                             { "bool", 1 },    { "u8", 1 },  { "f16", 2 }, { "bf16", 2 } };

size_t wg_dtype_size(wg_dtype t) { return (unsigned)t < WG_DTYPE_COUNT ? dtypes[t].size : 0; }
const char *wg_dtype_name(wg_dtype t) { return (unsigned)t < WG_DTYPE_COUNT ? dtypes[t].name : "?"; }

/* The product leaves out axes of size 0. Else an empty tensor could have other sizes whose product
 * overflows. */
int64_t wg_shape_size(wg_shape s)
{
    if (s.rank < 0 || s.rank > WG_MAX_RANK) return -1;
    int64_t n = 1;
    bool empty = false;
    for (int i = 0; i < s.rank; i++) {
        if (s.dim[i] < 0 || __builtin_mul_overflow(n, s.dim[i] + !s.dim[i], &n)) return -1;
        empty |= s.dim[i] == 0;
    }
    return empty ? 0 : n < INT64_C(1) << 60 ? n : -1;
}

bool wgi_shape_fits(const wg_shape *s) { return wg_shape_size(*s) >= 0; }

bool wg_shape_equal(wg_shape a, wg_shape b) { return wgi_same_shape(&a, &b); }

char *wg_shape_text(wg_shape s, char *buf, size_t size)
{
    size_t n = 0;
    if (!buf || !size) return buf;
    n += (size_t)snprintf(buf, size, "[");
    for (int i = 0; i < WGI_MIN(s.rank, WG_MAX_RANK) && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%lld", i ? "," : "", (long long)s.dim[i]);
    if (n < size) snprintf(buf + n, size - n, "]");
    return buf;
}

/* ---- broadcasting ---- */

bool wgi_broadcast(const wg_shape *a, const wg_shape *b, wg_shape *y)
{
    wg_shape r = { 0 };
    r.rank = WGI_MAX(a->rank, b->rank);
    for (int i = 1; i <= r.rank; i++) {
        int64_t p = i <= a->rank ? a->dim[a->rank - i] : 1, q = i <= b->rank ? b->dim[b->rank - i] : 1;
        if (p != q && p != 1 && q != 1) return false;
        r.dim[r.rank - i] = p == 1 ? q : p;
    }
    *y = r;
    return true;
}

void wgi_strides(const wg_shape *x, const wg_shape *y, int64_t stride[WG_MAX_RANK])
{
    int64_t step = 1;
    for (int i = 1; i <= y->rank; i++) {
        int64_t d = i <= x->rank ? x->dim[x->rank - i] : 1;
        stride[y->rank - i] = d == 1 ? 0 : step;
        step *= d;
    }
}

/* ---- conversion ---- */

/* A float as an integer: rounded towards zero, cut to [low, high], 0 for NaN. */
static int64_t saturate(double v, int64_t low, int64_t high)
{
    if (v != v) return 0;
    if (v <= (double)low) return low;
    if (v >= (double)high) return high;
    return (int64_t)v;
}

static int64_t clamp(int64_t v, int64_t low, int64_t high) { return v < low ? low : v > high ? high : v; }

#define TO(dtype, Y, value)                                       \
    case dtype:                                                   \
        for (int64_t i = 0; i < n; i++) ((Y *)y)[i] = (Y)(value); \
        break
#define FROM(X, limit)                                                       \
    switch (to) {                                                            \
        TO(WG_F32, float, ((const X *)x)[i]);                                \
        TO(WG_F64, double, ((const X *)x)[i]);                               \
        TO(WG_BOOL, bool, ((const X *)x)[i] != 0);                           \
        TO(WG_I32, int32_t, limit(((const X *)x)[i], INT32_MIN, INT32_MAX)); \
        TO(WG_I64, int64_t, limit(((const X *)x)[i], INT64_MIN, INT64_MAX)); \
    default: break;                                                          \
    }

/* The same where a dtype is stored only. */
static void convert_stored(wg_dtype to, void *y, wg_dtype from, const void *x, int64_t n)
{
    float room[256];
    enum { BLOCK = sizeof room / sizeof *room };
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t m = WGI_MIN(n - i, BLOCK);
        void *at = (char *)y + (size_t)i * wg_dtype_size(to);
        const void *own = (const char *)x + (size_t)i * wg_dtype_size(from);
        if (to == from) memcpy(at, own, (size_t)m * wg_dtype_size(to));
        else if (wg_dtype_is_stored(to)) wgi_narrow(to, wgi_as_floats(from, own, room, m), at, m);
        else wgi_convert(to, at, WG_F32, wgi_as_floats(from, own, room, m), m);
    }
}

static void convert(wg_dtype to, void *y, wg_dtype from, const void *x, int64_t n)
{
    if (wg_dtype_is_stored(to) || wg_dtype_is_stored(from)) {
        convert_stored(to, y, from, x, n);
        return;
    }
    switch (from) {
    case WG_F32: FROM(float, saturate); break;
    case WG_F64: FROM(double, saturate); break;
    case WG_I32: FROM(int32_t, clamp); break;
    case WG_I64: FROM(int64_t, clamp); break;
    case WG_BOOL: FROM(bool, clamp); break;
    default: break;
    }
}

void wgi_convert(wg_dtype to, void *y, wg_dtype from, const void *x, int64_t n)
{
    const wgi_floats was = wgi_floats_enter();
    convert(to, y, from, x, n);
    wgi_floats_leave(was);
}

double wg_tensor_item(const wg_tensor *t, int64_t i)
{
    double v = NAN;
    if (t && t->data && i >= 0 && i < wg_shape_size(t->shape))
        wgi_convert(WG_F64, &v, t->dtype, (const char *)t->data + (size_t)i * wg_dtype_size(t->dtype), 1);
    return v;
}
