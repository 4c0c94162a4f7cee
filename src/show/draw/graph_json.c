/* graph_json.c: the nodes of a picture as JSON, with all digits of values and gradients.
 *
 *     {"wengert":1,"root":"L","nodes":[{"name":"a","op":"sigmoid","operands":["z"],"shape":[],"dtype":"f64",
 *      "text":"a = σ(z)","value":0.75,"gradient":-1.33}, ...]}
 *
 * A number that is written in formulas alone is no node. NaN and infinities are the strings "nan", "inf",
 * "-inf". An array of more than 1,000 elements has a summary in its place.
 */
#include <math.h>

#include "draw/page.h"
#include "wengert/op.h"

enum { MOST_ELEMENTS = 1000, NAME_MOST = 10000 };

/* ---- values ---- */

static void put_number(wgi_strbuf *b, double v, wg_dtype t)
{
    if (t == WG_BOOL) wgi_strbuf_put(b, v != 0 ? "true" : "false");
    else if (isnan(v)) wgi_strbuf_put(b, "\"nan\"");
    else if (isinf(v)) wgi_strbuf_put(b, v > 0 ? "\"inf\"" : "\"-inf\"");
    else wgi_strbuf_format(b, "%.*g", t == WG_F64 || !wg_dtype_is_float(t) ? 17 : 9, v);
}

static void put_nested(wgi_strbuf *b, const wg_tensor *t, int axis, int64_t *i)
{
    wgi_json_open(b, axis < t->shape.rank ? "[" : "");
    if (axis == t->shape.rank) {
        if (t->dtype == WG_I64) wgi_strbuf_format(b, "%lld", (long long)((const int64_t *)t->data)[*i]);
        else put_number(b, wg_tensor_item(t, *i), t->dtype);
        ++*i;
        return;
    }
    for (int64_t k = 0; k < t->shape.dim[axis]; k++) put_nested(b, t, axis + 1, i);
    wgi_strbuf_put(b, "]");
}

static void put_summary(wgi_strbuf *b, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape);
    double v[4] = { INFINITY, -INFINITY, 0, 0 };
    static const char *const name[] = { "min", "max", "mean", "norm" };
    for (int64_t i = 0; i < n; i++) {
        const double x = wg_tensor_item(t, i);
        v[0] = x < v[0] || isnan(x) ? x : v[0];
        v[1] = x > v[1] || isnan(x) ? x : v[1];
        v[2] += x, v[3] += x * x;
    }
    v[2] /= (double)n, v[3] = sqrt(v[3]);
    wgi_json_open(b, "{\"value\":null,\"summary\":{");
    for (int i = 0; i < 4; i++) wgi_json_key(b, name[i]), put_number(b, v[i], WG_F64);
    wgi_strbuf_put(b, "}"), wgi_json_key(b, "shape"), wgi_json_shape(b, t->shape), wgi_strbuf_put(b, "}");
}

const char *wgi_json_value(wgi_pool *pool, const wg_tensor *t, size_t most)
{
    wgi_strbuf b = { .pool = pool };
    int64_t i = 0;
    if (wg_shape_size(t->shape) <= MOST_ELEMENTS) put_nested(&b, t, 0, &i);
    if (!b.length || b.length > most) wgi_strbuf_clear(&b), put_summary(&b, t);
    return wgi_strbuf_keep(&b);
}

/* ---- nodes ---- */

static void put_text(const wgi_picture *p, wgi_strbuf *b, const char *text)
{
    wgi_json_text(b, wgi_pool_clean(p->pool, text, NAME_MOST), false);
}

static void put_name(const wgi_picture *p, wgi_strbuf *b, int32_t item)
{
    const wgi_item *y = item >= 0 ? &p->view.item[item] : NULL;
    double x;
    put_text(p, b,
             !y                                    ? ""
             : !y->is_inline                       ? wgi_item_name(&p->view, y, NAME_MOST)
             : wgi_item_number(&p->view, item, &x) ? wgi_pool_format(p->pool, "%.17g", x)
                                                   : y->op->name);
}

/* A member whose value is JSON already; nothing if that is empty. */
static void put_raw(wgi_strbuf *b, const char *key, const char *json)
{
    if (*json) wgi_json_key(b, key), wgi_strbuf_put(b, json);
}

static void put_node(wgi_picture *p, wgi_strbuf *b, int64_t position)
{
    const wgi_item *y = wgi_item_at(p, position);
    const wg_node n = wgi_node_at(p, position);
    const wgi_box *x = &p->box[p->at.box_of[position]];
    wgi_json_open(b, "\n{\"name\":"), put_name(p, b, p->at.item[position]);
    wgi_json_key(b, "op"), put_text(p, b, y->op ? y->op->name : wg_node_op_name(n));
    wgi_json_list(b, "operands");
    for (int k = 0; k < y->operands; k++) put_name(p, b, p->view.arg[y->first + k]);
    wgi_strbuf_put(b, "]"), wgi_json_key(b, "shape"), wgi_json_shape(b, wg_node_shape(n));
    wgi_json_key(b, "dtype"), put_text(p, b, wg_dtype_name(wg_node_dtype(n)));
    wgi_json_key(b, "text"), put_text(p, b, x->title);
    if (x->times > 1) wgi_json_whole_member(b, "times", x->times);
    else if (!x->hidden_value) put_raw(b, "value", x->value_data);
    if (!x->hidden_gradient) put_raw(b, "gradient", x->gradient_data);
    wgi_strbuf_put(b, "}");
}

static wg_status write(wgi_picture *p, wgi_strbuf *out)
{
    wgi_strbuf_put(out, "{\"wengert\":1,\"root\":");
    if (wg_node_ok(p->root)) put_name(p, out, p->view.item_of[p->root.index]);
    else wgi_strbuf_put(out, "null");
    wgi_strbuf_put(out, ",\"nodes\":[");
    for (int64_t i = 0; i < p->at.nodes; i++)
        if (!i || p->at.box_of[i - 1] != p->at.box_of[i]) put_node(p, out, i);
    wgi_strbuf_put(out, "]}\n");
    return WG_OK;
}

const wgi_format wgi_format_json = {
    .name = "json", .write = write, .is_list = true, .is_whole = true, .most_data = SIZE_MAX
};
