/* marks.c: which nodes of the user's graph a drawing should make stand out: those of findings, those whose
 * gradients pass through them, and the parameters and inputs whose gradients are right; and what a finding
 * calls an operand of a node. */
#include "check/check_private.h"
#include "wgx/base.h"
#include "wgx/op.h"

#include <ctype.h>

enum { UNMARKED, AFFECTED, WRONG };

static bool passes(wg_node n, int k)
{
    const wg_node x = wg_node_operand(n, k);
    return wg_node_ok(x) && wg_node_leaf(n) == WG_LEAF_NONE && wg_dtype_is_float(wg_node_dtype(x)) &&
           wgx_op_has_derivative(wg_node_op(n), k);
}

/* Marks the operand, or with -1 all operands, and what they are computed from. */
static void mark_below(wg_graph *g, int64_t node, int operand, unsigned char *mark)
{
    const wg_node first = wg_graph_node(g, node);
    unsigned char *seen = wg_alloc(wg_graph_context(g), (size_t)node + 1, 1);
    for (int k = 0; seen && k < wg_node_operands(first); k++)
        if ((operand < 0 || k == operand) && passes(first, k)) seen[wg_node_operand(first, k).index] = 1;
    for (int64_t i = node - 1; seen && i > 0; i--) {
        const wg_node n = wg_graph_node(g, i);
        bool goes_on = wg_node_leaf(n) != WG_LEAF_NONE;
        if (!seen[i]) continue;
        for (int k = 0; k < wg_node_operands(n); k++)
            if (passes(n, k)) seen[wg_node_operand(n, k).index] = 1, goes_on = true;
        if (goes_on && mark[i] == UNMARKED) mark[i] = AFFECTED;
    }
    wg_free(wg_graph_context(g), seen);
}

/* " by operand gamma (bn.gamma)", " by operand 0". */
static void say_operand(const wgi_finding *f, char to[WGI_CHECK_TEXT])
{
    const bool unnamed = !strncmp(f->shown.by, "operand ", 8);
    to[0] = 0;
    if (f->stage == WGI_STAGE_SLOPE || f->stage == WGI_STAGE_RUN) return;
    if (f->stage == WGI_STAGE_FIRST && f->shown.operand < 0) return;
    if (unnamed) wgi_check_say(to, " by operand %d", f->shown.operand);
    else wgi_check_say(to, " by %s%.200s", f->shown.operand >= 0 ? "operand " : "", f->shown.by);
}

/* "wrong gradient by operand x at [3,0]: 0.687, and not 0.0547", and the remedy. */
static const char *text_of(wg_check *r, const wgi_finding *f)
{
    char place[WGI_CHECK_TEXT] = "", by[WGI_CHECK_TEXT], text[4 * WGI_CHECK_TEXT];
    if (f->shown.element >= 0) wgi_check_index("", f->shown.shape, f->shown.element, place);
    say_operand(f, by);
    const wgi_check_locale l = wgi_check_locale_begin();
    snprintf(text, sizeof text, "wrong %s%s%s%s\n%.6g, and not %.6g%s%s",
             f->stage == WGI_STAGE_SECOND ? "second derivative" : "gradient", by, *place ? " at " : "", place,
             f->shown.numeric, f->shown.yours, f->remedy[0] ? "\n" : "", f->remedy);
    wgi_check_locale_end(l);
    return wgi_check_keep(r, text);
}

/* Parameters and inputs whose gradients are right. */
static int mark_passed(wg_check *r, wg_graph *g, const unsigned char *mark, wg_node_mark *to)
{
    int n = 0;
    EACH_PART(i, r) {
        const wgi_check_part *part = &r->part[i];
        char text[WGI_CHECK_TEXT];
        if (part->shown.node <= 0 || part->shown.node >= wg_graph_nodes(g) || mark[part->shown.node])
            continue;
        if (part->shown.verdict != WG_PASS || part->shown.left_out) continue;
        wgi_check_say(text, "\u2713 gradient checked to %.2g of it", part->shown.resolution);
        to[n++] =
            (wg_node_mark){ wg_graph_node(g, part->shown.node), WG_MARK_PASSED, wgi_check_keep(r, text) };
    }
    return n;
}

/* Marks what the findings of nodes explain first: a parameter before a wrong node is not wrong itself. */
static int mark_all(wg_check *r, wg_graph *g, unsigned char *mark, wg_node_mark *to)
{
    const int64_t nodes = wg_graph_nodes(g);
    int n = 0;
    for (int i = 0; i < r->findings; i++) {
        const wgi_finding *f = &r->finding[i];
        const int64_t of_part = f->stage == WGI_STAGE_SLOPE ? r->part[f->part].shown.node : 0,
                      at = f->shown.node ? f->shown.node : of_part; /* 0: none */
        if (!at || at >= nodes || mark[at] == WRONG || (!f->shown.node && mark[at])) continue;
        mark[at] = WRONG;
        to[n++] = (wg_node_mark){ wg_graph_node(g, at), WG_MARK_WRONG, text_of(r, f) };
        if (f->stage != WGI_STAGE_RUN && f->stage != WGI_STAGE_SECOND)
            mark_below(g, at, f->shown.node ? f->shown.operand : -1, mark);
    }
    for (int64_t i = 1; i < nodes; i++)
        if (mark[i] == AFFECTED) to[n++] = (wg_node_mark){ wg_graph_node(g, i), WG_MARK_AFFECTED, NULL };
    return n + mark_passed(r, g, mark, to + n);
}

const wg_node_mark *wg_check_marks(const wg_check *report, wg_graph *g, int *n)
{
    wg_check *r = (wg_check *)(uintptr_t)report;
    int none;
    n = n ? n : &none;
    *n = 0;
    if (!r || !r->c || !g) return NULL;
    unsigned char *mark = wg_alloc(r->c, (size_t)wg_graph_nodes(g), 1);
    wg_node_mark *to = wg_alloc(r->c, (size_t)wg_graph_nodes(g), sizeof *to);
    if (mark && to) *n = mark_all(r, g, mark, to);
    wg_free(r->c, mark);
    return to;
}

/* ---- names of operands ---- */

enum { NAME = 64 };

/* Writes name `at` of those in "a' = y' b, b' = y' a; c' = y'" to `to`. Returns how many there are. */
static int name_in(const char *adjoint, int at, char to[NAME])
{
    int count = 0;
    for (const char *s = adjoint; s && *s; s = strpbrk(s, ",;"), s = s ? s + 1 + strspn(s + 1, " ") : NULL) {
        size_t n = 0;
        while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
        if (!n || strncmp(s + n, "' =", 3)) continue;
        if (count++ == at) snprintf(to, NAME, "%.*s", (int)n, s);
    }
    return count;
}

/* The name that the op's documentation gives to operand k, if it names each operand that has a derivative. */
static void formal_name(const wg_op *op, int operands, int k, char to[NAME])
{
    int moving = 0, before = 0;
    to[0] = 0;
    if (op->operands >= 0) operands = op->operands;
    for (int i = 0; i < operands; i++) {
        const bool moves = wgx_op_has_derivative(op, i);
        moving += moves, before += moves && i < k;
    }
    if (name_in(op->adjoint, before, to) != moving || !wgx_op_has_derivative(op, k)) to[0] = 0;
}

void wgi_check_operand_name(wg_node n, int k, char to[WGI_CHECK_TEXT])
{
    const wg_node x = wg_node_operand(n, k);
    char formal[NAME], own[NAME];
    const wg_op *op = wg_node_op(n);
    if (!(op->names || wgx_hints(op)->library) || !wgx_op_operand_name(op, k, formal, sizeof formal))
        formal_name(op, wg_node_operands(n), k, formal);
    snprintf(own, sizeof own, "%.60s", wg_node_name(x));
    if (!*own) wgx_site_argument(wg_node_site(n), k, own, sizeof own);
    if (*formal && *own && strcmp(formal, own)) snprintf(to, WGI_CHECK_TEXT, "%s (%s)", formal, own);
    else snprintf(to, WGI_CHECK_TEXT, "%s", *own ? own : formal);
    if (*to) return;
    snprintf(to, WGI_CHECK_TEXT, "operand %d (%.60s, %.150s)", k, wg_node_op_name(x),
             wg_site_place(wg_node_site(x)));
}
