/* lang_program.c: the public functions of lang.h: reading a text, setting values from outside, building,
 * questions. If a text cannot be read the program has no statements and the context has failed. */
#include "lang/lang.h"
#include "wgx/base.h"
#include "wgx/lang.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading a text ---- */

/* Stands for a program for which there was no memory. Its c is NULL: then nothing may be written to it. */
#define NO_BUILD .report = "", .prefix = ""
static const wg_program no_program = { .source = "", .name = "", .now = { NO_BUILD } };

static const wg_program *given(const wg_program *q) { return q ? q : &no_program; }

wg_program *wgi_program_blank(wg_context *c, const char *name)
{
    wg_program *q = wg_alloc(c, 1, sizeof *q);
    if (!q) return (wg_program *)(uintptr_t)&no_program;
    q->c = c;
    q->sites = wgx_sites_new(c);
    q->now = (wgi_program_now){ NO_BUILD };
    q->source = "";
    char *site = wgi_lang_alloc(q, strlen(name) + 2);
    if (site) site[0] = '\n', strcpy(site + 1, name);
    q->name = (site ? site : "\n") + 1;
    return q;
}

/* The place of errors that belong to no line: a newline stands before the name. */
wg_site wgi_whole_text(const wg_program *q) { return q->name - 1; }

/* functions: NULL or what stands behind the text, in a file of its own. */
static void read_text(wg_program *q, const char *text, size_t length, const char *functions)
{
    const size_t more = functions ? strlen(functions) : 0;
    if (length + more > WGI_LANG_SOURCE) {
        wg_fail(q->c, wgi_whole_text(q), WG_ERROR_SYNTAX, "a program text of more than 1 MiB");
        return;
    }
    const size_t mark = length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    text += mark, length -= mark;
    char *copy = wgi_lang_alloc(q, length + more + 2);
    if (!copy) return;
    memcpy(copy, text, length);
    if (more) copy[length] = '\n', memcpy(copy + length + 1, functions, more);
    q->source = copy;
    q->length = (uint32_t)(length + more + (more > 0));
    q->own = more ? (uint32_t)length + 1 : q->length;
    if (!wgi_lines(q)) return;
    const char *zero = memchr(text, 0, length);
    if (zero) {
        uint32_t at = (uint32_t)(zero - text);
        const bool wide = !memcmp(text, "\xFF\xFE", 2) || !memcmp(text, "\xFE\xFF", 2);
        wgi_lang_fail(q, at, at + 1, WG_ERROR_SYNTAX, "a zero byte: %s",
                      wide ? "the text is UTF-16; save it as UTF-8" : "this is no program text");
        return;
    }
    q->statements = wgi_parse(q);
}

static bool is_symbol(const wgi_binding *b) { return b->meaning == WG_NAME_SYMBOL; }

static bool is_listed(const wgi_binding *b)
{
    return !b->local && b->meaning != WG_NAME_SYMBOL && b->meaning != WG_NAME_FUNCTION;
}

/* Lists what is asked for by its number. */
bool wgi_number_names(wg_program *q)
{
    wgi_numbered *k = &q->numbered;
    size_t names = 1, plots = 1;
    EACH_BINDING(q, b) names++;
    EACH_AST(s, q->statements) plots += s->kind == AST_PLOT;
    k->name = wgi_lang_alloc(q, names * sizeof *k->name);
    k->symbol = wgi_lang_alloc(q, names * sizeof *k->symbol);
    k->plot = wgi_lang_alloc(q, plots * sizeof *k->plot);
    if (!k->name || !k->symbol || !k->plot) return false;
    EACH_BINDING(q, b)
        if (is_listed(b)) k->name[k->names++] = b;
        else if (is_symbol(b)) k->symbol[k->symbols++] = b;
    EACH_AST(s, q->statements)
        if (s->kind == AST_PLOT) k->plot[k->plots++] = s;
    return true;
}

/* Puts what binds no name behind what binds one, each in its order, and the functions before both. */
static void put_names_first(wg_program *q)
{
    wgi_ast *list[3] = { NULL }, **tail[] = { &list[0], &list[1], &list[2] };
    for (wgi_ast *s = q->statements; s; s = s->next) {
        const int k = s->start >= q->own ? 0 : s->kind == AST_BIND || s->kind == AST_FUNCTION ? 1 : 2;
        *tail[k] = s, tail[k] = &s->next;
    }
    *tail[2] = NULL, *tail[1] = list[2], *tail[0] = list[1];
    q->statements = list[0];
}

static void read_program(wg_program *q, const char *text, size_t length, bool names_first,
                         const char *functions)
{
    read_text(q, text, length, functions);
    q->names_first = names_first;
    if (names_first && !wgi_failed(q)) put_names_first(q);
    q->ready = !wgi_failed(q) && wgi_names(q, q->statements) && wgi_number_names(q);
}

static wg_program *program_of(wg_context *c, const char *name, const char *text, bool names_first,
                              const char *functions)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_text: the context is NULL"), NULL;
    wg_program *q = wgi_program_blank(c, name ? name : "program");
    if (q->c && !wg_failed(c) && !text) wg_fail(c, wgi_whole_text(q), WG_ERROR_USE, "the text is NULL");
    if (q->c && !wg_failed(c)) read_program(q, text, strlen(text), names_first, functions);
    return q;
}

wg_program *wg_program_text(wg_context *c, const char *name, const char *text)
{
    return program_of(c, name, text, false, NULL);
}

wg_program *wgx_program_lesson(wg_context *c, const char *name, const char *text, const char *functions)
{
    return program_of(c, name, text, true, functions);
}

/* Reads at most one byte more than a text may have: enough to see that it is too long. NULL: an error. */
static char *read_file(wg_program *q, const char *path, size_t *length)
{
    wg_context *c = q->c;
    const bool standard = !strcmp(path, "-");
    FILE *f = standard ? stdin : fopen(path, "rb");
    char *text = f ? wg_alloc(c, WGI_LANG_SOURCE + 2, 1) : NULL;
    if (text) *length = fread(text, 1, WGI_LANG_SOURCE + 1, f);
    if (!f || (text && ferror(f))) {
        wg_fail(c, wgi_whole_text(q), WG_ERROR_FILE, "cannot be read: %s", strerror(errno));
        wg_free(c, text);
        text = NULL;
    }
    if (f && !standard) fclose(f);
    return text;
}

wg_program *wgi_text_file(wg_context *c, const char *path)
{
    wg_program *q = wgi_program_blank(c, !path ? "program" : strcmp(path, "-") ? path : "<stdin>");
    if (q->c && !path) wg_fail(c, wgi_whole_text(q), WG_ERROR_USE, "the path is NULL");
    size_t length = 0;
    if (q->c) q->is_file = true;
    char *text = q->c && !wg_failed(c) ? read_file(q, path, &length) : NULL;
    if (text) read_program(q, text, length, false, NULL);
    if (q->c) wg_free(c, text);
    return q;
}

void wg_program_free(wg_program *q)
{
    if (!q || !q->c) return;
    wg_context *c = q->c;
    if (q->made.forget) q->made.forget(q, q->made.user);
    EACH_BINDING(q, b) wg_free(c, b->set.data);
    wgi_data_forget(q);
    wgi_lang_release(q);
    wgx_sites_free(q->sites);
    wg_free(c, q->folder);
    wg_free(c, q->hint);
    wg_free(c, q);
}

const char *wgx_program_source(const wg_program *q) { return given(q)->source; }

wg_tensor wgx_literal(wg_context *c, const char *where, const char *text)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "literal: the context is NULL"), (wg_tensor){ 0 };
    wg_tensor t = { 0 };
    wg_program *q = wg_program_text(c, where, text);
    if (q->ready && (!q->statements || q->statements->next || q->statements->kind != AST_VALUE ||
                     !wgi_list_constant(q->statements->first)))
        wgi_lang_fail(q, 0, q->length, WG_ERROR_SYNTAX, "a number or a list of numbers was expected");
    if (q->ready && !wg_failed(c)) {
        t.data = wgi_list(q, q->statements->first, &t.shape);
        t.dtype = WG_F64;
    }
    wg_program_free(q);
    return t;
}

bool wgx_statement_formula(wg_context *c, const char *text, char *to, size_t room)
{
    if (to && room) *to = 0;
    if (!c || !text || !to)
        return wg_fail(c, NULL, WG_ERROR_USE,
                       "statement_formula: the context, the text or the buffer is NULL"),
               false;
    wg_program *q = wgi_program_blank(c, "statement_formula");
    if (q->c && !wg_failed(c)) read_text(q, text, strlen(text), NULL);
    const bool is = q->c && !wg_failed(c) && wgi_write_formula(q, q->statements, to, room);
    wg_program_free(q);
    return is;
}

/* ---- values from outside ---- */

static wg_status cannot_set(wg_program *q, const char *name, const wgi_binding *b)
{
    const char *near = wgx_program_suggest(q, name);
    wg_site here = wgi_whole_text(q);
    if (b && q->made.build)
        return wg_fail(q->c, here, WG_ERROR_USE,
                       "%s is computed; only inputs, parameters and sizes can be set", name);
    if (b)
        return wg_fail(
            q->c, here, WG_ERROR_USE,
            b->meaning == WG_NAME_FUNCTION
                ? "%s is a function, defined at %s:%d; only inputs, parameters and constants can be set"
                : "%s is computed at %s:%d; only inputs, parameters and constants can be set",
            name, q->name, wgi_line(q, b->start));
    if (near) return wg_fail(q->c, here, WG_ERROR_USE, "no name '%s'; did you mean '%s'?", name, near);
    return wg_fail(q->c, here, WG_ERROR_USE, "no name '%s'", name);
}

/* WG_OK: the program can be used. */
static wg_status state_of(const wg_program *q)
{
    return !q ? WG_ERROR_USE : q->c ? wgi_failed(q) : WG_ERROR_MEMORY;
}

/* *at becomes a copy of s, which may be NULL. False: out of memory, *at is as before. */
static bool replace(const wg_program *q, char **at, const char *s)
{
    char *copy = s ? wg_alloc(q->c, strlen(s) + 1, 1) : NULL;
    if (s && !copy) return false;
    if (s) strcpy(copy, s);
    wg_free(q->c, *at);
    *at = copy;
    return true;
}

wg_status wg_program_data_in(wg_program *q, const char *folder, const char *hint)
{
    if (!q) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_data_in: the program is NULL");
    if (state_of(q)) return state_of(q);
    if (replace(q, &q->folder, folder)) replace(q, &q->hint, hint ? hint : "");
    return wgi_failed(q);
}

wg_status wg_program_set(wg_program *q, const char *name, wg_tensor t)
{
    if (!q) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_set: the program is NULL");
    if (state_of(q)) return state_of(q);
    if (!name) return wg_fail(q->c, wgi_whole_text(q), WG_ERROR_USE, "the name to set is NULL");
    wgi_binding *b = q->ready ? wgi_binding_find(q, name) : NULL;
    if (!b || b->meaning >= WG_NAME_COMPUTED) return cannot_set(q, name, b);
    int64_t size = wg_shape_size(t.shape);
    size_t n = (size_t)size;
    if (size < 0 || (n && !t.data))
        return wg_fail(q->c, NULL, WG_ERROR_VALUE, "%s: a tensor without %s", name,
                       size < 0 ? "a possible shape" : "data");
    if (!wg_dtype_size(t.dtype))
        return wg_fail(q->c, NULL, WG_ERROR_VALUE, "%s: a tensor without a dtype", name);
    if (n > WGI_LANG_TENSOR)
        return wg_fail(q->c, NULL, WG_ERROR_VALUE, "%s: more than %d elements", name, WGI_LANG_TENSOR);
    void *copy = wg_alloc(q->c, n + 1, wg_dtype_size(t.dtype));
    if (!copy) return wgi_failed(q);
    if (n) memcpy(copy, t.data, n * wg_dtype_size(t.dtype));
    wg_free(q->c, b->set.data);
    b->set = (wg_tensor){ t.dtype, t.shape, copy };
    return WG_OK;
}

/* ---- building ---- */

/* Writes q->now.report: "x, y drawn at random, m = 7, seed 0", or "" if nothing was drawn. */
static void report(wg_program *q)
{
    size_t room = 80, n = 0;
    EACH_BINDING(q, b) room += strlen(b->name) + 26;
    char *text = wgi_lang_built(q, room);
    if (!text) return;
    EACH_BINDING(q, b)
        if (b->drawn) n += (size_t)snprintf(text + n, room - n, "%s%s", n ? ", " : "", b->name);
    if (!n) return;
    n += (size_t)snprintf(text + n, room - n, " drawn at random");
    EACH_BINDING(q, b)
        if (is_symbol(b))
            n += (size_t)snprintf(text + n, room - n, ", %s = %lld", b->name, (long long)b->size);
    snprintf(text + n, room - n, ", seed %llu", (unsigned long long)wg_context_seed(q->c));
    q->now.report = text;
}

static void forget(wg_program *q)
{
    wgi_disown(q, NULL);
    EACH_BINDING(q, b) b->node = wg_none, b->several = NULL, b->known = false, b->drawn = false;
    wgi_lang_forget_built(q);
}

void wgi_program_begin(wg_program *q, wg_graph *g, wg_params *p, wg_mode mode)
{
    forget(q);
    q->now = (wgi_program_now){ .g = g, .p = p, .mode = mode, NO_BUILD };
}

wg_status wg_program_build(wg_program *q, wg_graph *g, wg_params *p, wg_mode mode)
{
    if (!q) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_build: the program is NULL");
    wgi_val v;
    if (state_of(q) || !q->ready) return state_of(q);
    if (!g || !p)
        return wg_fail(q->c, wgi_whole_text(q), WG_ERROR_USE, "the %s to build with is NULL",
                       g ? "parameter set" : "graph");
    wgi_program_begin(q, g, p, mode);
    wg_begin(g, mode);
    if (q->made.build) {
        if (q->made.build(q, q->made.user)) report(q);
        return wgi_failed(q);
    }
    if (!wgi_free_names(q) || !wgi_symbols(q)) return wgi_failed(q);
    for (wgi_ast *s = q->statements; s && !wgi_failed(q); s = s->next) {
        if (s->kind == AST_CLAIM) wgi_series(q, s);
        if (wgi_failed(q)) break;
        if (s->kind == AST_TRAIN) wgi_keep_training(q, s);
        else if (wgi_statement(q, s, &v) && (s->kind == AST_BIND || s->kind == AST_VALUE))
            wgi_note_last(q, s, s->kind == AST_BIND ? s->u.binding : NULL, v);
    }
    report(q);
    return wgi_failed(q);
}

/* ---- questions ---- */

int wg_program_names(const wg_program *q) { return given(q)->numbered.names; }
int wgx_program_symbols(const wg_program *q) { return given(q)->numbered.symbols; }

const char *wg_program_name(const wg_program *q, int i)
{
    const wgi_numbered *k = &given(q)->numbered;
    return i >= 0 && i < k->names ? k->name[i]->name : NULL;
}

wgx_symbol wgx_program_symbol(const wg_program *q, int i)
{
    const wgi_numbered *k = &given(q)->numbered;
    if (i < 0 || i >= k->symbols) return (wgx_symbol){ 0 };
    return (wgx_symbol){ k->symbol[i]->name, k->symbol[i]->size, k->symbol[i]->given };
}

/* The value of a name, or of a part of a group: p.W */
static wgi_val value_of(const wg_program *q, const char *name)
{
    char text[WGI_LANG_NAME + 1];
    const char *dot = name ? strchr(name, '.') : NULL;
    const size_t n = dot ? (size_t)(dot - name) : sizeof text;
    const wgi_binding *b = wgi_binding_find(q, name);
    if (!b && n < sizeof text)
        snprintf(text, sizeof text, "%.*s", (int)n, name), b = wgi_binding_find(q, text);
    else dot = NULL;
    wgi_val v = b ? (wgi_val){ .node = b->node, .several = b->several } : WGI_NOTHING;
    while (dot) {
        const char *end = strchr(dot + 1, '.');
        v = wgi_part_of(v, dot + 1, end ? (size_t)(end - dot - 1) : strlen(dot + 1));
        dot = end;
    }
    return v;
}

wg_node wg_program_node(const wg_program *q, const char *name)
{
    q = given(q);
    const wgi_val v = value_of(q, name);
    if (v.several || wg_node_ok(v.node)) return v.node;
    const wgi_binding *b = wgi_binding_find(q, name);
    const int64_t nodes = !b && name && strchr(name, '.') && q->now.g ? wg_graph_nodes(q->now.g) : 0;
    for (int64_t i = 1; i < nodes; i++) {
        const wg_node n = wg_graph_node(q->now.g, i);
        if (!strcmp(wg_node_name(n), name)) return n;
    }
    return b ? b->node : wg_none;
}

int wgx_program_parts(const wg_program *q, const char *name)
{
    const wgi_val v = value_of(given(q), name);
    return v.several ? wgi_leaves(v) : 0;
}

wg_node wgx_program_part(wg_program *q, const char *name, int k, const char **label)
{
    const int n = wgx_program_parts(q, name);
    wg_node *x = k >= 0 && k < n ? wgi_lang_built(q, (size_t)n * sizeof *x) : NULL;
    char path[WGI_LANG_NAME + 32] = "";
    int left = k, before = 0;
    if (!x) return wg_none;
    const wgi_val v = value_of(q, name);
    wgi_flatten(q, q->statements, v, x);
    wgi_leaf_path(v, name, &left, path, sizeof path);
    while (before < k && x[before].index != x[k].index) before++;
    const bool named = before == k && *wg_node_name(x[k]); /* a node that stands twice has its name once */
    if (label) *label = named ? wg_node_name(x[k]) : wgi_lang_join(q, path, "", "");
    return x[k];
}

wgx_meaning wgx_program_meaning(const wg_program *q, const char *name)
{
    const wgi_binding *b = wgi_binding_find(given(q), name);
    return b ? b->meaning : WG_NAME_UNKNOWN;
}

int wgx_program_option_line(const wg_program *q, const char *name, wg_node y)
{
    const wgi_binding *b = wgi_binding_find(given(q), name);
    return b && wg_node_ok(y) && wg_graph_of(y) == q->now.g ? wgi_option_line(q, b, b->node, y) : 0;
}

const char *wgx_program_fit_between(wg_program *q, wg_node x, wg_node y, int *line)
{
    int unused;
    return q && q->c ? wgi_fit_between(q, x, y, line ? line : &unused) : NULL;
}

int wgx_program_line(const wg_program *q, const char *name)
{
    const wgi_binding *b = wgi_binding_find(given(q), name);
    return b && !q->made.build ? wgi_line(q, b->start) : 0;
}

const char *wgx_program_suggest(const wg_program *q, const char *name)
{
    q = given(q);
    wgx_nearest_word s = wgx_nearest_to(name);
    EACH_BINDING(q, b)
        if (is_listed(b) || is_symbol(b)) wgx_nearest_try(&s, b->name, strlen(b->name));
    const int64_t nodes = name && strchr(name, '.') && q->now.g ? wg_graph_nodes(q->now.g) : 0;
    for (int64_t i = 1; i < nodes; i++) {
        const char *inner = wg_node_name(wg_graph_node(q->now.g, i));
        if (strchr(inner, '.')) wgx_nearest_try(&s, inner, strlen(inner));
    }
    return s.best;
}

int wgx_program_lasts(const wg_program *q) { return given(q)->now.last_count; }
wg_node wgx_program_last_part(const wg_program *q, int i, const char **name)
{
    const wgi_program_now *b = &given(q)->now;
    const bool is = i >= 0 && i < b->last_count;
    if (name) *name = is ? b->last[i].name : "_";
    return is ? b->last[i].node : wg_none;
}
/* Of several results of a file of another form the first one is the main one. */
static int main_part(const wg_program *q) { return given(q)->made.build ? 0 : wgx_program_lasts(q) - 1; }

wg_node wg_program_last(const wg_program *q) { return wgx_program_last_part(q, main_part(q), NULL); }

const char *wgx_program_last_name(const wg_program *q)
{
    const char *name;
    wgx_program_last_part(q, main_part(q), &name);
    return name;
}
wg_node wgx_program_node_at(const wg_program *q, int line, int column)
{
    uint32_t at;
    const wgi_placed_list *l = &given(q)->now.placed;
    if (!l->count || !wgi_offset(q, line, column, &at)) return wg_none;
    const size_t i = wgi_placed_before(l, at);
    return i < l->count && l->at[i].start == at ? l->at[i].node : wg_none;
}
const char *wg_program_drawn(const wg_program *q) { return given(q)->now.report; }
int wgx_program_claims(const wg_program *q) { return given(q)->now.claim_count; }

/* ---- what will be read ---- */

void wgx_program_keep(wg_program *q, int what)
{
    if (!q) wg_fail(NULL, NULL, WG_ERROR_USE, "program_keep: the program is NULL");
    if (!q || !q->c || wgi_failed(q) || !q->now.g) return;
    for (int i = 0; what & WG_KEEP_CLAIMS && i < q->now.claim_count; i++)
        wgi_keep(q->now.claims[i].left), wgi_keep(q->now.claims[i].right), wgi_keep(q->now.claims[i].within);
    for (size_t i = 0; what & WG_KEEP_VALUES && i < q->now.placed.count; i++)
        wgi_keep(q->now.placed.at[i].node);
    wgi_keep_none(q);
    for (const wgi_ast *s = q->statements; what & WG_KEEP_PLOTS && s; s = s->next)
        if (s->kind == AST_PLOT) wgi_keep_names(q, s);
}
wgx_claim wgx_program_claim(const wg_program *q, int i)
{
    q = given(q);
    return i >= 0 && i < q->now.claim_count ? q->now.claims[i] : (wgx_claim){ 0 };
}

/* ---- where the context's error was ---- */

/* Line and column in the context's message. False: the message does not begin with this text's name. */
static bool error_place(const wg_program *q, int *line, int *column)
{
    size_t n = q->c ? strlen(q->name) : 0;
    char *end;
    if (!q->c || !wgi_failed(q) || strncmp(wg_message(q->c), q->name, n) != 0 || wg_message(q->c)[n] != ':')
        return false;
    *line = (int)strtol(wg_message(q->c) + n + 1, &end, 10);
    if (*end != ':' || *line < 1) return false;
    *column = (int)strtol(end + 1, &end, 10);
    return *column >= 1;
}

int wgx_program_error_line(const wg_program *q)
{
    int line, column;
    return error_place(given(q), &line, &column) ? line : 0;
}

int wgx_program_error_column(const wg_program *q)
{
    int line, column;
    return error_place(given(q), &line, &column) ? column : 0;
}

const char *wgx_program_excerpt(wg_program *q)
{
    int line, column;
    uint32_t at;
    if (!q || !error_place(q, &line, &column) || strstr(wg_message(q->c), "\n  ") ||
        !wgi_offset(q, line, column, &at))
        return "";
    wgi_excerpt(q, at, wgi_token_end(q, at), q->excerpt, sizeof q->excerpt);
    return q->excerpt;
}
