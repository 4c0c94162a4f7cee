/* source_file.c: the file that wg_c_write writes. */
#include "source/source.h"
#include "wgx/data.h"
#include "wgx/graph.h"

#include <string.h>

WG_OPTION_ROWS(wg_c_opts)

/* ---- numbers ---- */

static void put_array(wgi_c_file *s, wgi_strbuf *to, const wgi_global *k)
{
    const long long n = wg_shape_size(k->value.shape);
    wgi_strbuf_format(to, "/* %s */\nstatic %s%s %s[%lld] = {", wgi_shape_words(s, k->value.shape),
                      k->changes ? "" : "const ", wgi_c_type(s, k->value.dtype), k->name, n > 0 ? n : 1);
    bool zero = true;
    for (int64_t i = 0; i < n && zero; i++) zero = wg_tensor_item(&k->value, i) == 0;
    for (int64_t i = 0; i < n && !zero; i++) {
        wgi_strbuf_put(to, i % 8 ? " " : "\n    ");
        wgi_strbuf_put(to, wgi_c_number(s, wg_tensor_item(&k->value, i), k->value.dtype));
        wgi_strbuf_put(to, ",");
    }
    wgi_strbuf_put(to, zero ? " 0 };\n" : "\n};\n");
}

/* ---- functions ---- */

static bool is_input(const wgi_value *v)
{
    return v->place == WGI_AT_ARGUMENT && wg_node_leaf(v->node) == WG_LEAF_INPUT;
}

void wgi_put_comment(wgi_function *f, wgi_strbuf *to, const wgi_value *v)
{
    wgi_c_file *s = f->s;
    const wg_op *op = wg_node_op(v->node);
    const char *formula = op->formula ? op->formula : "";
    wgi_strbuf_format(to, "    /* %s %s", v->name, v->shape.rank ? wgi_shape_words(s, v->shape) : "");
    wgi_strbuf_format(to, "%s= ", v->shape.rank ? " " : "");
    if (op->operands > 0 && op->operands <= 3 && strlen(formula) < 50 && !strchr(formula, ';') &&
        !strncmp(formula, "y = ", 4)) {
        static char names[3][20];
        wgi_c_word word[4] = { { "y", v->name } };
        for (int k = 0; k < op->operands; k++) {
            wgx_op_operand_name(op, k, names[k], sizeof names[k]);
            const wgi_value *x = wgi_value_of(f, wgi_operand(v, k));
            word[k + 1] = (wgi_c_word){ names[k], x->name };
        }
        wgi_put_words(to, formula + 4, word, op->operands + 1);
    } else {
        wgi_strbuf_format(to, "%s(", op->name);
        for (int k = 0; k < wgi_operand_count(v->node); k++)
            wgi_strbuf_format(to, "%s%s", k ? ", " : "", wgi_value_of(f, wgi_operand(v, k))->name);
        wgi_strbuf_put(to, ")");
    }
    wgi_strbuf_put(to, " */\n");
}

static void note_missing(wgi_function *f, const wgi_value *v)
{
    wgi_c_file *s = f->s;
    const char *op = wg_node_op_name(v->node), *name = wg_node_name(v->node);
    const char *text = wgi_pool_format(&s->pool, "%s%s%s%s", op, *name ? " (" : "", name, *name ? ")" : "");
    if (s->missing.length && strstr(wgi_strbuf_text(&s->missing), text)) return;
    wgi_strbuf_format(&s->missing, "%s%s", s->missed++ ? ", " : "", text);
}

/* Pointers to the room of each array. */
static void put_room(wgi_function *f, wgi_strbuf *to)
{
    wgi_c_file *s = f->s;
    for (int i = 0; i < f->count; i++) {
        const wgi_value *v = &f->value[i];
        if (v->place != WGI_AT_WORK) continue;
        const char *member = wg_dtype_is_float(v->dtype) ? "f"
                             : v->dtype == WG_I64        ? "l"
                             : v->dtype == WG_I32        ? "i"
                                                         : "b";
        wgi_strbuf_format(to, "    %s *const %s = work->%s", wgi_c_type(s, v->dtype), v->name, member);
        if (v->at) wgi_strbuf_format(to, " + %lld", (long long)v->at);
        wgi_strbuf_format(to, "; /* %s */\n", wgi_shape_words(s, v->shape));
    }
}

static void put_statements(wgi_function *f, wgi_strbuf *to)
{
    for (int i = 0, end; i < f->count; i = end + 1) {
        wgi_value *v = &f->value[i];
        int results = 1;
        end = i;
        if (v->place == WGI_AT_VIEW || wg_node_leaf(v->node) != WG_LEAF_NONE) continue;
        if (wgi_by_elements(f, v)) {
            end = wgi_put_elements(f, to, i);
            continue;
        }
        const wg_op *op = wg_node_op(v->node);
        if (op && op->outputs > 1) results = op->outputs;
        wgi_put_comment(f, to, v);
        for (int k = 0; k < results; k++)
            if (v[k].place == WGI_AT_LOCAL && !v[k].declared)
                wgi_strbuf_format(to, "    %s %s;\n", wgi_c_type(f->s, v[k].dtype), v[k].name),
                    v[k].declared = true;
        if (!wgi_put_call(f, to, v)) note_missing(f, v);
        end = i + results - 1;
    }
}

/* The arguments: inputs in the order of the graph. */
void wgi_put_arguments(wgi_function *f, wgi_strbuf *to)
{
    wgi_c_file *s = f->s;
    for (int i = 0; i < f->count; i++)
        if (is_input(&f->value[i]))
            wgi_strbuf_format(to, "const %s *%s, ", wgi_c_type(s, f->value[i].dtype), f->value[i].name);
}
void wgi_put_body(wgi_function *f, wgi_strbuf *to, const char *failed)
{
    wgi_strbuf body = { .pool = &f->s->pool };
    const wgi_c_word word = { "FAILED", failed };
    wgi_find_rooms(f);
    put_statements(f, &body);
    put_room(f, to);
    wgi_put_words(to, wgi_strbuf_text(&body), &word, 1);
    for (int c = 0; c < WGI_ROOMS; c++)
        if (f->room[c] > f->s->room[c]) f->s->room[c] = f->room[c];
    if (f->part > f->s->part) f->s->part = f->part;
}

void wgi_describe_arguments(wgi_function *f, wgi_strbuf *to)
{
    for (int i = 0; i < f->count; i++)
        if (is_input(&f->value[i]))
            wgi_strbuf_format(to, " *     %s %s\n", f->value[i].name,
                              wgi_shape_words(f->s, f->value[i].shape));
}

/* The result is written at once where the caller wants it, if it is an array of its own. */
static bool put_forward(wgi_c_file *s, wg_node y, wgi_strbuf *to)
{
    wgi_function f = { .s = s };
    if (!wgi_collect(&f, wg_graph_of(y), &y, 1)) return false;
    wgi_find_uses(&f);
    wgi_value *v = wgi_value_of(&f, y);
    wgi_strbuf text = { .pool = &s->pool };
    const bool direct = v->place == WGI_AT_WORK;
    const char *result = direct ? v->name : wgi_identifier(s, "result", false),
               *type = wgi_c_type(s, v->dtype);
    if (direct) v->place = WGI_AT_ARGUMENT;
    wgi_put_body(&f, &text, "false");
    wgi_strbuf_format(&s->about, " *     %s_forward computes %s %s from\n", s->o.name, result,
                      wgi_shape_words(s, v->shape));
    wgi_describe_arguments(&f, &s->about);
    wgi_strbuf_format(
        to,
        "\n/* Computes %s %s. Returns false if a number of an input is out of range. */\nbool %s_forward(",
        result, wgi_shape_words(s, v->shape), s->o.name);
    wgi_put_arguments(&f, to);
    wgi_strbuf_format(to, "%s *%s, %s_work *work)\n{\n    (void)work;\n", type, result, s->o.name);
    wgi_strbuf_put(to, wgi_strbuf_text(&text));
    if (v->place == WGI_AT_LITERAL || v->place == WGI_AT_LOCAL)
        wgi_strbuf_format(to, "    *%s = %s;\n", result, v->name);
    else if (!direct)
        wgi_strbuf_format(to, "    memcpy(%s, %s, %lld * sizeof *%s);\n", result, wgi_pointer(&f, v),
                          (long long)v->size, result);
    wgi_strbuf_put(to, "    return true;\n}\n");
    wgi_end_names(s);
    return !s->pool.failed;
}

/* ---- the file ---- */

static void put_head(wgi_c_file *s, wgi_strbuf *to, const char *path)
{
    const char *name = s->o.name;
    const char *slash = strrchr(path, '/');
    wgi_strbuf_format(to, "/* %s: a net, written by Wengert %s.\n *\n%s *\n",
                      slash               ? slash + 1
                      : strcmp(path, "-") ? path
                                          : name,
                      wg_version(), wgi_strbuf_text(&s->about));
    wgi_strbuf_format(to,
                      " *     %s_work *work: room that the caller gives, %lld floats and what else stands in "
                      "the struct.\n *\n",
                      name, (long long)(s->room[0] + s->part));
    if (s->definitions)
        wgi_strbuf_put(to, " * Computed by their definitions from simpler ops, which round in another order "
                           "than Wengert's kernels:\n *     ");
    for (int i = 0; i < s->definitions; i++)
        wgi_strbuf_format(to, "%s%s", i ? ", " : "", s->definition[i]->name);
    if (s->definitions) wgi_strbuf_put(to, "\n *\n");
    wgi_strbuf_put(
        to, " * Nothing else is needed: no library but that of the language, no memory, no file. "
            "Arrays are row by row.\n"
            " * Compile it with -O3 -ffp-contract=off. Then the results are those of Wengert with "
            "WG_ISA=base, to the bit.\n */\n"
            "#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n#include <string.h>\n\n"
            "#ifdef __cplusplus\n#define restrict\nextern \"C\" {\n#endif\n#ifdef __clang__\n#pragma STDC "
            "FP_CONTRACT OFF\n#endif\n\n");
}

static void put_work(wgi_c_file *s, wgi_strbuf *to)
{
    static const char *const types[] = { NULL, "long long l", "int i", "bool b" };
    wgi_strbuf_format(to,
                      "\n/* Room for what is computed on the way. Nothing in it needs to be set. */\ntypedef "
                      "struct %s_work {\n",
                      s->o.name);
    wgi_strbuf_format(to, "    %s f[%lld];\n", s->single ? "float" : "double",
                      (long long)(s->room[0] > 0 ? s->room[0] : 1));
    for (int c = 1; c < WGI_ROOMS; c++)
        if (s->room[c]) wgi_strbuf_format(to, "    %s[%lld];\n", types[c], (long long)s->room[c]);
    if (s->part)
        wgi_strbuf_format(to, "    %s part[%lld];\n", s->single ? "float" : "double", (long long)s->part);
    wgi_strbuf_format(to, "} %s_work;\n", s->o.name);
}

static wg_status put_file(wgi_c_file *s, const char *path)
{
    wgi_strbuf to = { .pool = &s->pool }, functions = { .pool = &s->pool };
    wgi_put_functions(s, &functions);
    put_head(s, &to, path);
    wgi_strbuf_put(&to, wgi_strbuf_text(&functions));
    wgi_strbuf_put(&to, wgi_strbuf_text(&s->tables));
    for (int i = 0; i < s->globals; i++) put_array(s, &to, &s->global[i]);
    if (s->draws)
        wgi_strbuf_format(&to,
                          "/* How many times random numbers were drawn. */\nstatic uint64_t epoch = %lluu;\n",
                          (unsigned long long)s->epoch);
    put_work(s, &to);
    wgi_strbuf_put(&to, wgi_strbuf_text(&s->body));
    wgi_strbuf_put(&to, "\n#ifdef __cplusplus\n}\n#endif\n");
    if (s->pool.failed) return wg_fail(s->c, s->here, WG_ERROR_MEMORY, "c_write: out of memory");
    return wgx_file_write_at(s->here, s->c, "c_write", path, wgi_strbuf_text(&to), to.length);
}

static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return n > 0 && n < 40 && !s[n] && !(*s >= '0' && *s <= '9');
}

static wg_status check(wg_site here, wg_node y, const char *path, const wg_c_opts *o)
{
    wg_context *c = wg_graph_of(y) ? wg_graph_context(wg_graph_of(y)) : NULL;
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "c_write: the node is none, or a number");
    if (wg_failed(c)) return wg_failed(c);
    if (!wg_node_ok(y)) return wg_fail(c, here, WG_ERROR_USE, "c_write: the node is of an earlier build");
    if (!path) return wg_fail(c, here, WG_ERROR_USE, "c_write: the path is NULL");
    if (!wg_options_fit(c, here, "c_write", wg_c_opts_rows(), o)) return wg_failed(c);
    if (!o->name || !is_name(o->name))
        return wg_fail(c, here, WG_ERROR_VALUE, "c_write: name \"%s\" is no identifier of C",
                       o->name ? o->name : "");
    const bool loss = wg_graph_of(o->loss) != NULL;
    if (loss != (o->optim != NULL))
        return wg_fail(c, here, WG_ERROR_USE, "c_write: a step needs both, a loss and an optimizer: give .%s",
                       loss ? "optim" : "loss");
    if (loss && wg_shape_size(wg_node_shape(o->loss)) != 1)
        return wg_fail(c, here, WG_ERROR_SHAPE, "c_write: the loss has %lld elements, must be one number",
                       (long long)wg_shape_size(wg_node_shape(o->loss)));
    return WG_OK;
}

wg_status wg_c_write_at(wg_site here, wg_node y, const char *path, const wg_c_opts *o)
{
    WG_OPTIONS_FILL(wg_c_opts, o);
    WG_USER_CALL(here, "c_write");
    wg_status status = check(here, y, path, o);
    if (status != WG_OK) return status;
    wg_context *c = wg_graph_context(wg_graph_of(y));
    wgi_c_file s = { .c = c, .here = here, .o = *o, .pool = { .c = c } };
    s.body.pool = s.tables.pool = s.missing.pool = s.about.pool = &s.pool;
    s.single = (wg_dtype_is_float(wg_node_dtype(y)) ? wg_node_dtype(y) : wg_context_dtype(c)) == WG_F32;
    bool fine = wgi_source_begin(&s);
    if (fine && o->optim) fine = wgi_put_step(&s) == WG_OK;
    const int64_t mark = wgx_graph_mark(wg_graph_of(y));
    fine = fine && put_forward(&s, y, &s.body);
    wgx_graph_rewind(wg_graph_of(y), mark);
    if (fine && s.missed)
        status = wg_fail(c, here, WG_ERROR_USE, "c_write: %d op%s no text in C: %s", s.missed,
                         s.missed > 1 ? "s have" : " has", wgi_strbuf_text(&s.missing));
    else if (fine) status = put_file(&s, path);
    else status = wg_failed(c) ? wg_failed(c) : wg_fail(c, here, WG_ERROR_MEMORY, "c_write: out of memory");
    wgi_pool_free(&s.pool);
    return status;
}
