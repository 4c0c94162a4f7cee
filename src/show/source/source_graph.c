/* source_graph.c: the values that a function computes, what they are called, and where their numbers are. */
#include "source/source.h"
#include "wgx/graph.h"
#include "wgx/params.h"

#include <ctype.h>
#include <string.h>

/* ---- identifiers ---- */

static bool is_taken(const wgi_c_file *s, const char *word)
{
    for (int i = 0; i < s->taken_count; i++)
        if (!strcmp(s->taken[i].word, word)) return true;
    return wgi_is_reserved(word) || !strncmp(word, s->o.name, strlen(s->o.name));
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
    return add_global(s, (wgi_global){ set, number, wgi_identifier(s, wg_node_name(leaf), true),
                                       wg_params_tensor(set, number), false });
}

int wgi_new_global(wgi_c_file *s, const char *name, const wg_tensor *value)
{
    const size_t bytes = (size_t)wg_shape_size(value->shape) * wg_dtype_size(value->dtype);
    void *copy = wgi_pool_alloc(&s->pool, bytes + 1, 1);
    if (!copy) return -1;
    memcpy(copy, value->data, bytes);
    return add_global(
        s,
        (wgi_global){ NULL, -1, wgi_identifier(s, name, true), { value->dtype, value->shape, copy }, true });
}

/* ---- values ---- */

wgi_value *wgi_value_of(const wgi_function *f, wg_node n)
{
    const int i = n.graph == f->g && n.index < f->nodes ? f->index[n.index] : -1;
    return i < 0 ? NULL : &f->value[i];
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
        for (int k = 0; same && k < wg_node_operands(n); k++)
            same = wg_node_operand(before, k).index == wg_node_operand(n, k).index;
        from -= same;
    }
    return wg_graph_node(wg_graph_of(n), i - (i - from) % *results);
}

static void mark(wg_node n, bool *wanted)
{
    int results;
    const wg_node first = first_result(n, &results);
    for (int k = 0; k < results; k++) wanted[first.index + (uint32_t)k] = true;
}

static const char *wish_of(wgi_function *f, wg_node n)
{
    wgi_c_file *s = f->s;
    if (*wg_node_name(n)) return wg_node_name(n);
    if (*wgx_layer_node_name(n)) return wgx_layer_node_name(n);
    return wgi_pool_format(&s->pool, "%s%d", wg_node_op_name(n), f->count);
}

/* The number of the array that has the numbers of leaf n; -1: none has. */
static int global_at(wgi_function *f, wg_node n)
{
    const wg_leaf leaf = wg_node_leaf(n);
    for (int i = 0; i < f->changes; i++)
        if (f->change[i].from.index == n.index) return f->change[i].global;
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
    if (wg_dtype_is_float(v->dtype) && v->size > 1 && s->single != (v->dtype == WG_F32) && !s->missed++)
        wgi_strbuf_put(&s->missing, "arrays of f32 beside arrays of f64");
}

bool wgi_collect(wgi_function *f, wg_graph *g, const wg_node *root, int n)
{
    wgi_c_file *s = f->s;
    f->g = g, f->nodes = wg_graph_nodes(g), f->count = 0;
    bool *wanted = wgi_pool_take(&s->pool, f->nodes + WG_MAX_OUTPUTS, sizeof *wanted);
    f->index = wgi_pool_take(&s->pool, f->nodes, sizeof *f->index);
    if (s->pool.failed) return false;
    for (int k = 0; k < n; k++) mark(root[k], wanted);
    for (int64_t i = f->nodes - 1; i > 0; i--) {
        const wg_node x = wg_graph_node(g, i);
        for (int k = 0; wanted[i] && k < wg_node_operands(x); k++) mark(wg_node_operand(x, k), wanted);
        f->count += wanted[i];
    }
    f->value = wgi_pool_take(&s->pool, f->count, sizeof *f->value);
    if (s->pool.failed) return false;
    f->count = 0;
    for (int64_t i = 0; i < f->nodes; i++) {
        f->index[i] = wanted[i] ? f->count : -1;
        if (wanted[i]) describe(f, &f->value[f->count++], wg_graph_node(g, i));
    }
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
        if (v->place == WGI_AT_WORK && wgi_is_view(v, &v->from)) {
            v->place = WGI_AT_VIEW;
            v->of = (int)(wgi_value_of(f, wgi_operand(v, 0)) - f->value);
        } else if (v->place == WGI_AT_WORK && v->size == 1) v->place = WGI_AT_LOCAL;
    }
    for (int i = 0; i < f->count; i++)
        for (int k = 0; k < wg_node_operands(f->value[i].node); k++) {
            wgi_value *x = wgi_whole(f, wgi_value_of(f, wgi_operand(&f->value[i], k)), NULL);
            if (x->last < i) x->last = i;
        }
    for (int i = 0; i < f->count; i++) { /* what is wanted of a view is wanted of the whole */
        wgi_value *x = wgi_whole(f, &f->value[i], NULL);
        if (f->value[i].wanted) x->wanted = true;
    }
}

void wgi_find_rooms(wgi_function *f)
{
    for (int i = 0, end; i < f->count; i = end + 1) {
        end = i;
        if (!wgi_by_elements(f, &f->value[i])) continue;
        end = wgi_loop_end(f, i);
        find_inner(f, i, end);
    }
    place_all(f);
}
