/* fit_line.c: what a training prints of an epoch, and how its numbers are written. */
#include <math.h>
#include <stdarg.h>

#include "wengert/fit.h"
#include "wengert/op.h"
#include "wgx/fit.h"
#include "wgx/graph.h"
#include "wgx/op.h"

/* ---- shares ---- */

/* Whether the node is this number. */
static bool is_number(wg_node n, double v)
{
    wg_tensor t;
    return !wg_is_none(n) && wg_shape_size(wg_node_shape(n)) == 1 && wg_node_leaf(n) != WG_LEAF_NONE &&
           !*wg_node_name(n) && wgx_peek(n, &t) && wg_tensor_item(&t, 0) == v;
}

static wg_node uncast(wg_node n)
{
    while (wgx_op_is(wg_node_op(n), "cast")) n = wg_node_operand(n, 0);
    return n;
}

/* Whether each element is 1 where a comparison holds, else 0. */
static bool is_comparison(wg_node given, int depth)
{
    const wg_node n = uncast(given);
    const wg_op *op = wg_node_op(n);
    if (wg_node_dtype(n) == WG_BOOL) return true;
    if (!depth) return false;
    if (wgx_op_is(op, "where"))
        return is_number(wg_node_operand(n, 1), 1) && is_number(wg_node_operand(n, 2), 0);
    if (wgx_op_is(op, "max") || wgx_op_is(op, "min") || wgx_op_is(op, "prod"))
        return is_comparison(wg_node_operand(n, 0), depth - 1);
    bool all = wgx_op_is(op, "mul");
    for (int i = 0; all && i < 2; i++) {
        const wg_node x = wg_node_operand(n, i);
        all = is_number(x, 1) || is_comparison(x, depth - 1);
    }
    return all;
}

/* Whether the value is a sum of comparisons divided by how many there are. The sum of one is that one. */
static bool is_share(wg_node given, int depth)
{
    const wg_node n = uncast(given);
    if (!depth || !wgx_op_is(wg_node_op(n), "div")) return false;
    const wg_node sum = uncast(wg_node_operand(n, 0)),
                  x = wgx_op_is(wg_node_op(sum), "sum") ? wg_node_operand(sum, 0) : sum;
    const double each = (double)wg_shape_size(wg_node_shape(x)) / (double)wg_shape_size(wg_node_shape(sum));
    return is_number(wg_node_operand(n, 1), each) && (is_comparison(x, 4) || is_share(x, depth - 1));
}

bool wgx_fit_is_share(wg_node n) { return wg_node_ok(n) && is_share(n, 4); }

/* ---- numbers ---- */

void wgx_fit_number_text(double v, bool share, char *buf, size_t size)
{
    if (!buf || !size) return;
    if (share && isfinite(v)) snprintf(buf, size, "%.1f %%", 100 * v);
    else snprintf(buf, size, fabs(v) >= 1e-4 && fabs(v) < 9999.5 ? "%#.4g" : "%.4g", v);
}

/* The rest of a buffer. */
typedef struct rest {
    char *at;
    size_t size;
} rest;

static void WG_PRINTF(2, 3) put(rest *r, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(r->at, r->size, format, list);
    va_end(list);
    const size_t k = n < 0 || !r->size ? 0 : (size_t)n < r->size ? (size_t)n : r->size - 1;
    r->at += k, r->size -= k;
}

static void put_number(rest *r, double v, bool share)
{
    char text[40];
    wgx_fit_number_text(v, share, text, sizeof text);
    put(r, " %s", text);
}

/* 48,000 */
static void put_whole(rest *r, double v)
{
    char digits[330];
    const int n = snprintf(digits, sizeof digits, "%.0f", v);
    for (int i = 0; i < n; i++) put(r, "%s%c", i && (n - i) % 3 == 0 ? "," : "", digits[i]);
}

/* 0:02, or 1:05:09 */
static void put_time(rest *r, double seconds)
{
    const long s = seconds < 1e8 ? (long)ceil(seconds) : 100000000;
    if (s >= 3600) put(r, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else put(r, "%ld:%02ld", s / 60, s % 60);
}

/* A rate of two digits: 48,000. */
static double rounded(double v)
{
    const double unit = v >= 1 ? pow(10, floor(log10(v)) - 1) : 1;
    return round(v / unit) * unit;
}

/* ---- lines ---- */

void wgx_fit_line_text(const wgx_fit_line *l, char *buf, size_t size)
{
    rest r = { buf, size };
    if (!l || !buf || !size) return;
    const int width = snprintf(NULL, 0, "%lld", (long long)l->epochs);
    put(&r, "%s %*lld/%lld", l->word ? l->word : "epoch", width, (long long)l->epoch, (long long)l->epochs);
    for (int i = 0; i < l->measures && i < WG_FIT_MEASURES; i++) {
        put(&r, "  %s", l->name[i] ? l->name[i] : "loss");
        put_number(&r, l->value[i], l->is_share[i]);
    }
    if (l->has_dev) put(&r, "  dev"), put_number(&r, l->dev, l->is_share[l->measures > 1]);
    if (l->has_gradient) put(&r, "  gradient %.2g", l->gradient);
    if (!(l->rows > 0 && l->seconds > 0)) return;
    const double speed = l->rows / l->seconds;
    put(&r, "  ");
    put_whole(&r, rounded(speed));
    put(&r, "/s");
    if (!(l->left > 0)) return;
    put(&r, "  ");
    put_time(&r, l->left / speed);
    put(&r, " left");
}

bool wgx_fit_line_is_due(int64_t epoch, int64_t epochs, bool few)
{
    const int64_t each = few ? epochs / 10 + (epochs % 10 != 0) : 1 + epochs / 200;
    return epoch == 1 || epoch == epochs || (each && epoch % each == 0);
}
