/* odd_world.h: what the calls of odd_calls.h are made in: a context, graphs, parameters, and what earlier
 * calls have made. */
#ifndef ODD_WORLD_H
#define ODD_WORLD_H

#include "odd_values.h"
#include "odd_words.h"

#define SLOT(word) SLOT_##word,
typedef enum slot_word { WORDS(SLOT) SLOT_none } slot_word;
#define ODDS(word) [SLOT_##word] = ODD_##word,
static const int odds[] = { WORDS(ODDS)[SLOT_none] = 0 }; /* how many odd values a word has */

typedef struct odd_call {
    const char *name;
    void (*call)(world *w, const choice *t);
    const char *code; /* the call as C */
    int slots;
    const char *needed; /* by slot '1': without it the call means nothing */
    const slot_word *slot;
    const char *const *option; /* the name of a slot that is an option */
    int operands;              /* before the options */
    bool makes_node;
    const char *rows; /* the name of its struct of options; NULL: it has none */
} odd_call;

#define ODD(word, k)          get_##word(w, t, k, true)
#define GIVEN(word, k, given) get_##word(w, t, k, given)

#define LEFT_OUT(k) (t->value[k] < 0)

typedef struct result {
    bool ok;
    wg_shape shape;
    double v[64]; /* the first elements */
} result;
static result made;     /* by the last call */
static char said[1100]; /* the error of the last call; "": there was none */

static void hear(const world *w)
{
    snprintf(said, sizeof said, "%s", w->c && wg_failed(w->c) ? wg_message(w->c) : "");
}

/* What a builder has made is computed, and kept for later calls. */
static void use(world *w, wg_node n)
{
    made = (result){ 0 };
    hear(w);
    if (!wg_node_ok(n)) return;
    w->made[w->nodes++ % MADE] = n;
    double *v = wgt_values(n);
    made.ok = !wg_failed(w->c), made.shape = wg_node_shape(n);
    if (!v) return;
    const int64_t size = wg_shape_size(made.shape);
    memcpy(made.v, v, sizeof *v * (size_t)(size < 64 ? size : 64));
    free(v);
}

static void use_number(world *w, double v)
{
    made = (result){ .ok = true, .shape = WG_SHAPE(1), .v = { v } };
    hear(w);
}

/* Two texts are likely to be the same if these numbers are. */
static void use_text(world *w, const char *text)
{
    double sum = 0, turned = 0;
    hear(w);
    for (const char *s = text; s && *s; s++)
        sum += (unsigned char)*s, turned = fmod(31 * turned + *s, 1e9 + 7);
    made = (result){ .ok = text, .shape = WG_SHAPE(2), .v = { sum, turned } };
}

static void keep(world *w, object_kind k, void *object)
{
    hear(w);
    if (object) w->object[k][w->objects++ % OLD] = latest[k] = object;
    if (k == OBJECT_wg_plan || k == OBJECT_wg_check) make_loose(k, object);
}

/* The object is freed next, and with it what belongs to it. */
static void forget(world *w, const void *object)
{
    bool set = false, figure = false;
    for (int i = 0; i < loose_count; i++)
        if (loose[i].object == object) loose[i].object = NULL;
    for (int k = 0; k < OBJECTS; k++)
        for (int i = 0; i < OLD && object; i++)
            if (w->object[k][i] == object) {
                w->object[k][i] = NULL;
                set |= k == OBJECT_wg_params, figure |= k == OBJECT_wg_figure;
            }
    if (object && object == w->p) w->p = NULL, set = true;
    if (object && object == w->g) w->g = NULL;
    if (object && object == w->other) w->other = NULL;
    if (set) memset(w->object[OBJECT_wg_params], 0, sizeof w->object[0]);
    if (figure) {
        memset(w->object[OBJECT_wg_panel], 0, sizeof w->object[0]);
        memset(w->object[OBJECT_wg_series], 0, sizeof w->object[0]);
    }
}

static void renew(world *w);

#include "odd_calls.h"

/* ---- the world ---- */

enum { MOST = 64 << 20 }; /* bytes: what needs more is refused, as on a small machine */

static int allocations_left = -1; /* negative: as many as fit */

static void *small_memory(void *user, void *p, size_t old_size, size_t new_size)
{
    size_t *all = user;
    if (new_size && allocations_left >= 0 && !allocations_left--) {
        allocations_left = 0;
        return NULL;
    }
    if (new_size > MOST || *all - old_size + new_size > 2 * (size_t)MOST) return NULL;
    *all += new_size - old_size;
    if (new_size) return realloc(p, new_size);
    free(p);
    return NULL;
}

static void make_nodes(world *w)
{
    static const int32_t classes[3] = { 0, 1, 1 };
    static float data[48];
    for (int i = 0; i < 48; i++) data[i] = (float)i * 0.1f + 0.05f;
    wg_node a = wg_param(w->g, w->p, "a", WG_SHAPE(2, 3), wg_he());
    w->good[0] = a;
    w->good[1] = wg_sum(wg_square(a));
    w->good[2] = wg_input(w->g, "picture", wg_view_f32(data, WG_SHAPE(1, 2, 4, 4)));
    w->good[3] = wg_mul(wg_input(w->g, "square", wg_view_f32(data, WG_SHAPE(3, 3))), 2);
    w->good[4] = wg_cast(wg_input(w->g, "classes", wg_view_i32(classes, WG_SHAPE(3))), WG_I64);
}

/* After a refusal what was to be freed is forgotten all the same. */
static void renew(world *w)
{
    if (!w->p || !w->g || !w->other) wg_recover(w->c);
    if (!w->p) w->p = wg_params_new(w->c);
    if (!w->other) w->other = wg_graph_new(w->c);
    if (w->g) return;
    w->g = wg_graph_new(w->c);
    make_nodes(w);
}

static world open_world(size_t *memory, int form)
{
    world w = { .form = form };
    const wg_allocator small = { small_memory, memory };
    *memory = 0;
    memset(arrays, 0, sizeof arrays), memset(latest, 0, sizeof latest);
    w.c = wg_start(.allocator = &small, .threads = 1);
    w.g = wg_graph_new(w.c), w.other = wg_graph_new(w.c), w.p = wg_params_new(w.c);
    wg_graph *gone = w.gone = wg_graph_new(w.c);
    wg_node of_gone = wg_fill(gone, 1, WG_SHAPE(2, 3)), old = wg_relu(wg_fill(w.g, 1, WG_SHAPE(2, 3)));
    wg_graph_free(gone);
    wg_begin(w.g, WG_TRAIN);
    make_nodes(&w);
    const wg_node odd[NODES] = { wg_none,
                                 wg_number(2),
                                 wg_number(NAN),
                                 wg_graph_node(w.g, 0),
                                 old,
                                 wg_fill(w.other, 1, WG_SHAPE(2, 3)),
                                 of_gone,
                                 wg_scalar(w.g, 2),
                                 wg_fill(w.g, 1, WG_SHAPE(3)),
                                 wg_fill(w.g, 1, WG_SHAPE(3, 2)),
                                 wg_fill(w.g, 1, WG_SHAPE(1, 1, 1, 1, 1, 1, 2, 3)),
                                 wg_fill(w.g, 1, WG_SHAPE(0, 3)),
                                 w.good[4],
                                 wg_cast(w.good[0], WG_BOOL),
                                 wg_cast(w.good[0], WG_BF16),
                                 wg_state(w.g, w.p, "s", WG_SHAPE(2, 3), wg_zeros()),
                                 wg_cast(w.good[0], WG_F64),
                                 wg_stream("", w.g, "n"),
                                 w.good[2],
                                 w.good[3] };
    memcpy(w.odd, odd, sizeof odd);
    for (int i = 0; i < MADE; i++) w.made[i] = w.good[i % FORMS];
    return w;
}

/* Returns what wg_finish does. */
static int close_world(world *w)
{
    for (int i = 0; i < loose_count; i++)
        if (loose[i].k == OBJECT_wg_plan) wg_plan_free(loose[i].object);
        else wg_check_free(loose[i].object);
    loose_count = 0;
    return wg_finish(w->c, NULL);
}

static inline choice all_good(void)
{
    choice t = { 0 };
    memset(t.value, -1, sizeof t.value);
    return t;
}

#endif
