/* listing.c: a picture as a list of equations, a box a line, in the order of computation:
 *
 *     a = σ(z)    []    0.7503    da = −1.333
 *
 * The lines of a scope stand below its name. A line is cut where it would be too wide: first what takes most
 * room.
 */
#include <string.h>

#include "draw/step_states.h"
#include "wgx/graph.h"

enum { EQUATION, SHAPE, VALUE, GRADIENT, CELLS, GAP = 2, INDENT = 2, STEP_INDENT = 6 };

typedef struct listing {
    const wgi_picture *p;
    wgi_strbuf *out;
    int column[CELLS];
    int frame; /* whose name was written last */
} listing;

/* ---- cells ---- */

static bool has_line(const wgi_box *x) { return !x->is_copy; }

/* The lines of a text side by side. The rows of a matrix close up: they begin with a space of a digit's
 * width. */
static void put_joined(wgi_strbuf *b, const char *text)
{
    static const char row[] = "\u2007";
    while (*text) {
        const size_t n = strcspn(text, "\n");
        wgi_strbuf_add(b, text, n);
        text += n + (text[n] == '\n');
        if (!strncmp(text, row, sizeof row - 1)) text += sizeof row - 1;
        if (*text) wgi_strbuf_put(b, " ");
    }
}

static void put_equation(wgi_strbuf *b, const wgi_box *x)
{
    const bool leaf = x->title == x->name && x->times == 1 && wg_node_leaf(x->node) != WG_LEAF_NONE;
    put_joined(b, x->title);
    if (leaf) wgi_strbuf_format(b, "  %s", x->word);
    if (*x->detail && x->kind != WGI_BOX_FAILED)
        wgi_strbuf_put(b, x->times > 1 ? "  " : ", "), put_joined(b, x->detail);
    if (x->mark) wgi_strbuf_put(b, "  "), put_joined(b, x->mark);
}

static const char *cell(const listing *l, const wgi_box *x, int c)
{
    wgi_strbuf b = { .pool = l->p->pool };
    if (c == SHAPE && (strchr(x->shape, '[') || x->kind == WGI_BOX_FAILED)) return x->shape;
    if (c == SHAPE) return wgi_pool_format(l->p->pool, *x->shape ? "%s []" : "[]", x->shape);
    if (c == EQUATION) put_equation(&b, x);
    else put_joined(&b, c == VALUE ? x->value : x->gradient);
    return wgi_strbuf_keep(&b);
}

/* ---- columns ---- */

static int depth_of(const wgi_picture *p, int frame)
{
    int depth = 0;
    for (; frame >= 0; frame = p->frame[frame].parent) depth++;
    return depth;
}

static int indent_of(const listing *l, const wgi_box *x)
{
    const int deepest = 8;
    const int depth = depth_of(l->p, x->frame);
    return INDENT * (depth < deepest ? depth : deepest);
}

static int total(const listing *l)
{
    int all = 0;
    for (int c = 0; c < CELLS; c++) all += l->column[c] ? l->column[c] + (all ? GAP : 0) : 0;
    return all;
}

/* A call that failed makes no column wider. */
static void find_columns(listing *l, int width)
{
    const int most = 2 * width / 3;
    for (int64_t i = 0; i < l->p->boxes; i++)
        for (int c = 0; has_line(&l->p->box[i]) && c < CELLS; c++) {
            const wgi_box *x = &l->p->box[i];
            int now = wgi_columns(cell(l, x, c)) + (c == EQUATION ? indent_of(l, x) : 0);
            if (now > most) now = most;
            if (x->kind == WGI_BOX_FAILED) continue;
            if (now > l->column[c]) l->column[c] = now;
        }
    while (total(l) > width) {
        int widest = 0;
        for (int c = 1; c < CELLS; c++)
            if (l->column[c] > l->column[widest]) widest = c;
        l->column[widest]--;
    }
}

/* ---- lines ---- */

static void put_spaces(wgi_strbuf *b, int n) { wgi_strbuf_format(b, "%*s", n > 0 ? n : 0, ""); }

static void put_frames(listing *l, int frame)
{
    const wgi_picture *p = l->p;
    if (frame == l->frame) return;
    l->frame = frame;
    if (frame < 0) return;
    const char *name = "";
    for (int at = frame; at >= 0; at = p->frame[at].parent)
        name = wgi_pool_format(p->pool, "%s%s%s", wgi_pool_clean(p->pool, p->frame[at].name, 80),
                               *name ? " / " : "", name);
    put_spaces(l->out, INDENT * (depth_of(p, frame) - 1));
    wgi_strbuf_fit(l->out, name, p->o->width - 20);
    wgi_strbuf_put(l->out, ":\n");
}

/* The cell in at most so many columns, the name at its start bold. How many columns it takes. */
static int put_cell(listing *l, const wgi_box *x, int c, int columns)
{
    const size_t name = strlen(x->name);
    wgi_strbuf fit = { .pool = l->p->pool };
    wgi_strbuf_fit(&fit, cell(l, x, c), columns);
    const char *text = wgi_strbuf_keep(&fit);
    const int taken = wgi_columns(text);
    if (c == EQUATION && l->p->o->ansi && name && !strncmp(text, x->name, name)) {
        wgi_strbuf_format(l->out, "\033[1m%s\033[0m", x->name);
        text += name;
    }
    wgi_strbuf_put(l->out, text);
    return taken;
}

/* The lines of the message below the call. */
static void put_message(listing *l, const char *text, int width)
{
    for (const char *line; (line = wgi_next_line(l->p->pool, &text));) {
        put_spaces(l->out, 4);
        wgi_strbuf_fit(l->out, line, width - 4);
        wgi_strbuf_put(l->out, "\n");
    }
}

static void put_line(listing *l, const wgi_box *x, int width)
{
    int last = x->kind == WGI_BOX_FAILED ? EQUATION : CELLS - 1, at = 0, begin = 0;
    while (last > 0 && !*cell(l, x, last)) last--;
    for (int c = 0; c <= last; c++) {
        if (!l->column[c]) continue;
        const int indent = c == EQUATION ? indent_of(l, x) : 0;
        put_spaces(l->out, begin - at + indent);
        /* the last cell may use the rest of the line */
        const int room = (c == last ? width - begin : l->column[c]) - indent;
        at = begin + indent + put_cell(l, x, c, room);
        begin += l->column[c] + GAP;
    }
    wgi_strbuf_put(l->out, "\n");
    if (x->kind == WGI_BOX_FAILED) put_message(l, x->detail, width);
}

static wg_status write(wgi_picture *p, wgi_strbuf *out)
{
    listing l = { .p = p, .out = out, .frame = -1 };
    const int width = p->o->width;
    find_columns(&l, width);
    for (int64_t i = 0; i < p->boxes; i++) {
        if (!has_line(&p->box[i])) continue;
        put_frames(&l, p->box[i].frame);
        put_line(&l, &p->box[i], width);
    }
    return WG_OK;
}

/* ---- step by step: what is given, forward a value a line, backward a term a line ----
 *
 *     given     x = [1, −2]
 *     forward
 *       1  z = w·x + b = 1.1
 *     backward
 *       9  dz = da · a (1 − a) = −1.333 · 0.1874 = −0.2497
 */

/* The text with a mark in the place of each space: '=' before a part of an equation or a definition, '-'
 * around the sign = of a condition or a definition: "y where x = 0, else 1;  x̂ = (x − μ)/σ, μ =
 * mean(x)". */
static const char *breaks_of(wgi_pool *pool, const char *s)
{
    char *mark = wgi_pool_take(pool, (int64_t)strlen(s) + 1, 1);
    bool condition = false, defines = false;
    int depth = 0;
    for (size_t i = 0; mark && s[i]; i++) {
        depth += (strchr("([", s[i]) != NULL) - (strchr(")]", s[i]) != NULL);
        const bool equals = !strncmp(s + i, " = ", 3), top = !depth;
        if (top && s[i] == ':') defines = false;
        if (top && s[i] == ';') defines = true;
        if (top && strchr(",;", s[i])) condition = false;
        if (top && !strncmp(s + i, " where ", 7)) condition = true;
        const bool part = equals ? top && !condition && !defines
                                 : top && i && (s[i - 1] == ';' || (defines && s[i - 1] == ','));
        if (!mark[i]) mark[i] = s[i] != ' ' ? 'x' : part ? '=' : equals ? '-' : ' ';
        if (equals) mark[i + 2] = '-';
    }
    return mark ? mark : s;
}

/* In lines that are not too wide. */
static void put_wrapped(const wgi_picture *p, wgi_strbuf *out, const char *s)
{
    const char *mark = breaks_of(p->pool, s);
    for (int room = p->o->width - STEP_INDENT, indent = 0; *s; indent = STEP_INDENT + 4) {
        size_t end = strlen(s), best = 0, space = 0, any = 0;
        for (size_t i = 1; wgi_columns(s) > room && i < strlen(s); i++) {
            if (s[i] != ' ') continue;
            const int columns = wgi_columns(wgi_pool_part(p->pool, s, i));
            if (columns > room) break;
            any = i;
            if (mark[i] == ' ') space = i;
            if (mark[i] == '=' && columns > room / 3) best = i;
        }
        if (any) end = best ? best : space ? space : any;
        put_spaces(out, indent);
        wgi_strbuf_fit(out, wgi_pool_part(p->pool, s, end), room);
        wgi_strbuf_put(out, "\n");
        for (mark += end, s += end; *s == ' '; mark++) s++;
        room = p->o->width - STEP_INDENT - 4;
    }
}

static wg_status write_steps(wgi_picture *p, wgi_strbuf *out)
{
    wgi_step_states s;
    const wg_status status = wgi_step_states_need(&s, p);
    if (status != WG_OK) return status;
    wgi_strbuf_put(out, "given\n");
    for (int64_t i = 0; i < p->boxes; i++) { /* leaves, which have their values from the start */
        const wgi_box *x = &p->box[i];
        wgi_strbuf line = { .pool = p->pool };
        wg_tensor t;
        if (x->is_copy || s.value_at[i] != 0 || *x->name == '[') continue; /* numbers name themselves */
        const bool few =
            !x->hidden_value && wgx_peek(x->node, &t) && t.data && wg_shape_size(t.shape) <= WGI_FEW;
        const char *value = few ? wgi_numbers(p->pool, &t) : x->value;
        if (strcmp(value, x->name) == 0) continue; /* [0, 2, 1] is its own name */
        wgi_strbuf_format(&line, "%s = ", x->name), put_joined(&line, value);
        put_spaces(out, STEP_INDENT);
        put_wrapped(p, out, wgi_strbuf_keep(&line));
    }
    for (int64_t i = 1; i < s.states; i++) {
        if (i == 1 && s.forward) wgi_strbuf_put(out, "forward\n");
        if (i == s.forward + 1) wgi_strbuf_put(out, "backward\n");
        wgi_strbuf_format(out, "%4lld  ", (long long)i);
        put_wrapped(p, out, wgi_state_text(p, &s.state[i]));
    }
    return WG_OK;
}

const wgi_format wgi_format_txt = {
    .name = "txt", .write = write, .write_steps = write_steps, .is_list = true
};
