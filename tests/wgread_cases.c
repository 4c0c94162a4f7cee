/* wgread_cases.c: cases behind a brace, each on a line of its own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgread.h"

typedef wgi_formula_piece piece;
typedef wgr_row row;

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool has_root(const row *r, const piece *bar)
{
    for (int i = 0; i < r->n; i++)
        if (r->at[i]->shape == WGI_F_ROOT && fabs(r->at[i]->x2 - bar->x) < 1e-6) return true;
    return false;
}

static double height_of(const row *r, const piece *p);

/* Small letters belong to what ends where they begin. */
static const piece *base_of_small(const row *r, const piece *p, double size)
{
    const piece *best = NULL;
    for (int i = 0; i < r->n; i++) {
        const piece *q = r->at[i];
        const bool text = q->shape == WGI_F_TEXT;
        const double top = text ? q->y - 0.75 * q->size : q->y, foot = text ? q->y + 0.22 * q->size : q->y2;
        if (q == p || fabs(q->size) < size || q->x2 > p->x + 1e-6) continue;
        if (p->y < top || p->y - 0.75 * p->size > foot) continue;
        if (!best || q->x2 > best->x2) best = q;
    }
    return best;
}

/* Of the line on which the piece is read: that of the bar above or below it. */
static double height_of(const row *r, const piece *p)
{
    const double y = p->shape == WGI_F_TEXT ? p->y : (p->y + p->y2) / 2;
    double size = 0;
    for (int i = 0; i < r->n; i++) {
        const piece *bar = r->at[i];
        const bool beside = p->x < bar->x - 1e-6 || p->x2 > bar->x2 + 1e-6;
        if (wgr_is_bar(bar) && !beside && fabs(bar->y - y) < 1.3 * bar->size && !has_root(r, bar))
            return bar->y;
        size = fmax(size, fabs(bar->size));
    }
    const piece *of = fabs(p->size) < size ? base_of_small(r, p, size) : NULL;
    return of ? height_of(r, of) : y;
}

/* At a comma on the line of the formula, with nothing of a case behind it. */
static int end_of_cases(const row *r, int at, double base)
{
    int from = at, end = at;
    for (int i = at; i < r->n && r->at[i]->shape != WGI_F_BRACE; i++)
        if (wgr_is_text(r->at[i], "if") || wgr_is_text(r->at[i], "else")) from = i;
    for (end = from; end < r->n; end++) {
        const piece *p = r->at[end];
        const bool ends = p->shape == WGI_F_TEXT && fabs(p->y - base) < 1e-6 &&
                          (strchr(",;", *wgr_letters(p)) || !strncmp(wgr_letters(p), "along", 5));
        int beside = 0;
        for (int i = at; i < end; i++) beside += r->at[i]->x2 > p->x + 1e-6;
        if (ends && !beside) break;
    }
    return end;
}

/* Each case on a line of its own: value, if, condition. What follows the cases stands on the line of the
 * formula. Returns where that begins. */
int wgr_read_cases(const row *all, int at, double base)
{
    const int end = end_of_cases(all, at, base);
    row *r = wgr_pieces(all, at, end);
    double line[40];
    int lines = 0;
    for (int i = 0; i < r->n; i++)
        if (wgr_is_text(r->at[i], "if") || wgr_is_text(r->at[i], "else")) line[lines++] = r->at[i]->y;
    qsort(line, (size_t)lines, sizeof *line, by_size);
    for (int k = 0; k < lines; k++) {
        row *value = calloc(1, sizeof *value), *when = calloc(1, sizeof *when);
        bool behind = false, last = false;
        for (int i = 0; i < r->n; i++) {
            const piece *p = r->at[i];
            int nearest = 0;
            const double y = height_of(r, p);
            for (int m = 1; m < lines; m++)
                if (fabs(line[m] - y) < fabs(line[nearest] - y)) nearest = m;
            if (nearest != k) continue;
            if (wgr_is_text(p, "if") || wgr_is_text(p, "else")) behind = true, last |= wgr_is_text(p, "else");
            else if (behind) when->at[when->n++] = p;
            else value->at[value->n++] = p;
        }
        wgr_put(!k ? " " : last ? ", else " : ", ");
        wgr_read_part(value, line[k], "", "");
        if (last) free(when);
        else wgr_read_part(when, line[k], " where ", "");
    }
    free(r);
    return end;
}
