/* lesson_map.c: the course as a map: a row for each depth of `after:`, an edge from a lesson to those that
 * need it first. An edge that other edges imply is left out.
 *
 * A row has places 0, 1, 2, ...: lessons stand at even ones, edges that pass the row at any that no lesson
 * has. A search moves one of them at a time as long as that makes edges shorter, straighter or less crossed.
 * The same course gives the same map. */
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

enum { ROWS = 40, MOST = 400, LINKS = 800, PLACES = 13, BOX_W = 226, BOX_H = 50, STEP = 122, ROW_H = 96 };

/* A lesson, or an edge on its way through a row. */
typedef struct stop {
    int lesson, row, place; /* lesson -1: an edge passes */
    int from;               /* the lesson that an edge comes from */
} stop;

typedef struct map {
    stop stop[MOST];
    int link[LINKS][2]; /* from a stop to one of the next row */
    int path[LINKS];    /* the number of the edge that a link is a part of */
    int stops, links, rows, edges;
} map;

/* ---- which edges ---- */

/* Whether `after:` leads from lesson i back to k. The course has no circle (make check). */
static bool needs(const lesson *l, int n, int i, int k, int depth)
{
    for (int a = 0; a < l[i].afters && depth < n; a++) {
        const int before = lesson_find(l[i].after[a], l, n);
        if (before < n && (before == k || needs(l, n, before, k, depth + 1))) return true;
    }
    return false;
}

static bool is_implied(const lesson *l, int n, int i, int before)
{
    for (int a = 0; a < l[i].afters; a++) {
        const int other = lesson_find(l[i].after[a], l, n);
        if (other < n && other != before && needs(l, n, other, before, 0)) return true;
    }
    return false;
}

static int row_of(const lesson *l, int n, int i, int depth)
{
    int row = 0;
    for (int a = 0; a < l[i].afters && depth < n; a++) {
        const int before = lesson_find(l[i].after[a], l, n),
                  under = before < n ? row_of(l, n, before, depth + 1) + 1 : 0;
        if (under > row) row = under;
    }
    return row < ROWS ? row : ROWS - 1;
}

/* ---- the search ---- */

static void add_stop(map *m, stop s) { m->stop[m->stops++] = s; }

static void add_edge(map *m, int from, int to)
{
    int last = from;
    for (int row = m->stop[from].row + 1; row <= m->stop[to].row && m->links < LINKS && m->stops < MOST;
         row++) {
        const int next = row == m->stop[to].row ? to : m->stops;
        if (next == m->stops) add_stop(m, (stop){ -1, row, 1 + 2 * (next % (PLACES / 2)), from });
        m->link[m->links][0] = last, m->link[m->links][1] = next, m->path[m->links++] = m->edges;
        last = next;
    }
    m->edges++;
}

static bool crosses(const map *m, const int a[2], const int b[2])
{
    const stop *s = m->stop;
    if (s[a[0]].row != s[b[0]].row) return false;
    const int above = s[a[0]].place - s[b[0]].place, below = s[a[1]].place - s[b[1]].place;
    return (above < 0 && below > 0) || (above > 0 && below < 0);
}

static int cost(const map *m)
{
    int sum = 0;
    for (int i = 0; i < m->links; i++) {
        const stop *a = &m->stop[m->link[i][0]], *b = &m->stop[m->link[i][1]];
        const int far = a->place - b->place;
        sum += far * far;
        for (int k = 0; k < i; k++) sum += 12 * crosses(m, m->link[i], m->link[k]);
    }
    for (int i = 0; i < m->stops; i++)
        for (int k = 0; k < i; k++) {
            const stop *a = &m->stop[i], *b = &m->stop[k];
            const bool both_pass = a->lesson < 0 && b->lesson < 0;
            if (a->row == b->row && a->place == b->place && !(both_pass && a->from == b->from))
                sum += both_pass ? 30 : 10000;
        }
    return sum;
}

/* Moves stop i to the place; what stands there comes to its own. */
static void exchange(map *m, int i, int place)
{
    for (int k = 0; k < m->stops; k++)
        if (k != i && m->stop[k].row == m->stop[i].row && m->stop[k].place == place &&
            (m->stop[k].lesson >= 0) == (m->stop[i].lesson >= 0))
            m->stop[k].place = m->stop[i].place;
    m->stop[i].place = place;
}

static int descend(map *m)
{
    static stop kept[MOST];
    int least = cost(m);
    for (bool better = true; better;) {
        better = false;
        for (int i = 0; i < m->stops; i++)
            for (int place = 0; place < PLACES; place += m->stop[i].lesson >= 0 ? 2 : 1) {
                memcpy(kept, m->stop, sizeof kept);
                exchange(m, i, place);
                const int now = cost(m);
                if (now < least) least = now, better = true;
                else memcpy(m->stop, kept, sizeof kept);
            }
    }
    return least;
}

/* When no single move makes the cost smaller, some stops move at random, and single moves go on from there.
 * What costs more than before is undone. */
static void search(map *m)
{
    enum { SHAKES = 60, MOVES = 6 };
    static stop best[MOST];
    unsigned random = 1;
    int least = descend(m);
    for (int k = 0; k < SHAKES && m->stops; k++) {
        memcpy(best, m->stop, sizeof best);
        for (int i = 0; i < MOVES; i++) {
            random = random * 1103515245u + 12345u;
            const int which = (int)(random >> 16) % m->stops, place = (int)(random >> 8 & 255) % PLACES;
            exchange(m, which, m->stop[which].lesson >= 0 ? place & ~1 : place);
        }
        const int now = descend(m);
        if (now <= least) least = now;
        else memcpy(m->stop, best, sizeof best);
    }
}

/* A lesson that needs none stands right above the first one that needs it. */
static void find_rows(const lesson *l, int n, int row[])
{
    for (int i = 0; i < n; i++) row[i] = row_of(l, n, i, 0);
    for (int i = 0; i < n; i++) {
        int first = ROWS;
        for (int k = 0; k < n && !l[i].afters; k++)
            if (needs(l, n, k, i, 0) && row[k] < first) first = row[k];
        if (first < ROWS) row[i] = first - 1;
    }
}

static void build(map *m, const lesson *l, int n)
{
    int in_row[ROWS] = { 0 }, row[MOST];
    find_rows(l, n, row);
    for (int i = 0; i < n; i++) {
        add_stop(m, (stop){ i, row[i], 2 * (in_row[row[i]]++ % (PLACES / 2 + 1)), i });
        if (row[i] >= m->rows) m->rows = row[i] + 1;
    }
    for (int i = 0; i < n; i++)
        for (int a = 0; a < l[i].afters; a++) {
            const int before = lesson_find(l[i].after[a], l, n);
            if (before < n && !is_implied(l, n, i, before)) add_edge(m, before, i);
        }
    search(m);
}

/* ---- the picture ---- */

static int x_of(const stop *s, int first) { return (s->place - first) * STEP + BOX_W / 2 + 2; }

/* An edge goes straight through a row, and curves between rows. */
static void put_edge(FILE *out, const map *m, int edge, int first)
{
    bool begun = false;
    for (int i = 0; i < m->links; i++) {
        if (m->path[i] != edge) continue;
        const stop *a = &m->stop[m->link[i][0]], *b = &m->stop[m->link[i][1]];
        const int x = x_of(a, first), to = x_of(b, first), y = a->row * ROW_H + BOX_H + 2,
                  end = b->row * ROW_H + 2, middle = (y + end) / 2;
        fprintf(out, begun ? "V%d" : "<path d=\"M%d,%d", begun ? y : x, y);
        fprintf(out, "C%d,%d,%d,%d,%d,%d", x, middle, to, middle, to, end);
        begun = true;
    }
    fputs(begun ? "\"/>\n" : "", out);
}

void lesson_map(FILE *out, const lesson *l, int n)
{
    map *m = calloc(1, sizeof *m);
    int first = PLACES, last = 0;
    if (!m || n > MOST / 4) return free(m);
    build(m, l, n);
    for (int i = 0; i < m->stops; i++) {
        if (m->stop[i].place < first) first = m->stop[i].place;
        if (m->stop[i].place > last) last = m->stop[i].place;
    }
    fprintf(out,
            "<figure class=\"wide map\"><figcaption>A lesson stands below those that it "
            "needs.</figcaption>\n<svg style=\"max-width:%dpx\" viewBox=\"0 0 %d %d\" role=\"group\" "
            "aria-label=\"What leads to what. "
            "The list below says the same.\">\n<g class=\"edges\">\n",
            (last - first) * STEP + BOX_W + 4, (last - first) * STEP + BOX_W + 4,
            (m->rows - 1) * ROW_H + BOX_H + 4);
    for (int i = 0; i < m->edges; i++) put_edge(out, m, i, first);
    fputs("</g>\n", out);
    for (int i = 0; i < n; i++) {
        const int x = x_of(&m->stop[i], first), y = m->stop[i].row * ROW_H + 2;
        fprintf(out, "<a href=\"%s.html\"><title>", l[i].name);
        lesson_escape(out, l[i].title.at, l[i].title.n, true);
        fprintf(out,
                "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/><text x=\"%d\" "
                "y=\"%d\">%s</text>",
                x - BOX_W / 2, y, BOX_W, BOX_H, x, y + BOX_H / 2 + 8, l[i].name);
        fprintf(out, "</a>\n");
    }
    fputs("</svg></figure>\n", out);
    free(m);
}
