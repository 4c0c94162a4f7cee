/* model.c: reads a program with its data, parameters and settings, and builds its graph, for all commands. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- errors ---- */

static int status_of(wg_status s)
{
    switch (s) {
    case WG_OK: return EXIT_DONE;
    case WG_ERROR_MISSING: return EXIT_LACKS;
    case WG_ERROR_MEMORY:
    case WG_ERROR_USER: return EXIT_OTHER;
    default: return EXIT_TEXT;
    }
}

static bool is_program_name(const model *m, const char *s)
{
    char word[120];
    size_t n = 0;
    while (n + 1 < sizeof word && (isalnum((unsigned char)s[n]) || s[n] == '_')) n++;
    snprintf(word, sizeof word, "%.*s", (int)n, s);
    return wgx_program_meaning(m->q, word) != WG_NAME_UNKNOWN;
}

/* The length of "name" in ".name = "; 0: s does not begin so. */
static size_t option_of_c(const char *s)
{
    size_t n = 1;
    while (*s == '.' && (islower((unsigned char)s[n]) || s[n] == '_')) n++;
    return n > 1 && !strncmp(s + n, " = ", 3) ? n - 1 : 0;
}

/* Messages of the library are in words of C: wg_sum(x, .axis = 1). In a program that is sum(x, axis=1). The
 * program's own names stay. */
static void strip_prefixes(const model *m, char *text)
{
    char *to = text;
    for (const char *s = text; *s;) {
        bool begins = s == text || (!isalnum((unsigned char)s[-1]) && s[-1] != '_');
        if (begins && !strncmp(s, "wg_", 3) && isalpha((unsigned char)s[3]) && !is_program_name(m, s)) s += 3;
        const size_t option = begins ? option_of_c(s) : 0;
        for (size_t i = 0; i < option; i++) *to++ = s[i + 1];
        if (option) *to++ = '=', s += option + 4;
        *to++ = *s++;
    }
    *to = 0;
}

/* Copies the message up to the excerpt of the program, and returns the excerpt. Prefixes are stripped behind
 * the first ": " alone, since a file's name stands before it. */
static const char *message_of(const model *m, char *text, size_t room)
{
    const char *message = wg_message(m->c), *lines = strstr(message, "\n  ");
    if (!lines) lines = message + strlen(message);
    snprintf(text, room, "%.*s", (int)(lines - message), message);
    char *said = strstr(text, ": ");
    if (m->q && said) strip_prefixes(m, said);
    return lines;
}

const char *model_place(const model *m)
{
    const char *text = args_value(m->a, "expression");
    const char *path = m->a->operands ? m->a->operand[0] : text && *text == '@' ? text + 1 : "-e";
    return strcmp(path, "-") ? path : "<stdin>";
}

/* The column of an error in letters, from 1 on; that of messages counts bytes. */
static int error_letter(const wg_program *q)
{
    const char *line = wgx_program_source(q);
    for (int i = 1; i < wgx_program_error_line(q) && *line; i++) line += strcspn(line, "\n") + 1;
    int letters = 1;
    for (const char *s = line; *s && s - line + 1 < wgx_program_error_column(q); s++)
        letters += ((unsigned char)s[1] & 0xc0) != 0x80;
    return letters;
}

static void error_json(const model *m, const char *text, const char *hint)
{
    json j = json_start(stdout);
    const int line = m->q ? wgx_program_error_line(m->q) : 0;
    json_object(&j, "error");
    json_whole(&j, "status", m->status);
    json_text(&j, "message", text);
    if (line) {
        json_text(&j, "file", model_place(m));
        json_whole(&j, "line", line);
        json_whole(&j, "column", wgx_program_error_column(m->q));
        json_whole(&j, "letter", error_letter(m->q));
    }
    if (*hint) json_text(&j, "hint", hint);
    json_finish(&j);
}

bool model_ok(model *m)
{
    char text[2048], hint[700] = "";
    if (m->status) return false;
    if (!wg_failed(m->c)) return true;
    m->status = status_of(wg_failed(m->c));
    const char *lines = message_of(m, text, sizeof text);
    fprintf(stderr, "%s%s%s\n", text, lines, m->q ? wgx_program_excerpt(m->q) : "");
    if (m->q && other_language(model_place(m), hint, sizeof hint)) fprintf(stderr, "wengert: %s\n", hint);
    if (m->a->json) error_json(m, text, hint);
    return false;
}

bool model_flags_ok(model *m)
{
    if (wg_failed(m->c) == WG_OK || wg_failed(m->c) == WG_ERROR_FILE || wg_failed(m->c) == WG_ERROR_FORMAT)
        return model_ok(m);
    return model_wrong(m, "%s", wg_message(m->c));
}

/* ---- settings ---- */

static bool settings(model *m, wg_start_opts *o, wg_dtype standard)
{
    const args *a = m->a;
    long long seed = 0;
    const char *dtype = args_value(a, "dtype"), *mode = args_value(a, "mode");
    if (!args_long(a, "seed", 0, &seed)) return model_ends(m, EXIT_FLAGS);
    o->seed = (uint64_t)seed;
    o->dtype = !dtype ? standard : !strcmp(dtype, "f32") ? WG_F32 : WG_F64;
    if (!args_choice(a, "dtype") || !args_choice(a, "mode")) return model_ends(m, EXIT_FLAGS);
    if (mode) m->mode = !strcmp(mode, "train") ? WG_TRAIN : WG_EVAL;
    return true;
}

/* In the form of an error: the place, the warning, without the words of C. */
static void warned(void *user, const char *message)
{
    const model *m = user;
    char text[1200];
    snprintf(text, sizeof text, "%s", message);
    char *said = strstr(text, ": ");
    if (m->q && said) strip_prefixes(m, said);
    tool_note(m->a, "warning: %s", text);
}

/* FILE.wg, - for standard input, -e TEXT, or -e @FILE. */
bool model_read_program(model *m)
{
    const args *a = m->a;
    const char *text = args_value(a, "expression"), *path = a->operands ? a->operand[0] : NULL;
    if (text && a->operands) return model_wrong(m, "%s: a file or -e, not both", a->c->name);
    if (!text && a->operands != 1)
        return model_wrong(m, "%s: %s; usage: wengert %s", a->c->name,
                           a->operands ? "one file at a time" : "no program given", a->c->usage);
    if (text && *text == '@' && strchr(text, '\n')) /* between two of -e */
        return model_wrong(m, "%s: -e @FILE is the whole program: give no other -e", a->c->name);
    if (text && *text == '@') path = text + 1;
    if (path && !*path) return model_wrong(m, "%s: the name of a file is empty", a->c->name);
    m->q = path ? wg_program_file(m->c, path) : wg_program_text(m->c, "-e", text);
    return model_ok(m);
}

/* ---- values ---- */

char *model_assignment(model *m, const char *flag_name, const char *text, const char **value)
{
    const char *equals = strchr(text, '=');
    char *name = equals ? wg_alloc(m->c, (size_t)(equals - text) + 1, 1) : NULL;
    if (!name) {
        model_wrong(m, "--%s %s: NAME=VALUE was expected", flag_name, text);
        return NULL;
    }
    memcpy(name, text, (size_t)(equals - text));
    *value = equals + 1;
    return name;
}

wg_tensor model_literal(model *m, const char *flag_name, const char *name, const char *text)
{
    char where[200];
    wg_tensor t;
    snprintf(where, sizeof where, "--%s %.150s", flag_name, name);
    if (!strcmp(text, "@")) {
        model_wrong(m, "%s: the name of a file is missing behind @", where);
        return (wg_tensor){ 0 };
    }
    t = text[0] == '@' ? wg_npy_read_at("", m->c, text + 1) : wgx_literal(m->c, where, text);
    if (!model_flags_ok(m)) t.data = NULL;
    return t;
}

/* Whether a later --set, from number `from` on, sets the same name. Then it is an error. */
static bool set_twice(model *m, int from, const char *text, const char *name)
{
    const size_t n = strlen(name) + 1;
    for (const char *other; (other = args_next(m->a, "set", &from));)
        if (!strncmp(other, text, n))
            return !model_wrong(m, "--set %s is given twice, %.200s and %.200s: give it once", name, text + n,
                                other + n);
    return false;
}

static bool set_values(model *m)
{
    const char *text, *value;
    for (int i = 0; (text = args_next(m->a, "set", &i));) {
        char *name = model_assignment(m, "set", text, &value);
        if (!name || set_twice(m, i, text, name)) return false;
        wg_tensor t = model_literal(m, "set", name, value);
        if (!t.data) return false;
        wg_program_set(m->q, name, t);
        wg_free(m->c, t.data);
        if (!model_flags_ok(m)) return false;
    }
    return true;
}

/* Makes the parameter of the file in the dtype of the program's floats. */
static void make_param(model *m, const wg_params *from, int i)
{
    const wg_tensor t = wg_params_tensor(from, i);
    const char *name = wg_params_name(from, i);
    const wg_dtype to = wg_dtype_is_float(t.dtype) ? wg_context_dtype(m->c) : t.dtype;
    void *zeros = wg_alloc(m->c, (size_t)wg_shape_size(t.shape) + 1, sizeof(double));
    if (zeros) wg_params_make_at("", m->p, name, wg_view(to, zeros, t.shape), wg_params_is_state(from, i));
    if (zeros) wg_params_assign_tensor_at("", m->p, name, t);
    wg_free(m->c, zeros);
}

/* Which parameters the file lacks is found after the build, for all of them at once. */
static bool load_weights(model *m)
{
    const char *path = args_value(m->a, "load");
    wg_params *file = path ? wg_params_new(m->c) : NULL;
    if (!path) return true;
    wg_params_read_at("", file, path);
    for (int i = 0; !wg_failed(m->c) && i < wg_params_count(file); i++) make_param(m, file, i);
    wg_params_free(file);
    return model_ok(m);
}

/* The names of parameters [from, to): "x, z.W, z.b"; "..." where the room ends. */
static void list_params(const model *m, int from, int to, char *text, size_t room)
{
    size_t n = (size_t)snprintf(text, room, "%s", from == to ? "no parameters" : "");
    for (int i = from; i < to && n + 40 < room; i++)
        n += (size_t)snprintf(text + n, room - n, "%s%s", i > from ? ", " : "", wg_params_name(m->p, i));
    if (n + 40 >= room) snprintf(text + (n < room - 6 ? n : room - 6), 6, ", ...");
}

/* A build makes parameters that the file does not have, with first values. With --load this is an error. */
static bool all_loaded(model *m, int loaded)
{
    char has[400], lacks[400];
    int n = wg_params_count(m->p);
    if (!args_has(m->a, "load") || n == loaded) return true;
    list_params(m, 0, loaded, has, sizeof has);
    list_params(m, loaded, n, lacks, sizeof lacks);
    return model_fail(m, EXIT_TEXT, "--load: the file has %s; the program's %s %s not in it", has, lacks,
                      n == loaded + 1 ? "is" : "are");
}

/* ---- open, close ---- */

bool model_begin(model *m, const args *a, wg_mode mode, wg_dtype standard)
{
    wg_start_opts o = WG_OPTS(wg_start_opts, .on_warning = warned, .user = m);
    *m = (model){ .a = a, .mode = mode };
    if (!settings(m, &o, standard)) return false;
    m->c = wg_start_at(WG_HERE, &o);
    m->g = wg_graph_new(m->c);
    m->p = wg_params_new(m->c);
    return true;
}

bool model_read(model *m, const args *a, wg_mode mode, wg_dtype standard)
{
    return model_begin(m, a, mode, standard) && model_read_program(m);
}

bool model_values(model *m) { return set_values(m) && load_weights(m); }

bool model_build(model *m)
{
    const int loaded = wg_params_count(m->p);
    wg_program_build(m->q, m->g, m->p, m->mode);
    return model_ok(m) && all_loaded(m, loaded);
}

bool model_open(model *m, const args *a, wg_mode mode)
{
    return model_read(m, a, mode, WG_F64) && model_data(m) && model_values(m) && model_build(m);
}

int model_close(model *m)
{
    if (m->c) m->status = tool_meet(m->c, m->status);
    if (m->c) wg_finish(m->c, NULL);
    return m->status;
}

/* ---- names ---- */

/* The node of a name of the program, or of a parameter that a layer owns. */
static wg_node find(model *m, const char *name)
{
    wg_node n = wg_program_node(m->q, name);
    for (int64_t i = 1; wg_is_none(n) && i < wg_graph_nodes(m->g); i++) {
        wg_node k = wg_graph_node(m->g, i);
        if (wgx_node_params(k) && !strcmp(wg_node_name(k), name)) n = k;
    }
    return n;
}

bool model_no_name(model *m, const char *flag_name, const char *name)
{
    const char *near = wgx_program_suggest(m->q, name);
    if (near) return model_wrong(m, "--%s: no name '%s'; did you mean '%s'?", flag_name, name, near);
    return model_wrong(m, "--%s: no name '%s'", flag_name, name);
}

static bool add_name(model *m, const char *flag_name, name_list *to, char *name)
{
    wg_node n = find(m, name);
    const int parts = wg_is_none(n) ? wgx_program_parts(m->q, name) : 0;
    for (int k = 0; k < parts; k++) { /* a group stands for its nodes */
        const char *label;
        to->node[to->count] = wgx_program_part(m->q, name, k, &label);
        to->name[to->count++] = label;
    }
    if (parts) return model_ok(m);
    if (wg_is_none(n)) return model_no_name(m, flag_name, name);
    to->name[to->count] = name;
    to->node[to->count++] = n;
    return true;
}

static bool name_room(model *m, name_list *to, size_t n)
{
    n *= 64; /* a group has at most so many nodes */
    *to = (name_list){ 0, wg_alloc(m->c, n + 1, sizeof *to->name), wg_alloc(m->c, n + 1, sizeof *to->node) };
    return model_ok(m);
}

bool model_names(model *m, const char *flag_name, const char *list, name_list *to)
{
    size_t n = 1;
    for (const char *s = list; *s; s++) n += *s == ',';
    char *copy = wg_alloc(m->c, strlen(list) + 1, 1);
    if (!copy || !name_room(m, to, n)) return model_ok(m);
    strcpy(copy, list);
    for (char *rest = copy, *name; (name = strsep(&rest, ","));)
        if (!add_name(m, flag_name, to, name + strspn(name, " "))) return false;
    return true;
}

bool model_by_no_option(model *m, wg_node y, const name_list *x)
{
    for (int i = 0; i < x->count; i++) {
        const int line = wgx_program_option_line(m->q, x->name[i], y);
        if (line)
            return model_fail(
                m, EXIT_TEXT,
                "%s is the number of an option in line %d: there is no derivative by it; --wrt names others",
                x->name[i], line);
        int at = 0;
        const char *found = wgx_program_fit_between(m->q, x->node[i], y, &at);
        if (found)
            return model_fail(m, EXIT_TEXT,
                              "%s was found from %s by fit in line %d: no derivative goes through fit; "
                              "stop_gradient(%s) takes it as it is",
                              *found ? found : "a value", x->name[i], at, *found ? found : "p");
    }
    return true;
}

bool *nodes_below(wg_graph *g, wg_node root)
{
    bool *in = wg_alloc(wg_graph_context(g), (size_t)root.index + 1, sizeof *in);
    if (in) in[root.index] = true;
    for (uint32_t i = root.index; in && i > 0; i--) {
        wg_node n = wg_graph_node(g, i);
        for (int k = 0; in[i] && k < wg_node_operands(n); k++) in[wg_node_operand(n, k).index] = true;
    }
    return in;
}

bool is_scalar(wg_node n)
{
    return wg_node_ok(n) && wg_dtype_is_float(wg_node_dtype(n)) && wg_shape_size(wg_node_shape(n)) == 1;
}

bool model_leaves(model *m, wg_node root, name_list *to)
{
    bool *in = nodes_below(m->g, root);
    if (!in || !name_room(m, to, root.index + 1)) return model_ok(m);
    for (uint32_t i = 1; i <= root.index; i++) {
        wg_node n = wg_graph_node(m->g, i);
        bool leaf = wg_node_leaf(n) == WG_LEAF_INPUT || (wgx_node_params(n) && !wgx_node_is_state(n));
        if (!in[i] || !leaf || !*wg_node_name(n) || !wg_dtype_is_float(wg_node_dtype(n))) continue;
        to->name[to->count] = wg_node_name(n);
        to->node[to->count++] = n;
    }
    wg_free(m->c, in);
    return true;
}

void model_say_drawn(const model *m, const char *drawn)
{
    if (*drawn) tool_note(m->a, "no data given: %s", drawn);
}

bool model_say_kink(const model *m, wg_node y, const wg_node x[], int n)
{
    const wgx_call k = wgx_kink(y, x, n);
    if (k.op)
        tool_note(
            m->a,
            "note: %s, %s, is at a kink: its second derivative there is that of a convention; wengert check "
            "--order 2 compares it",
            k.op->name, wg_site_place(k.here));
    return k.op;
}

/* Where a gradient stands below y, y's derivative takes that gradient's: a second one. What only y is made of
 * is differentiated once, as abs in abs(g - 2). So the gradients are looked at, which others than rules
 * use. */
static bool say_kink_below(const model *m, wg_node y, wg_node x)
{
    enum { MOST = 8 }; /* each takes three evaluations */
    bool *below = nodes_below(m->g, y), said = false;
    int left = MOST;
    wg_value_at("", x); /* wgx_kink moves it from its value, which an element of map has not got yet */
    if (wgx_node_is_derived(y)) said = model_say_kink(m, y, &x, 1);
    for (int64_t i = y.index; below && i > 0 && !said; i--) {
        const wg_node n = wg_graph_node(m->g, i);
        for (int k = 0; below[i] && !wgx_node_is_derived(n) && k < wg_node_operands(n) && !said; k++) {
            const wg_node g = wg_node_operand(n, k);
            if (wgx_node_is_derived(g) && left-- > 0) said = model_say_kink(m, g, &x, 1);
        }
    }
    wg_free(m->c, below);
    return said;
}

void model_say_kinks(const model *m)
{
    enum { LATEST = 8 }; /* a loop may have made thousands */
    wg_node y, x;
    bool said = args_has(m->a, "quiet");
    for (int i = 0; !said && i < LATEST && wgx_program_grad(m->q, i, &y, &x); i++)
        said = say_kink_below(m, y, x);
}

bool model_no_value(model *m)
{
    return model_fail(m, EXIT_TEXT, "%s: the program has no value: write an expression, or NAME = expression",
                      model_place(m));
}

bool model_of(model *m, const char **name, wg_node *node)
{
    const char *given = args_value(m->a, "of");
    name_list one;
    *name = given ? given : wgx_program_last_name(m->q);
    *node = wg_program_last(m->q);
    if (given) {
        if (!model_names(m, "of", given, &one)) return false;
        *node = one.node[0];
        if (one.count != 1) return model_wrong(m, "--of %s: one name was expected", given);
    }
    if (wg_is_none(*node)) return model_no_value(m);
    return model_fed(m, *node);
}

void model_keep(const wg_node *n, int count)
{
    for (int i = 0; i < count && count > 1; i++)
        if (wg_node_ok(n[i]) && wg_node_leaf(n[i]) == WG_LEAF_NONE) wg_keep_at(wg_node_site(n[i]), n[i]);
}

bool model_value(model *m, wg_node n, wg_tensor *t)
{
    *t = wg_value(n);
    return model_ok(m);
}
