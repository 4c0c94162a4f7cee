/* inputs.c: the nodes of a program without operands: inputs (set from outside or drawn at random), sizes,
 * constants. A drawn value depends on the seed and the name alone, so an edit elsewhere does not
 * change it. */
#include "lang/lang.h"
#include "wgx/lang.h"

#include <math.h>
#include <string.h>

/* ---- draws ---- */

static double uniform(uint64_t seed, uint64_t stream, uint64_t i)
{
    uint64_t high = wg_random_bits(seed, stream, 0, 2 * i), low = wg_random_bits(seed, stream, 0, 2 * i + 1);
    return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

static double normal(uint64_t seed, uint64_t stream, uint64_t i)
{
    return wg_box_muller(1 - uniform(seed, stream, 2 * i), uniform(seed, stream, 2 * i + 1));
}

double *wgi_draw_values(wg_program *q, wgi_drawing kind, int64_t classes, uint64_t seed, uint64_t stream,
                        size_t n)
{
    double *to = wg_alloc(q->c, n + 1, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        to[i] = kind == DRAW_NORMAL  ? normal(seed, stream, i)
                : kind == DRAW_CLASS ? floor(uniform(seed, stream, i) * (double)classes)
                                     : uniform(seed, stream, i);
    return to;
}

/* ---- leaves ---- */

/* An input node of this dtype with these values; they are copied. */
static wg_node leaf(wg_program *q, wg_site here, const char *name, wg_dtype t, wg_tensor v)
{
    if (v.dtype == t) return wg_input_at(here, q->now.g, name, v);
    const int64_t n = wg_shape_size(v.shape);
    void *data = wg_alloc(q->c, (size_t)n + 1, wg_dtype_size(t));
    if (!data) return wg_none;
    for (int64_t i = 0; i < n; i++) {
        const double item = wg_tensor_item(&v, i);
        switch (t) {
        case WG_F64: ((double *)data)[i] = item; break;
        case WG_F32: ((float *)data)[i] = (float)item; break;
        case WG_I32: ((int32_t *)data)[i] = (int32_t)item; break;
        default: ((int64_t *)data)[i] = (int64_t)item; break;
        }
    }
    wg_node x = wg_input_at(here, q->now.g, name, wg_view(t, data, v.shape));
    wg_free(q->c, data);
    return x;
}

wg_node wgi_new_leaf(wg_program *q, wg_site here, const char *name, double *values, wg_shape s)
{
    wg_node x = values ? leaf(q, here, name, wg_context_dtype(q->c), wg_view_f64(values, s)) : wg_none;
    wg_free(q->c, values);
    return x;
}

/* Checks that the values set for an input with classes=N are class numbers: whole, from 0 to N - 1. */
static bool classes_fit(wg_program *q, const wgi_binding *b, int64_t classes)
{
    const int64_t n = wg_shape_size(b->set.shape);
    for (int64_t i = 0; i < n; i++) {
        const double v = wg_tensor_item(&b->set, i);
        if (!(v >= 0 && v < (double)classes && v == floor(v)))
            return wgi_fail_word(q, b->start, WG_ERROR_VALUE,
                                 "'%s' has %g at index %lld: class numbers are 0 to %lld", b->name, v,
                                 (long long)i, (long long)classes - 1);
    }
    return true;
}

/* An input of a known shape, with the value that was set or a drawn one. classes 0: floats. */
static wg_node input(wg_program *q, wgi_binding *b, wg_shape s, int64_t classes)
{
    wg_node x = wg_none;
    wg_dtype t = classes ? WG_I32 : wg_context_dtype(q->c);
    size_t n = (size_t)wg_shape_size(s);
    wg_site here = wgi_site_text(q, b->name, b->start);
    if (b->set.data)
        return !classes || classes_fit(q, b, classes) ? leaf(q, here, b->name, t, b->set) : wg_none;
    double *values =
        wgi_draw_values(q, classes || b->target ? DRAW_CLASS : DRAW_NORMAL, classes ? classes : 2,
                        wg_context_seed(q->c), wg_random_stream(b->name), n);
    if (values) x = leaf(q, here, b->name, t, wg_view_f64(values, s));
    wg_free(q->c, values);
    b->drawn = true;
    return x;
}

wg_node wgi_free_input(wg_program *q, wgi_binding *b)
{
    return input(q, b, b->set.data ? b->set.shape : WG_SCALAR, 0);
}

wg_node wgi_constant_leaf(wg_program *q, wgi_binding *b)
{
    wg_site here = wgi_site_text(q, b->name, b->start);
    wg_shape s;
    if (b->set.data) return leaf(q, here, b->name, wg_context_dtype(q->c), b->set);
    double *values = wgi_list(q, b->value, &s);
    return wgi_new_leaf(q, here, wgi_node_path(q, b->name), values, s);
}

/* ---- sizes ---- */

wg_node wgi_symbol_node(wg_program *q, wgi_binding *b)
{
    wg_site here = wgi_site_text(q, b->name, b->start);
    return wg_name_at(here, wg_scalar_at(here, q->now.g, (double)b->size), b->name);
}

bool wgi_shape_of(wg_program *q, const wgi_ast *call, wg_shape *s)
{
    size_t count;
    *s = WG_SCALAR;
    for (const wgi_ast *x = call->first; x && x->kind != AST_KEYWORD; x = x->next) {
        if (s->rank == WG_MAX_RANK) return wgi_fail_at(q, x, WG_ERROR_SHAPE, "at most %d axes", WG_MAX_RANK);
        if (!wgi_integer(q, x, "a size", 0, WGI_LANG_TENSOR, &s->dim[s->rank++])) return false;
    }
    return wgi_count_of(q, call, *s, &count);
}

/* The declared shape as the text has it: "[m,64]". */
static const char *declared(const wg_program *q, const wgi_ast *call, char *to, size_t room)
{
    size_t n = 0;
    to[n++] = '[';
    for (const wgi_ast *x = call->first; x && x->kind != AST_KEYWORD && n + 40 < room; x = x->next) {
        wgi_quote(q, x->start, x->end, to + n, 32);
        n += strlen(to + n);
        if (x->next && x->next->kind != AST_KEYWORD) to[n++] = ',';
    }
    snprintf(to + n, room - n, "]");
    return to;
}

bool wgi_misfit(wg_program *q, const wgi_binding *b)
{
    char said[200], given[120];
    return wgi_fail_word(q, b->start, WG_ERROR_SHAPE, "'%s' is declared %s, the value given is %s", b->name,
                         declared(q, b->value, said, sizeof said),
                         wg_shape_text(b->set.shape, given, sizeof given));
}

/* Reads the sizes of symbols off the value that was set for input b. */
static bool symbols_from(wg_program *q, const wgi_binding *b)
{
    int k = 0;
    for (const wgi_ast *x = b->value->first; x && x->kind != AST_KEYWORD; x = x->next, k++) {
        wgi_binding *symbol = x->kind == AST_NAME ? x->u.binding : NULL;
        if (k >= b->set.shape.rank) return wgi_misfit(q, b);
        if (!symbol || symbol->meaning != WG_NAME_SYMBOL) continue;
        int64_t size = b->set.shape.dim[k];
        if (symbol->size >= 0 && symbol->size != size)
            return wgi_fail_at(q, x, WG_ERROR_SHAPE, "'%s' is %lld by the value of '%s', and %lld elsewhere",
                               symbol->name, (long long)size, b->name, (long long)symbol->size);
        symbol->size = size;
    }
    return k == b->set.shape.rank || wgi_misfit(q, b);
}

static bool symbol_was_set(wg_program *q, wgi_binding *b)
{
    b->size = -1;
    if (!b->set.data) return true;
    const double v = b->set.shape.rank ? NAN : wg_tensor_item(&b->set, 0);
    if (!(v >= 0 && v <= WGI_LANG_TENSOR && v == floor(v)))
        return wgi_fail_word(q, b->start, WG_ERROR_VALUE, "'%s' is a size: a whole number", b->name);
    b->size = (int64_t)v;
    return true;
}

bool wgi_symbols_set(wg_program *q)
{
    EACH_BINDING(q, b)
        if (b->meaning == WG_NAME_SYMBOL && !symbol_was_set(q, b)) return false;
    return true;
}

void wgi_symbols_rest(wg_program *q)
{
    EACH_BINDING(q, b)
        if (b->meaning == WG_NAME_SYMBOL) {
            b->given = b->size >= 0;
            b->size = b->given ? b->size : WGI_LANG_SIZE;
        }
}

bool wgi_symbols(wg_program *q)
{
    if (!wgi_symbols_set(q)) return false;
    EACH_BINDING(q, b)
        if (b->meaning == WG_NAME_INPUT && b->set.data && b->value && !symbols_from(q, b)) return false;
    wgi_symbols_rest(q);
    return true;
}

BUILTIN(wgi_eval_input)
{
    wg_shape s;
    int64_t classes = 0;
    const wgi_ast *option = wgi_keyword(call, "classes");
    if (!wgi_is_named(call, owner))
        return wgi_syntax_word(q, call->mark, "an input needs a name: x = input(m, 64)"), WGI_NOTHING;
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "classes") || !wgi_shape_of(q, call, &s) ||
        (option && !wgi_integer(q, option, "classes", 1, INT32_MAX, &classes)) ||
        (owner->set.data && !wg_shape_equal(s, owner->set.shape) && !wgi_misfit(q, owner)))
        return WGI_NOTHING;
    return wgi_node_val(input(q, owner, s, classes));
}
