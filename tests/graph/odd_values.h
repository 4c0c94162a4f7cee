/* odd_values.h: for each type of an argument of the public API a good value and odd ones: negative counts,
 * ranks beyond 8, INT64_MIN, NULL, NaN, numbers that no enum has, nodes that are none. */
#ifndef ODD_VALUES_H
#define ODD_VALUES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"
#include "wengert/op.h"

enum { FORMS = 5, NODES = 20, MADE = 12, OLD = 3, MOST_SLOTS = 64 };

typedef enum object_kind {
    OBJECT_wg_graph,
    OBJECT_wg_params,
    OBJECT_wg_optim,
    OBJECT_wg_data,
    OBJECT_wg_program,
    OBJECT_wg_figure,
    OBJECT_wg_panel,
    OBJECT_wg_series,
    OBJECT_wg_check,
    OBJECT_wg_plan,
    OBJECT_wg_average,
    OBJECT_wg_nn_cache,
    OBJECT_wg_snapshot,
    OBJECTS
} object_kind;

/* What the arguments are taken from. Objects are made when they are asked for. */
typedef struct world {
    wg_context *c;
    wg_graph *g, *other, *gone; /* gone was freed */
    wg_params *p;
    wg_node good[FORMS], odd[NODES];
    int form;                   /* which node is the good one; from FORMS on: which of made[] */
    wg_node rest;               /* if it is one, the good one of all operands but the first */
    wg_site site;               /* the good one; NULL: some */
    wg_node made[MADE];         /* by earlier calls: the last ones */
    void *object[OBJECTS][OLD]; /* the same; NULL: none */
    int nodes, objects;         /* how many were made */
} world;

/* The number of each slot's value; -1: the good one; BY_NUMBER: the number. */
enum { BY_NUMBER = INT8_MAX, FIRST_OPERAND = 2 };
typedef struct choice {
    int8_t value[MOST_SLOTS];
    double number[MOST_SLOTS];
} choice;

static inline int odd_at(const choice *t, int slot) { return t->value[slot]; }

static inline wg_node good_node(const world *w)
{
    return w->form < FORMS ? w->good[w->form] : w->made[w->form - FORMS];
}

static inline void *old_object(const world *w, object_kind k, int i)
{
    return i < 0 ? NULL : w->object[k][i];
}

/* ---- how the values of a type are declared ---- */

/* ODD_word: how many odd values there are. get_word: the value of a slot. given: the argument must be given;
 * the good value of an option is its default. TEXT_word: the good value and the odd ones as C, where that
 * is short. */
#define GETTER(T, word) static T get_##word(const world *w, const choice *t, int slot, bool given)

#define LENGTH(a)                    ((int)(sizeof(a) / sizeof *(a)))
#define TEXTS(word, type, good, odd) static const char *const TEXT_##word[] = { type, good, odd };
#define NO_TEXTS(word)               TEXTS(word, NULL, NULL, NULL)
#define VALUES_(T, word, good, odd, ...)           \
    static const T odd_##word[] = { __VA_ARGS__ }; \
    enum { ODD_##word = LENGTH(odd_##word) };      \
    GETTER(T, word)                                \
    {                                              \
        const int i = odd_at(t, slot);             \
        (void)w, (void)given;                      \
        return i < 0 ? (T)(good) : (odd);          \
    }
#define VALUES(T, word, good, ...)       \
    TEXTS(word, #T, #good, #__VA_ARGS__) \
    VALUES_(T, word, good, odd_##word[i], __VA_ARGS__)
/* What is made of any number, too. */
#define NUMBERS(BY, T, word, good, ...)  \
    TEXTS(word, #T, #good, #__VA_ARGS__) \
    VALUES_(T, word, good, i == BY_NUMBER ? BY(t->number[slot]) : odd_##word[i], __VA_ARGS__)
/* A pointer whose odd value is NULL. */
#define POINTER(T, word, good)                      \
    enum { ODD_##word = 1 };                        \
    TEXTS(word, #T " *", #good, "NULL")             \
    GETTER(T *, word)                               \
    {                                               \
        (void)w, (void)given;                       \
        return odd_at(t, slot) < 0 ? (good) : NULL; \
    }
/* The address of four structs of zeros. */
#define ZEROED(T)           \
    static T zeroed_##T[4]; \
    POINTER(T, p_##T, memset(zeroed_##T, 0, sizeof zeroed_##T))

/* ---- numbers and texts ---- */

VALUES(bool, truth, false, true)
NUMBERS((int), int, int, given ? 1 : 0, -1, 0, 1, 2, 3, 9, 64, -9, INT32_MAX, INT32_MIN)
VALUES(int64_t, count, 1, 0, -1, INT32_MIN, 3) /* of the elements of an array */
NUMBERS((int64_t), int64_t, int64_t, given ? 2 : 0, -1, 0, 1, 2, 3, 1000, INT64_C(1) << 31, INT64_C(1) << 40,
        INT64_MAX, INT64_MIN)
VALUES(uint64_t, uint64_t, 1, 0, UINT64_MAX)
VALUES(size_t, size_t, 1, 0, 3, SIZE_MAX)
NUMBERS((double), double, double, given ? 1 : 0, -1, 1, 0.5, 1e300, -1e300, 1e-320, NAN, INFINITY, -INFINITY,
        2147483648.0)
VALUES(const char *, p_char, "a", NULL, "", "x", "a.b", "..", "%n%s", "/nonexistent/dir/f", ".", "\xff\xfe",
       "ij,jk->ik", "-", "a b", "loss = sum(a)", "12, nan", "*", "(((((", "adam", "lbfgs", "a.svg", "a.dot",
       "a.html", "a.txt", "a.tex", "a.npy", "a.npz", "a.safetensors", "\x1b[31mred", "lr", "loss", "picture",
       "f\r\xc3")
VALUES(wg_site, wg_site, w->site ? w->site : "a, b\nodd.c:1", NULL, "", "x", "\n", "\2x, 3\nodd.c:2", "\x08")

#define ENUM(T) NUMBERS((T)(int), T, T, 0, (T)1, (T)2, (T)3, (T)9, (T)99, (T)-1, (T)INT32_MAX)
#define ENUMS(X)        \
    X(wg_dtype)         \
    X(wg_color_map)     \
    X(wg_figure_color)  \
    X(wg_figure_format) \
    X(wg_formula_form)  \
    X(wg_layer_mode)    \
    X(wg_marker)        \
    X(wg_mode)          \
    X(wg_ode_method)    \
    X(wg_pad_mode)      \
    X(wg_pool_by) X(wg_reduction) X(wg_resize_mode) X(wg_scale) X(wg_series_kind) X(wg_status) X(wg_verdict)
ENUMS(ENUM)

/* ---- memory ---- */

static char odd_text[64];
static int64_t odd_memory[4096]; /* as doubles: 1 and a little more */
POINTER(char, buffer, odd_text)
POINTER(double, p_double, given ? (double *)(void *)odd_memory : NULL)
POINTER(float, p_float, given ? (float *)(void *)odd_memory : NULL)
POINTER(int, p_int, given ? (int *)(void *)odd_memory : NULL)
POINTER(int64_t, p_int64_t, given ? odd_memory : NULL)
static FILE *odd_file;
POINTER(FILE, p_FILE, odd_file)

/* The struct of arguments itself: 1 stands for NULL. */
enum { ODD_struct = 1 };
NO_TEXTS(struct)
GETTER(int, struct)
{
    (void)w, (void)given;
    return odd_at(t, slot) == 0;
}

ZEROED(wg_batch)
ZEROED(wg_limits)
ZEROED(wg_mean)
ZEROED(wg_tensor)
ZEROED(wg_save_checks)
ZEROED(wg_given)
ZEROED(wg_node_mark)
ZEROED(wg_optim_setting)

/* ---- shapes, tensors, first values ---- */

#define DIMS(rank, ...)       \
    {                         \
        rank, { __VA_ARGS__ } \
    }
#define HUGE_SIZE (INT64_C(1) << 40)
/* The first NO_SHAPES are none: too many axes, too few, a negative size, products that overflow or that no
 * memory could hold. */
enum { NO_SHAPES = 14 };
#define LIST(T, name, ...) static const T name[] = { __VA_ARGS__ };
LIST(wg_shape, odd_shapes, DIMS(-1, 1), DIMS(9, 1, 1, 1, 1, 1, 1, 1, 1), DIMS(INT32_MAX, 0),
     DIMS(INT32_MIN, 0), DIMS(1000000, 1), DIMS(1, INT64_MIN), DIMS(1, INT64_MAX), DIMS(2, -2, -3),
     DIMS(2, -1, 3), DIMS(2, 3, -4), DIMS(2, INT64_MIN, -1), DIMS(2, INT64_C(1) << 32, INT64_C(1) << 32),
     DIMS(3, HUGE_SIZE, HUGE_SIZE, 2), DIMS(3, HUGE_SIZE, 0, HUGE_SIZE), DIMS(0, 0), DIMS(1, 0), DIMS(1, -1),
     DIMS(1, 6), DIMS(2, 3, 2), DIMS(2, 3, 3), DIMS(2, 1, 1), DIMS(8, 1, 1, 1, 1, 1, 1, 2, 3),
     DIMS(1, INT32_MAX), DIMS(1, INT64_C(1) << 50), DIMS(2, 0, INT64_MAX))
enum { ODD_wg_shape = LENGTH(odd_shapes) };
NO_TEXTS(wg_shape)
static const wg_shape odd_good_shape = { 2, { 2, 3 } };
GETTER(wg_shape, wg_shape)
{
    const wg_shape none = { 0 };
    const int i = odd_at(t, slot);
    (void)w;
    if (i == BY_NUMBER) return WG_SHAPE((int64_t)t->number[slot]);
    return i >= 0 ? odd_shapes[i] : given ? odd_good_shape : none;
}

#define AXES_LIST(...)                                              \
    {                                                               \
        WG_AXES_GIVEN, WG_COUNT_(int, __VA_ARGS__), { __VA_ARGS__ } \
    }
static const wg_axes odd_axes[] = { AXES_LIST(0),
                                    AXES_LIST(-1),
                                    AXES_LIST(1, 0),
                                    AXES_LIST(0, 0),
                                    AXES_LIST(0, 99),
                                    AXES_LIST(INT32_MAX),
                                    AXES_LIST(INT32_MIN),
                                    { WG_AXES_GIVEN, 0, { 0 } },
                                    { WG_AXES_GIVEN, 9, { 0 } },
                                    { WG_AXES_GIVEN, -1, { 0 } },
                                    { WG_AXES_GIVEN, INT32_MAX, { 0 } },
                                    { NULL, 1, { 0 } },
                                    { (const struct wg_axes_mark *)1, 1, { 0 } } };
enum { ODD_wg_axes = LENGTH(odd_axes) };
NO_TEXTS(wg_axes)
GETTER(wg_axes, wg_axes)
{
    static const wg_axes none = WG_NO_AXES;
    const int i = odd_at(t, slot);
    (void)w, (void)given;
    if (i == BY_NUMBER) return WG_AXES((int)t->number[slot]);
    return i >= 0 ? odd_axes[i] : none;
}

#define TENSOR(dtype, ...)             \
    {                                  \
        dtype, __VA_ARGS__, odd_memory \
    }
/* Those from TENSOR_OF_NO_SHAPE on have a shape that is none. */
enum { TENSOR_OF_NO_SHAPE = 10 };
VALUES(wg_tensor, wg_tensor, odd_wg_tensor[0], TENSOR(WG_F32, { 2, { 2, 3 } }),
       { WG_F32, { 2, { 2, 3 } }, NULL }, TENSOR((wg_dtype)99, { 2, { 2, 3 } }),
       TENSOR((wg_dtype)-1, { 2, { 2, 3 } }), TENSOR(WG_DEFAULT_DTYPE, { 2, { 2, 3 } }),
       TENSOR(WG_I64, { 2, { 2, 3 } }), TENSOR(WG_BF16, { 2, { 2, 3 } }), TENSOR(WG_U8, { 2, { 2, 3 } }),
       TENSOR(WG_F32, { 2, { 0, 3 } }), TENSOR(WG_F32, { 0, { 0 } }), TENSOR(WG_F32, { -1, { 2 } }),
       TENSOR(WG_F32, { 9, { 2 } }), TENSOR(WG_F32, { INT32_MAX, { 2 } }), TENSOR(WG_F32, { 2, { -1, 3 } }),
       TENSOR(WG_F32, { 2, { INT64_MIN, 3 } }), TENSOR(WG_F32, { 3, { HUGE_SIZE, HUGE_SIZE, 2 } }),
       TENSOR(WG_F32, { 3, { HUGE_SIZE, 0, HUGE_SIZE } }))

#define INIT_BY(number) ((wg_init){ .kind = WG_INIT_NORMAL, .a = (number), .b = 1 })
NUMBERS(INIT_BY, wg_init, wg_init, odd_wg_init[0], { 0 }, { .kind = (wg_init_kind)99 },
        { .kind = (wg_init_kind)-1 }, { .kind = WG_INIT_VALUES },
        { .kind = WG_INIT_NORMAL, .a = NAN, .b = -1 }, { .kind = WG_INIT_ORTHOGONAL },
        { .kind = WG_INIT_IDENTITY, .a = INFINITY }, { .kind = WG_INIT_SPARSE, .a = 5, .b = NAN },
        { .kind = WG_INIT_TRUNCATED, .b = -3 }, { .kind = WG_INIT_TRUNCATED, .a = NAN, .b = NAN },
        { .kind = WG_INIT_VARIANCE, .a = -1, .fan = (wg_fan)7 },
        { .kind = WG_INIT_CONST, .dtype = (wg_dtype)99 }, { .kind = WG_INIT_CONST, .dtype = WG_I64 },
        { .kind = WG_INIT_UNIFORM, .a = 1, .b = -INFINITY })

/* ---- nodes ---- */

enum { ODD_wg_node = NODES, ODD_p_wg_node = 4, ODD_wg_nn_states = 4 };
NO_TEXTS(wg_node)
NO_TEXTS(p_wg_node)
NO_TEXTS(wg_nn_states)
GETTER(wg_node, wg_node)
{
    const int i = odd_at(t, slot);
    if (i >= 0) return w->odd[i];
    return !given ? wg_none : slot > FIRST_OPERAND && w->rest.graph ? w->rest : good_node(w);
}

/* An array for operands or for results: of good nodes, NULL, of wg_none, of nodes of another graph, the array
 * that was given last. */
static wg_node arrays[8][64];
GETTER(wg_node *, p_wg_node)
{
    static int turn;
    const int i = odd_at(t, slot);
    if (i == 3) return arrays[(turn + 7) & 7];
    wg_node *all = arrays[turn++ & 7];
    (void)given;
    for (int k = 0; k < 64; k++) all[k] = i == 1 ? wg_none : i == 2 ? w->odd[5] : good_node(w);
    return i == 0 ? NULL : all;
}

GETTER(wg_nn_states, wg_nn_states)
{
    const int i = odd_at(t, slot);
    wg_nn_states s = { 0 };
    (void)given;
    if (i >= 0) s.h = w->odd[4 + i];
    return s;
}

/* ---- functions of the user ---- */

static wg_node odd_part(wg_node x, void *user) { return (void)user, wg_tanh(wg_mul(x, 0.5)); }
static wg_node odd_step(wg_node x, int i, void *user) { return (void)user, (void)i, wg_tanh(x); }
static wg_node odd_slope(wg_node at, wg_node y, void *user) { return (void)user, (void)at, wg_neg(y); }
static double odd_height(void *user, double x, double y) { return (void)user, x * y; }
static void odd_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    gx[0] = gy;
}
static double odd_sum(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n && i < 100; i++) sum += x[i], g ? g[i] = 1 : 0;
    return sum;
}
static int odd_copy(size_t n, const double *x, size_t m, double *y, void *user)
{
    (void)user;
    for (size_t i = 0; i < n && i < m; i++) y[i] = x[i];
    return 0;
}
static int odd_copy_back(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)x;
    return odd_copy(m, gy, n, gx, user);
}

/* However many epochs are asked for, it ends. */
static wg_node odd_loss(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)user;
    if (wgx_graph_epoch(g) % 1000 > 100) return wg_none;
    return wg_mean(
        wg_square(wg_sub(wg_param(g, p, "of_fit", WG_SCALAR, wg_zeros()), wg_input(g, NULL, b->x))));
}
static double odd_rate(double lr, double t, double steps) { return lr / (1 + t + steps); }
static void odd_line(void *user, const char *text) { (void)user, (void)text; }

#define FUNCTION(T, f)                           \
    enum { ODD_##T = 1 };                        \
    TEXTS(T, #T, #f, "NULL")                     \
    GETTER(T, T)                                 \
    {                                            \
        (void)w, (void)given;                    \
        return odd_at(t, slot) < 0 ? (f) : NULL; \
    }
FUNCTION(wg_part_fn, odd_part)
FUNCTION(wg_step_fn, odd_step)
FUNCTION(wg_ode_fn, odd_slope)
FUNCTION(wg_vjp_rule, odd_rule)
FUNCTION(wg_field, odd_height)
FUNCTION(wg_check_fn, odd_sum)
FUNCTION(wg_forward_fn, odd_copy)
FUNCTION(wg_backward_fn, odd_copy_back)
FUNCTION(wg_loss_fn, odd_loss)
FUNCTION(wg_rate_fn, odd_rate)
FUNCTION(wg_line_fn, odd_line)

/* ---- objects ---- */

POINTER(wg_context, p_wg_context, w->c)
/* Plans and reports belong to the caller. */
static struct {
    object_kind k;
    void *object;
} loose[1024];
static int loose_count;
static inline void *make_loose(object_kind k, void *object)
{
    for (int i = 0; i < loose_count; i++)
        if (loose[i].object == object) return object;
    if (object && loose_count < LENGTH(loose)) loose[loose_count].k = k, loose[loose_count++].object = object;
    return object;
}
/* The last good object of each kind. */
static void *latest[OBJECTS];
/* NULL, and those that earlier calls have made. */
#define OBJECT(T, good)                                                                \
    enum { ODD_p_##T = 1 + OLD };                                                      \
    NO_TEXTS(p_##T)                                                                    \
    GETTER(T *, p_##T)                                                                 \
    {                                                                                  \
        const int i = odd_at(t, slot);                                                 \
        (void)given;                                                                   \
        return i < 0 ? latest[OBJECT_##T] = (good) : old_object(w, OBJECT_##T, i - 1); \
    }
#define GOOD(T) get_p_##T(w, &(choice){ .value = { -1 } }, 0, true)
OBJECT(wg_params, w->p)
OBJECT(wg_optim, wg_adam(w->p))
OBJECT(wg_average, wg_average_new(w->p))
OBJECT(wg_snapshot, wg_params_snapshot(w->p))
OBJECT(wg_data, wg_data_make(w->c, "xor", 8))
OBJECT(wg_program, wg_program_text(w->c, "t", "a = 1\nb = a + 2\nloss = b * b\n"))
OBJECT(wg_figure, wg_figure_new(w->c, NULL))
OBJECT(wg_panel, wg_panel_new(GOOD(wg_figure), NULL, .x.low = 0, .x.high = 1, .y.low = 0, .y.high = 1))
OBJECT(wg_series, wg_panel_line(GOOD(wg_panel), NULL))
OBJECT(wg_nn_cache, wg_nn_cache_new(w->c))
OBJECT(wg_plan, make_loose(OBJECT_wg_plan, wg_plan_look(w->good[1])))
OBJECT(wg_check, make_loose(OBJECT_wg_check, wg_gradcheck(w->good[1], w->p)))
enum { ODD_p_wg_graph = 3 + OLD };
NO_TEXTS(p_wg_graph)
GETTER(wg_graph *, p_wg_graph)
{
    const int i = odd_at(t, slot);
    (void)given;
    if (i > 2) return old_object(w, OBJECT_wg_graph, i - 3);
    return i < 0 ? w->g : i == 2 ? w->gone : i ? w->other : NULL;
}

/* ---- descriptors of ops ---- */

static bool odd_kernel(const wg_kernel *k) { return (void)k, true; }
static double odd_map(double x, const void *attr) { return (void)attr, 2 * x; }
static const wg_attr_row odd_rows[] = { { "a", (wg_attr_kind)77, 0, NULL, NULL }, { 0 } };
static const wg_attr_row odd_places[] = { { "a", WG_ATTR_SHAPE, 200, NULL, NULL }, { 0 } };
#define BY_KERNEL .operands = 1, .kernel = { odd_kernel }
#define BY_MAP    .operands = 1, .map = odd_map
static const wg_op odd_ops[] = {
    { .name = NULL, BY_KERNEL },
    { .name = "nothing" },
    { .name = "no_kernel", .operands = 1 },
    { .name = "outputs", BY_KERNEL, .kind = WG_OPAQUE, .outputs = 9 },
    { .name = "no_outputs", BY_KERNEL, .kind = WG_OPAQUE, .outputs = -1 },
    { .name = "operands", .operands = -5, .kernel = { odd_kernel } },
    { .name = "no_operands", .kernel = { odd_kernel } },
    { .name = "many_options", BY_KERNEL, .attr_size = 1000 },
    { .name = "kind", BY_KERNEL, .kind = (wg_class)99 },
    { .name = "leaf", BY_KERNEL, .kind = WG_LEAF },
    { .name = "alias", .operands = 1, .kind = WG_ALIAS },
    { .name = "fold", BY_KERNEL, .kind = WG_REDUCE, .hints = &(const wg_op_hints){ .fold = true } },
    { .name = "phases", BY_KERNEL, .kind = WG_OPAQUE, .phases = -1 },
    { .name = "rows_of_a_map", BY_MAP, .kind = WG_ROWS },
    { .name = "map_of_two", .operands = 2, .map = odd_map },
    { .name = "promote", BY_MAP, .promote = (wg_promote)9 },
    { .name = "promote_from", BY_MAP, .hints = &(const wg_op_hints){ .promote_from = -3 } },
    { .name = "kind_of_option", BY_MAP, .attr_size = 8, .attrs = odd_rows },
    { .name = "place_of_option", BY_MAP, .attr_size = 8, .attrs = odd_places },
    { .name = "prepared", BY_MAP, .hints = &(const wg_op_hints){ .prepared = 8 } },
    { .name = "optional", BY_MAP, .hints = &(const wg_op_hints){ .optional = 7 } },
    { .name = "view", BY_MAP, .hints = &(const wg_op_hints){ .view = WG_VIEW_WHOLE } },
    { .name = "arithmetic", BY_MAP, .hints = &(const wg_op_hints){ .arithmetic = (wg_arithmetic)30 } },
};
enum { ODD_p_wg_op = LENGTH(odd_ops) + 1 };
NO_TEXTS(p_wg_op)
GETTER(const wg_op *, p_wg_op)
{
    const int i = odd_at(t, slot);
    (void)w, (void)given;
    return i < 0 ? wg_op_find("tanh") : i < LENGTH(odd_ops) ? &odd_ops[i] : NULL;
}

#endif
