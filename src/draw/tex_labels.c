/* tex_labels.c: texts and formulas of boxes for LaTeX. */
#include <string.h>

#include "view/formula_values.h"
#include "draw/tikz.h"
#include "figure/figure_private.h"
#include "formula/formula_words.h"
#include "wengert/op.h"

enum { LINE = 400, LONGEST = 6 };

/* ---- text ---- */

/* Signs of formulas that the figures' table of texts lacks. */
static const char *const more[][2] = {
    { "⊙", "$\\odot$" },          { "⌊", "$\\lfloor$" }, { "⌋", "$\\rfloor$" }, { "⌈", "$\\lceil$" },
    { "⌉", "$\\rceil$" },         { "∧", "$\\wedge$" },  { "∨", "$\\vee$" },    { "¬", "$\\neg$" },
    { "∏", "$\\prod$" },          { "′", "$'$" },        { "″", "$''$" },       { "½", "$\\frac12$" },
    { "\u2007", "\\phantom{0}" }, { "\"", "''" },        { "⟨", "$\\langle$" }, { "⟩", "$\\rangle$" },
    { "∤", "$\\nmid$" },          { "⊗", "$\\otimes$" }, { "⊕", "$\\oplus$" },  { "ϕ", "$\\phi$" },
};

static const char *find_more(const char *s, size_t n)
{
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (strlen(more[i][0]) == n && memcmp(s, more[i][0], n) == 0) return more[i][1];
    return NULL;
}

/* Letters and digits of Unicode that are raised or lowered. */
static bool put_small(wgi_strbuf *b, const char *s, size_t n)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-=()";
    for (int up = 0; up < 2; up++)
        for (const char *c = letters; *c; c++) {
            const char *small = wgi_small(*c, up);
            if (!small || strlen(small) != n || memcmp(s, small, n) != 0) continue;
            wgi_strbuf_format(b, "$%c{%c}$", up ? '^' : '_', *c);
            return true;
        }
    return false;
}

/* Letters of Latin-1 that the oldest encoding of fonts, OT1, can write. */
static bool is_latin(const unsigned char *s)
{
    return s[0] == 0xC3 && s[1] != 0x90 && s[1] != 0xB0 && s[1] != 0x9E && s[1] != 0xBE && s[1] != 0x97 &&
           s[1] != 0xB7;
}

static bool is_accent(const unsigned char *s) { return s[0] == 0xCC || (s[0] == 0xCD && s[1] <= 0xAF); }

void wgi_tex_text(wgi_strbuf *b, const char *s)
{
    while (*s) {
        size_t n = 1;
        char one[8] = "";
        while (((unsigned char)s[n] & 0xC0) == 0x80 && n < 4) n++;
        memcpy(one, s, n);
        const char *as = find_more(s, n);
        wgi_strbuf known = { .c = b->c };
        wgi_put_tex(&known, one);
        const bool raw = n > 1 && strcmp(wgi_strbuf_text(&known), one) == 0;
        if (as) wgi_strbuf_put(b, as);
        else if (n > 1 && put_small(b, s, n)) (void)0;
        else if (n > 1 && is_accent((const unsigned char *)s)) (void)0; /* the letter without its accent */
        else if (raw && !is_latin((const unsigned char *)s)) wgi_strbuf_put(b, "?");
        else wgi_strbuf_put(b, wgi_strbuf_text(&known));
        b->failed |= known.failed;
        wgi_strbuf_free(&known);
        s += n;
    }
}

/* ---- formulas ---- */

/* Letters, digits, and what joins the parts of a name. */
static bool is_plain(const char *s, int n)
{
    for (int i = 0; i < n; i++) {
        const bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
        if (!letter && !(i && ((s[i] >= '0' && s[i] <= '9') || s[i] == '_' || s[i] == '.'))) return false;
    }
    return n > 0;
}

static bool put_math(wgi_strbuf *b, const wgi_formula *f, int node)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    for (int i = 1; i < f->count; i++)
        if (f->node[i].kind == WGI_F_NAME && !is_plain(f->node[i].text, f->node[i].length)) return false;
    wgi_formula_latex(&to, f, node);
    if (to.length < sizeof line) wgi_strbuf_put(b, line);
    return to.length < sizeof line;
}

/* The item's name in math mode. false: it is none that the printer may get. */
static bool put_name(wgi_strbuf *b, const wgi_item *y)
{
    wgi_strbuf name = { .c = b->c };
    wgi_formula f;
    wgi_put_name(&name, y, 40);
    const char *text = wgi_strbuf_text(&name);
    wgi_formula_clear(&f);
    const int node = wgi_formula_name(&f, text, (int)strlen(text), 0);
    const bool ok = is_plain(text, (int)strlen(text)) && node && put_math(b, &f, node);
    b->failed |= name.failed;
    wgi_strbuf_free(&name);
    return ok;
}

/* The right side of the formula with the item's own names. false: it is long, or needs explanations. */
static bool put_right(wgi_strbuf *b, const wgi_view *v, const wgi_item *y)
{
    wgi_formula f, own;
    wgi_formula_error e;
    wgi_formula_values k;
    if (!y->op || !y->op->formula || !wgi_formula_parse(&f, y->op->formula, &e)) return false;
    if (!wgi_find_formula_values(v, y, &k)) return false;
    if (!wgi_formula_replace(&own, &f, NULL, 0, k.v, k.count) || own.loose) return false;
    const int right = wgi_formula_child(&own, own.root, 1);
    if (wgi_formula_nodes(&own, right) > LONGEST + y->operands || own.node[right].kind == WGI_F_NAME)
        return false;
    return wgi_formula_is_plain(&own, own.root) && put_math(b, &own, right);
}

/* "\\sigma(z)" or "\\mathrm{concat}(a, b)". false: an operand has a name that the printer may not get. */
static bool put_call(wgi_strbuf *b, const wgi_view *v, const wgi_item *y)
{
    wgi_formula_values k;
    const char *name = y->op ? y->op->name : "", *letter = wgi_function_latex(name, (int)strlen(name));
    if (!is_plain(name, (int)strlen(name)) || !wgi_find_formula_values(v, y, &k)) return false;
    if (letter && y->op->library) wgi_strbuf_put(b, letter);
    else wgi_strbuf_put(b, "\\mathrm{"), wgi_tex_text(b, name), wgi_strbuf_put(b, "}");
    for (int i = 0; i < y->operands; i++) {
        wgi_formula f;
        if (k.v[i].absent) continue;
        wgi_formula_clear(&f);
        const char *text = k.v[i].text;
        const int node =
            text ? wgi_formula_name(&f, text, (int)strlen(text), 0) : wgi_formula_number(&f, k.v[i].number);
        wgi_strbuf_put(b, i ? ", " : "(");
        if (!node || !put_math(b, &f, node)) return false;
    }
    wgi_strbuf_put(b, ")");
    return true;
}

void wgi_tex_title(wgi_strbuf *b, const wgi_picture *p, const wgi_box *x, const wgi_item *item)
{
    const bool leaf = x->title == x->name || x->is_copy;
    wgi_strbuf math = { .c = b->c };
    bool ok = item && put_name(&math, item);
    if (ok && !leaf) {
        wgi_strbuf_put(&math, " = ");
        ok = put_right(&math, &p->view, item) || put_call(&math, &p->view, item);
    }
    if (ok) wgi_strbuf_format(b, "$%s$", wgi_strbuf_text(&math));
    else wgi_tex_text(b, x->is_copy ? x->name : x->title);
    b->failed |= math.failed;
    wgi_strbuf_free(&math);
}

void wgi_tex_gradient(wgi_strbuf *b, const wgi_box *x, const wgi_item *item, const char *text)
{
    const size_t n = strlen(x->name);
    wgi_strbuf math = { .c = b->c };
    const bool named = *text == 'd' && strncmp(text + 1, x->name, n) == 0 && item && put_name(&math, item);
    if (named) wgi_strbuf_format(b, "$\\mathrm{d}%s$", wgi_strbuf_text(&math)), text += 1 + n;
    wgi_tex_text(b, text);
    b->failed |= math.failed;
    wgi_strbuf_free(&math);
}
