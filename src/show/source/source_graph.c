/* source_graph.c: the values that a function computes, what they are called, and where their numbers are. */
#include "source/source.h"
#include "wgx/graph.h"
#include "wgx/params.h"
#include "wgx/source.h"

#include <ctype.h>
#include <string.h>

/* ---- identifiers ---- */

static bool is_taken(const wgi_c_file *s, const char *word)
{
    for (int i = 0; i < s->taken_count; i++)
        if (!strcmp(s->taken[i].word, word)) return true;
    const size_t n = strlen(s->o.name);
    const char *rest = strncmp(word, s->o.name, n) ? "" : word + n;
    return wgi_is_reserved(word) || !strcmp(rest, "_forward") || !strcmp(rest, "_step") ||
           !strcmp(rest, "_work");
}

const char *wgi_identifier(wgi_c_file *s, const char *wish, bool stays)
{
    char word[64];
    size_t n = 0;
    if (!*wish || isdigit((unsigned char)*wish)) word[n++] = 'v';
    for (const char *c = wish; *c && n < 40; c++) word[n++] = isalnum((unsigned char)*c) ? *c : '_';
    word[n] = 0;
    for (int k = 1; is_taken(s, word); k++)
        snprintf(word + n, sizeof word - n, "%s%d", isdigit((unsigned char)word[n - 1]) ? "_" : "", k);
    if (!wgi_pool_room(&s->pool, &s->taken, sizeof *s->taken, s->taken_count, &s->taken_room)) return "";
    s->taken[s->taken_count++] = (wgi_c_name){ wgi_pool_copy(&s->pool, word), stays };
    return s->taken[s->taken_count - 1].word;
}

/* The same for a name that the user has given, which can begin as a macro does. */
static const char *name_of_user(wgi_c_file *s, const char *name, bool stays)
{
    return wgi_identifier(s, wgi_begins_as_macro(name) ? wgi_pool_format(&s->pool, "v%s", name) : name,
                          stays);
}

void wgi_end_names(wgi_c_file *s)
{
    int n = 0;
    for (int i = 0; i < s->taken_count; i++)
        if (s->taken[i].stays) s->taken[n++] = s->taken[i];
    s->taken_count = n;
}

const char *wgi_shape_words(wgi_c_file *s, wg_shape shape)
{
    char text[200];
    return wgi_pool_copy(&s->pool, wg_shape_text(shape, text, sizeof text));
}

/* ---- globals ---- */

static int add_global(wgi_c_file *s, wgi_global k)
{
    if (!wgi_pool_room(&s->pool, &s->global, sizeof *s->global, s->globals, &s->global_room)) return -1;
    s->global[s->globals] = k;
    return s->globals++;
}

/* The values of a parameter stay where they are while the file is written. */
int wgi_global_of(wgi_c_file *s, wg_node leaf)
{
    const wg_params *set = wgx_node_params(leaf);
    const int number = wg_params_find(set, wg_node_name(leaf));
    for (int i = 0; i < s->globals; i++)
        if (s->global[i].set == set && s->global[i].number == number) return i;
    return add_global(s, (wgi_global){ set, number, name_of_user(s, wg_node_name(leaf), true),
                                       wg_params_tensor(set, number), false });
}

int wgi_new_global(wgi_c_file *s, const char *name, const wg_tensor *value)
{
    const size_t bytes = (size_t)wg_shape_size(value->shape) * wg_dtype_size(value->dtype);
    void *copy = wgi_pool_alloc(&s->pool, bytes + 1, 1);
    if (!copy) return -1;
    memcpy(copy, value->data, bytes);
    return add_global(
        s, (wgi_global){ NULL, -1, name_of_user(s, name, true), { value->dtype, value->shape, copy }, true });
}

/* ---- values ---- */

wgi_value *wgi_value_of(const wgi_function *f, wg_node n)
{
    const int i = n.graph == f->g && n.index < f->nodes ? f->index[n.index] : -1;
    return i < 0 ? NULL : &f->value[i];
}

/* A call with a rule of its own has one operand here: what its expansion made. */
int wgi_operand_count(wg_node n) { return wgx_node_made(n).index == n.index ? wg_node_operands(n) : 1; }
wg_node wgi_operand_at(wg_node n, int k)
{
    const wg_node made = wgx_node_made(n);
    return made.index == n.index ? wg_node_operand(n, k) : made;
}

/* The first of the results of the call that made n; how many it has. */
static wg_node first_result(wg_node n, int *results)
{
    const wg_op *op = wg_node_op(n);
    int64_t i = n.index, from = i;
    *results = op && op->outputs > 1 ? op->outputs : 1;
    if (*results == 1) return n;
    for (bool same = true; same && from > 1;) {
        const wg_node before = wg_graph_node(wg_graph_of(n), from - 1);
        same = wg_node_op(before) == op;
        for (int k = 0; same && k < wgi_operand_count(n); k++)
            same = wgi_operand_at(before, k).index == wgi_operand_at(n, k).index;
        from -= same;
    }
    return wg_graph_node(wg_graph_of(n), i - (i - from) % *results);
}

static const char *wish_of(wgi_function *f, wg_node n)
{
    wgi_c_file *s = f->s;
    const char *name = wg_node_name(n);
    if (*name) return wgi_begins_as_macro(name) ? wgi_pool_format(&s->pool, "v%s", name) : name;
    if (*wgx_layer_node_name(n)) return wgx_layer_node_name(n);
    return wgi_pool_format(&s->pool, "%s%d", wg_node_op_name(n), f->count);
}

static bool is_constant(const wgi_c_file *s, wg_node n)
{
    bool is = !*wg_node_name(n);
    for (int i = 0; i < s->o.constant_count; i++)
        is |= s->o.constants[i].graph == n.graph && s->o.constants[i].index == n.index;
    return is;
}

static int constant_of(wgi_c_file *s, wg_node n)
{
    wg_tensor t;
    const int i =
        wgx_peek(n, &t) ? wgi_new_global(s, *wg_node_name(n) ? wg_node_name(n) : "constant", &t) : -1;
    if (i >= 0) s->global[i].changes = false;
    return i;
}

/* The number of the array that has the numbers of leaf n; -1: none has. */
static int global_at(wgi_function *f, wg_node n)
{
    const wg_leaf leaf = wg_node_leaf(n);
    for (int i = 0; i < f->changes; i++)
        if (f->change[i].from.index == n.index) return f->change[i].global;
    if (leaf == WG_LEAF_INPUT && is_constant(f->s, n)) return constant_of(f->s, n);
    return leaf == WG_LEAF_PARAM || leaf == WG_LEAF_STATE ? wgi_global_of(f->s, n) : -1;
}

static void describe(wgi_function *f, wgi_value *v, wg_node n)
{
    wgi_c_file *s = f->s;
    const wg_leaf leaf = wg_node_leaf(n);
    wg_tensor t;
    *v = (wgi_value){ .node = n, .shape = wg_node_shape(n), .dtype = wg_node_dtype(n), .of = -1, .last = -1 };
    v->size = wg_shape_size(v->shape);
    v->made = (int)(v - f->value);
    const int global = global_at(f, n);
    if (global >= 0) {
        v->place = WGI_AT_GLOBAL, v->name = s->global[global].name;
    } else if (leaf == WG_LEAF_NUMBER && wgx_peek(n, &t)) {
        v->place = WGI_AT_LITERAL;
        v->name = wgi_c_number(s, wg_tensor_item(&t, 0), v->dtype);
    } else if (leaf == WG_LEAF_STREAM) {
        v->place = WGI_AT_NOWHERE, v->name = "";
    } else
        v->place = leaf == WG_LEAF_INPUT ? WGI_AT_ARGUMENT : WGI_AT_WORK,
        v->name = wgi_identifier(s, wish_of(f, n), false);
    if (wg_dtype_is_float(v->dtype) && v->size > 1 && s->single != (v->dtype == WG_F32) && !s->mixed)
        s->mixed = true;
}

/* ---- which values: those that the roots are computed from. An op without a text stands for what its
 * expansion makes of simpler ones, at the end of the graph ---- */

typedef struct expansion {
    uint32_t of, first, after; /* the node, and those that were made for it */
    wg_node y[WG_MAX_OUTPUTS];
} expansion;

typedef struct search {
    wgi_function *f;
    bool *wanted;
    wg_node *stack;
    expansion *made;
    int64_t wanted_room, height, stack_room, made_room;
    int makes;
} search;

static bool *wanted_at(search *w, uint32_t i)
{
    if (i >= w->wanted_room) {
        const int64_t room = 2 * (int64_t)i + 64;
        bool *all = wgi_pool_take(&w->f->s->pool, room, sizeof *all);
        if (!all) return NULL;
        if (w->wanted_room) memcpy(all, w->wanted, (size_t)w->wanted_room * sizeof *all);
        w->wanted = all, w->wanted_room = room;
    }
    return &w->wanted[i];
}

static void push(search *w, wg_node n)
{
    if (!wgi_pool_room(&w->f->s->pool, &w->stack, sizeof *w->stack, w->height, &w->stack_room)) return;
    w->stack[w->height++] = n;
}

static const expansion *expansion_of(const search *w, uint32_t i)
{
    for (int k = 0; k < w->makes; k++)
        if (w->made[k].of == i) return &w->made[k];
    return NULL;
}

/* Whether node i was made for a node of the same op, or for one that was. */
static bool is_made_of_itself(const search *w, uint32_t i, const wg_op *op)
{
    for (int k = w->makes - 1; k >= 0; k--) {
        const expansion *e = &w->made[k];
        if (i < e->first || i >= e->after) continue;
        if (wg_node_op(wg_graph_node(w->f->g, e->of)) == op) return true;
        i = e->of;
    }
    return false;
}

/* false: the op has none. */
static bool expand(search *w, wg_node n, int results)
{
    const wg_op *op = wg_node_op(n);
    wgi_c_file *s = w->f->s;
    wg_node x[16];
    const int operands = wg_node_operands(n);
    if (!op->expand || op->users || operands > 16 || is_made_of_itself(w, n.index, op)) return false;
    if (!wgi_pool_room(&s->pool, &w->made, sizeof *w->made, w->makes, &w->made_room)) return false;
    expansion *e = &w->made[w->makes++];
    *e = (expansion){ .of = n.index, .first = (uint32_t)wg_graph_nodes(w->f->g) };
    for (int k = 0; k < operands; k++) x[k] = wg_node_operand(n, k);
    for (int k = 0; k < WG_MAX_OUTPUTS; k++) e->y[k] = wg_none;
    op->expand(s->here, x, operands, wg_attr(n), e->y);
    e->after = (uint32_t)wg_graph_nodes(w->f->g);
    for (int k = 0; k < results; k++)
        if (wg_node_ok(e->y[k])) push(w, e->y[k]);
    int k = 0;
    while (k < s->definitions && s->definition[k] != op) k++;
    if (k == s->definitions && k < WGI_DEFINITIONS) s->definition[s->definitions++] = op;
    return true;
}

static void find_wanted(search *w)
{
    while (w->height && !w->f->s->pool.failed) {
        int results;
        const wg_node n = first_result(w->stack[--w->height], &results);
        bool *is = wanted_at(w, n.index + (uint32_t)results);
        if (!is || w->wanted[n.index]) continue;
        for (int k = 0; k < results; k++) w->wanted[n.index + (uint32_t)k] = true;
        const wg_op *op = wg_node_op(n);
        if (wg_node_leaf(n) == WG_LEAF_NONE && op && !wgi_has_text(n) && expand(w, n, results)) continue;
        for (int k = 0; k < wgi_operand_count(n); k++) push(w, wgi_operand_at(n, k));
    }
}

/* Adds node i to the values, after what was made for it. */
static void add_value(search *w, uint32_t i)
{
    wgi_function *f = w->f;
    const wg_node n = wg_graph_node(f->g, i);
    int results;
    const wg_node first = first_result(n, &results);
    const expansion *e = expansion_of(w, first.index);
    if (i >= w->wanted_room || !w->wanted[i] || f->index[i] >= 0) return;
    for (uint32_t k = e && i == first.index ? e->first : 0; e && i == first.index && k < e->after; k++)
        add_value(w, k);
    f->index[i] = f->count;
    wgi_value *v = &f->value[f->count++];
    describe(f, v, n);
    if (!e) return;
    const wgi_value *y = wgi_value_of(f, e->y[i - first.index]);
    v->place = WGI_AT_VIEW;
    v->of = y ? (int)(y - f->value) : 0;
}

bool wgi_collect(wgi_function *f, wg_graph *g, const wg_node *root, int n)
{
    wgi_c_file *s = f->s;
    const int64_t before = wg_graph_nodes(g);
    search w = { .f = f };
    f->g = g, f->count = 0;
    for (int k = 0; k < n; k++) push(&w, root[k]);
    find_wanted(&w);
    f->nodes = wg_graph_nodes(g);
    f->index = wgi_pool_take(&s->pool, f->nodes, sizeof *f->index);
    f->value = wgi_pool_take(&s->pool, f->nodes, sizeof *f->value);
    if (s->pool.failed || wg_failed(s->c)) return false;
    for (int64_t i = 0; i < f->nodes; i++) f->index[i] = -1;
    for (int64_t i = 1; i < before; i++) add_value(&w, (uint32_t)i);
    for (int64_t i = before; i < f->nodes; i++) add_value(&w, (uint32_t)i); /* numbers that several share */
    for (int k = 0; k < n; k++) wgi_value_of(f, root[k])->wanted = true;
    return !s->pool.failed;
}

/* ---- places ---- */

wgi_value *wgi_whole(const wgi_function *f, wgi_value *v, int64_t *from)
{
    int64_t at = 0;
    for (; v->place == WGI_AT_VIEW; v = &f->value[v->of]) at += v->from;
    if (from) *from = at;
    return v;
}

const char *wgi_pointer(const wgi_function *f, const wgi_value *v)
{
    wgi_c_file *s = f->s;
    int64_t from;
    const wgi_value *w = wgi_whole(f, (wgi_value *)(uintptr_t)v, &from);
    if (w->place == WGI_AT_LITERAL) { /* an array of one number */
        const char *name = wgi_identifier(s, "number", true);
        wgi_strbuf_format(&s->tables, "static const %s %s[1] = { %s };\n", wgi_c_type(s, w->dtype), name,
                          w->name);
        return name;
    }
    if (w->place == WGI_AT_LOCAL) return wgi_pool_format(&s->pool, "&%s", w->name);
    return from ? wgi_pool_format(&s->pool, "%s + %lld", w->name, (long long)from) : w->name;
}

static int class_of(wg_dtype t) { return wg_dtype_is_float(t) ? 0 : t == WG_I64 ? 1 : t == WG_I32 ? 2 : 3; }

/* A piece of the room, and the statement after which it is free. */
typedef struct piece_of_room {
    int64_t at, size;
    int last;
} piece_of_room;

/* The first gap among the pieces that are in use when statement `made` runs. */
static int64_t find_gap(piece_of_room *p, int n, int64_t size, int made)
{
    int64_t at = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < n; i++)
            if (p[i].last >= made && at < p[i].at + p[i].size && p[i].at < at + size)
                at = p[i].at + p[i].size, moved = true;
    }
    return at;
}

static void place_all(wgi_function *f)
{
    piece_of_room *p[WGI_ROOMS];
    int n[WGI_ROOMS] = { 0 };
    for (int c = 0; c < WGI_ROOMS; c++) p[c] = wgi_pool_take(&f->s->pool, f->count, sizeof **p);
    if (f->s->pool.failed) return;
    for (int i = 0; i < f->count; i++) {
        wgi_value *v = &f->value[i];
        const int c = class_of(v->dtype);
        if (v->place != WGI_AT_WORK) continue;
        v->at = find_gap(p[c], n[c], v->size, v->made);
        p[c][n[c]++] = (piece_of_room){ v->at, v->size, v->wanted ? f->count : v->last };
        if (v->at + v->size > f->room[c]) f->room[c] = v->at + v->size;
    }
}

/* Of the values of one loop those that nothing else reads are variables of the loop. */
static void find_inner(wgi_function *f, int from, int to)
{
    for (int i = from; i <= to; i++) {
        wgi_value *v = &f->value[i];
        if (v->place != WGI_AT_WORK && v->place != WGI_AT_LOCAL) continue;
        if (v->last <= to && !v->wanted && from < to) v->place = WGI_AT_NOWHERE;
        else v->made = from;
    }
}

void wgi_find_uses(wgi_function *f)
{
    for (int i = 0; i < f->count; i++) {
        wgi_value *v = &f->value[i];
        if (v->place == WGI_AT_VIEW) continue;
        if (v->place == WGI_AT_WORK && wgi_is_view(v, &v->from)) {
            v->place = WGI_AT_VIEW;
            v->of = (int)(wgi_value_of(f, wgi_operand(v, 0)) - f->value);
        } else if (v->place == WGI_AT_WORK && v->size == 1) v->place = WGI_AT_LOCAL;
    }
    for (int i = 0; i < f->count; i++)
        for (int k = 0; k < wgi_operand_count(f->value[i].node); k++) {
            wgi_value *x = wgi_value_of(f, wgi_operand(&f->value[i], k));
            if (!x) continue; /* an expansion does not read it */
            x = wgi_whole(f, x, NULL);
            if (x->last < i) x->last = i;
        }
    for (int i = 0; i < f->count; i++) { /* what is wanted of a view is wanted of the whole */
        wgi_value *x = wgi_whole(f, &f->value[i], NULL);
        if (f->value[i].wanted) x->wanted = true;
    }
}

/* All results of a call are there from its first one on, also those that nothing reads. */
static void find_calls(wgi_function *f)
{
    for (int i = 0, results; i < f->count; i += results) {
        const wg_op *op = wg_node_op(f->value[i].node);
        results = op && op->outputs > 1 ? op->outputs : 1;
        for (int k = 0; k < results; k++) {
            wgi_value *v = &f->value[i + k];
            v->made = i;
            if (v->last < i) v->last = i;
        }
    }
}

void wgi_find_rooms(wgi_function *f)
{
    find_calls(f);
    for (int i = 0, end; i < f->count; i = end + 1) {
        end = i;
        if (!wgi_by_elements(f, &f->value[i])) continue;
        end = wgi_loop_end(f, i);
        find_inner(f, i, end);
    }
    place_all(f);
}
