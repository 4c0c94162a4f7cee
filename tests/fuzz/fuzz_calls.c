/* fuzz_calls.c: sequences of calls of the API. The bytes choose calls; several contexts, each with another
 * way of running, make the same calls. After each call all have the same status, and what is read has the
 * same bits. */
#include "fuzz.h"

#include <string.h>

#include "random_graph.h"
#include "wengert/op.h"

enum { POOL = 16, OPERANDS = 4, STEPS = 48, ELEMENTS = 4096, PARAMETERS = 4 };

enum { WAYS = 4 };
static wg_start_opts way(size_t i)
{
    const wg_start_opts all[WAYS] = { WG_OPTS(wg_start_opts, .interpret = 1, .threads = 1),
                                      WG_OPTS(wg_start_opts, .interpret = -1, .threads = 1),
                                      WG_OPTS(wg_start_opts, .threads = 2),
                                      WG_OPTS(wg_start_opts, .interpret = -1, .threads = 1,
                                              .without = WG_WITHOUT_REBUILD | WG_WITHOUT_TILES) };
    return all[i];
}

typedef struct player { /* one way */
    fuzz_memory m;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    wg_node pool[POOL]; /* the last nodes; wg_none: there is none */
    int64_t mark;
    wg_status status; /* of the last call */
    char message[512];
} player;

typedef struct game {
    const uint8_t *at;
    size_t left;
    wg_dtype dtype;
    player player[WAYS];
    int made; /* nodes that went into the pools */
} game;

/* What a call is given: the same in each way. */
typedef struct choice {
    uint8_t what;
    uint8_t byte[4];
    const wg_op *op;
    int operands, x[OPERANDS]; /* places in the pool; -1: the number */
    double number;
    wg_shape shape;
    _Alignas(16) char attr[CALL_ATTR];
} choice;

static uint8_t next(game *k)
{
    if (!k->left) return 0;
    k->left--;
    return *k->at++;
}

/* ---- choosing ---- */

static double some_number(uint8_t byte)
{
    static const double numbers[] = { 0, 1, -1, 0.5, 2, -0.25, 3, 1e-3, 100, -7.5, 1e30, 1e-30 };
    return numbers[byte % (sizeof numbers / sizeof *numbers)];
}

static wg_shape some_shape(game *k)
{
    wg_shape s = { .rank = next(k) % 5 };
    for (int i = 0; i < s.rank; i++) s.dim[i] = next(k) % 6;
    return s;
}

static wg_axes some_axes(game *k)
{
    wg_axes a = { .count = next(k) % 4 };
    for (int i = 0; i < a.count; i++) a.axis[i] = next(k) % 9 - 4;
    return a;
}

static void choose_attribute(game *k, choice *w, const wg_attr_row *a)
{
    void *to = w->attr + a->offset;
    if (next(k) % 2) return; /* the default */
    const int64_t size = next(k) % 8 - 1;
    const double number = some_number(next(k));
    switch (a->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: *(int *)to = next(k) % 9 - 4; break;
    case WG_ATTR_SIZE: memcpy(to, &size, sizeof size); break;
    case WG_ATTR_DOUBLE: memcpy(to, &number, sizeof number); break;
    case WG_ATTR_BOOL: *(bool *)to = next(k) % 2; break;
    case WG_ATTR_AXES: *(wg_axes *)to = some_axes(k); break;
    case WG_ATTR_SHAPE: *(wg_shape *)to = some_shape(k); break;
    case WG_ATTR_DTYPE: *(wg_dtype *)to = (wg_dtype)(next(k) % WG_DTYPE_COUNT); break;
    case WG_ATTR_CHOICE: *(int *)to = next(k) % 4; break;
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break;
    }
}

static choice choose(game *k)
{
    choice w = { .what = next(k) };
    for (int i = 0; i < 4; i++) w.byte[i] = next(k);
    w.op = wg_op_at((w.byte[0] | w.byte[1] << 8) % wg_op_count());
    w.operands =
        w.op->operands >= 0 && w.op->operands <= OPERANDS ? w.op->operands : 1 + w.byte[2] % OPERANDS;
    for (int i = 0; i < w.operands; i++) w.x[i] = next(k) % (POOL + 1) - 1;
    w.number = some_number(w.byte[3]);
    if (w.what % 16 < 3) w.shape = some_shape(k);
    if (w.what % 16 >= 3 && w.what % 16 < 10) wg_attr_begin(w.op, w.attr);
    if (w.what % 16 >= 3 && w.what % 16 < 10)
        for (const wg_attr_row *a = w.op->attrs; a && a->name; a++) choose_attribute(k, &w, a);
    return w;
}

/* ---- playing ---- */

static void put(player *y, int made, wg_node n) { y->pool[made % POOL] = wg_failed(y->c) ? wg_none : n; }

static void leaf(const game *k, player *y, const choice *w)
{
    double v[ELEMENTS];
    for (int64_t i = 0; i < wg_shape_size(w->shape); i++)
        v[i] = 0.125 * (double)((i * 7 + w->byte[0]) % 31 - 15);
    put(y, k->made, wg_cast(wg_input(y->g, "x", wg_view_f64(v, w->shape)), k->dtype));
}

static void parameter(const game *k, player *y, const choice *w)
{
    static const char *const names[PARAMETERS] = { "a", "b", "c", "d" };
    put(y, k->made, wg_param(y->g, y->p, names[w->byte[0] % PARAMETERS], w->shape, wg_normal(0, 1)));
}

static void call(const game *k, player *y, const choice *w)
{
    wg_node x[OPERANDS];
    if (random_calls_reason(w->op)) return;
    for (int i = 0; i < w->operands; i++) x[i] = w->x[i] < 0 ? wg_number(w->number) : y->pool[w->x[i]];
    const wg_node n = wg_apply(WG_HERE, w->op, x, w->operands, w->op->attr_size ? w->attr : NULL);
    if (!wg_failed(y->c) && wg_shape_size(wg_node_shape(n)) > ELEMENTS) return;
    put(y, k->made, n);
}

static wg_node scalar_of(wg_node x) { return wg_sum(wg_mul(x, wg_add(x, 0.5))); }

static void begin_again(player *y, uint8_t byte)
{
    wg_begin(y->g, byte % 4 ? WG_TRAIN : WG_EVAL);
    for (int i = 0; i < POOL; i++) y->pool[i] = wg_none;
    y->mark = 0;
}

static void rewind_to_mark(player *y)
{
    if (!y->mark) y->mark = wgx_graph_mark(y->g);
    else {
        wgx_graph_rewind(y->g, y->mark);
        for (int i = 0; i < POOL; i++)
            if (y->pool[i].index >= y->mark) y->pool[i] = wg_none;
        y->mark = 0;
    }
}

static void step(player *y)
{
    if (!y->o) y->o = wg_sgd(y->p, .lr = 0.01);
    if (y->o) wg_optim_step(y->o);
}

/* The first node that was chosen. */
static wg_node chosen(const player *y, const choice *w) { return y->pool[w->byte[0] % POOL]; }

static void play(const game *k, player *y, const choice *w)
{
    const wg_node x = chosen(y, w);
    switch (w->what % 16) {
    case 0: w->byte[0] % 8 ? leaf(k, y, w) : begin_again(y, w->byte[1]); break;
    case 1: leaf(k, y, w); break;
    case 2: parameter(k, y, w); break;
    case 10: break; /* what all are compared by */
    case 11: put(y, k->made, wg_grad(scalar_of(x), y->pool[w->byte[1] % POOL])); break;
    case 12: wg_backward(scalar_of(x), y->p); break;
    case 13: step(y); break;
    case 14: rewind_to_mark(y); break;
    case 15:
        if (w->byte[1] % 2) wg_keep(x);
        else wg_input_set(x, wg_view_f64(&w->number, WG_SHAPE(1)));
        break;
    default: call(k, y, w); break;
    }
}

/* ---- comparing ---- */

static void compare_tensors(const wg_tensor *a, const wg_tensor *b, const char *what, int way)
{
    if (!a->data != !b->data || (a->data && !wgt_same_numbers(a, b)))
        fuzz_stop("%s differs between way 0 and way %d", what, way);
}

/* Notes how a call ended and forgets its error, before the next way makes the call: an error without a
 * context is the thread's, which keeps none while one of its contexts has an error. */
static void settle(player *y)
{
    y->status = wg_failed(y->c);
    snprintf(y->message, sizeof y->message, "%s", y->status ? wg_message(y->c) : "fine");
    wg_recover(y->c);
}

/* Of a failed call all have the same status. */
static void compare_status(const game *k, const choice *w)
{
    const player *y = k->player;
    for (int i = 1; i < WAYS; i++)
        if (y[i].status != y->status)
            fuzz_stop("call %d: way 0: %s; way %d: %s", w->what % 16, y->message, i, y[i].message);
}

static void compare_value(game *k, const choice *w)
{
    wg_tensor t[WAYS];
    for (int i = 0; i < WAYS; i++) t[i] = wg_value(chosen(&k->player[i], w)), settle(&k->player[i]);
    for (int i = 1; i < WAYS; i++) compare_tensors(&t[0], &t[i], "a value", i);
    compare_status(k, w);
}

static void compare_params(const game *k)
{
    for (int i = 1; i < WAYS; i++)
        for (int j = 0; j < wg_params_count(k->player[0].p); j++) {
            const wg_tensor a = wg_params_tensor(k->player[0].p, j), b = wg_params_tensor(k->player[i].p, j);
            const wg_tensor u = wg_params_grad(k->player[0].p, j), v = wg_params_grad(k->player[i].p, j);
            compare_tensors(&a, &b, "a parameter", i);
            compare_tensors(&u, &v, "a gradient", i);
        }
}

static void open_ways(game *k)
{
    for (int i = 0; i < WAYS; i++) {
        player *y = &k->player[i];
        wg_start_opts o = way(i);
        y->m.limit = INT64_C(1) << 30;
        o.dtype = k->dtype, o.seed = 1;
        y->c = fuzz_start(&y->m, o);
        y->g = wg_graph_new(y->c), y->p = wg_params_new(y->c);
    }
}

void fuzz_calls(const uint8_t *input, size_t size)
{
    static game k;
    k = (game){ .at = input, .left = size };
    k.dtype = next(&k) % 2 ? WG_F64 : WG_F32;
    open_ways(&k);
    for (int i = 0; i < STEPS && k.left; i++) {
        const choice w = choose(&k);
        for (int j = 0; j < WAYS; j++) play(&k, &k.player[j], &w), settle(&k.player[j]);
        k.made++;
        compare_status(&k, &w);
        if (w.what % 16 == 10) compare_value(&k, &w);
        if (w.what % 16 == 12 || w.what % 16 == 13) compare_params(&k);
    }
    for (int i = 0; i < WAYS; i++) fuzz_finish(k.player[i].c, &k.player[i].m);
}
