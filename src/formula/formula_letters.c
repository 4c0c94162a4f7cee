/* formula_letters.c: names and numbers in the layout of formulas. */
#include <string.h>

#include "formula/formula_rows.h"

typedef wgi_formula_layout layout;
typedef wgi_formula_box box;

static wgi_formula_face face_of(const wgi_formula_node *n, const wgi_name_parts *w)
{
    const bool capital = !w->greek && w->base_length == 1 && w->base[0] >= 'A' && w->base[0] <= 'Z';
    const bool bold = n->axes == WGI_F_AXES_UNKNOWN ? capital : n->axes == WGI_F_HAS_AXES;
    return bold ? WGI_F_BOLD : WGI_F_ITALIC;
}

/* i of x_i is a name, too; 1 and max are none. */
static box below_name(layout *l, const wgi_name_parts *w)
{
    const char c = *w->below;
    const bool letter = w->below_length == 1 && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    return wgi_box_text(l, w->below, w->below_length, l->small, letter ? WGI_F_ITALIC : WGI_F_ROMAN);
}

box wgi_box_name(layout *l, const wgi_formula_node *n, double size)
{
    char letters[80];
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    if (n->length == 3 && memcmp(n->text, "inf", 3) == 0) return wgi_box_words(l, "∞", size);
    wgi_line base = { letters, sizeof letters, 0 };
    const char *whole = w.accent ? wgi_whole_accent(w.base, w.base_length, w.accent) : NULL;
    if (whole) wgi_line_put(&base, whole);
    else wgi_line_add(&base, w.base, w.base_length);
    if (w.accent && !whole) wgi_line_put(&base, wgi_accent(w.accent));
    const bool fits = base.length < sizeof letters;
    box b = wgi_box_text(l, fits ? letters : w.base, fits ? (int)base.length : w.base_length, size,
                         n->word ? WGI_F_ROMAN : face_of(n, &w));
    if (w.below_length) b = wgi_row_small(l, b, below_name(l, &w), false, size);
    for (int i = 0; i < n->sign; i++) wgi_row_put(l, &b, "′", size);
    return b;
}

box wgi_box_number(layout *l, const wgi_formula_node *n, double size)
{
    char digits[32], power[16];
    const int e = wgi_number_text(n->number, digits);
    const bool one = e && strcmp(digits, "1") == 0;
    box row = wgi_box_empty(l);
    if (n->number < 0) wgi_row_put(l, &row, "−", size);
    if (!one) wgi_row_put(l, &row, digits, size);
    if (!e) return row;
    wgi_row_put(l, &row, one ? "10" : "·10", size);
    wgi_line to = { power, sizeof power, 0 };
    const wgi_formula f = { .count = 2, .node = { { 0 }, { .kind = WGI_F_NUMBER, .number = e } } };
    wgi_formula_text(&to, &f, 1, false);
    return wgi_row_small(l, row, wgi_box_words(l, power, l->small), true, size);
}
