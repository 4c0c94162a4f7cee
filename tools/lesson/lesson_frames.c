/* lesson_frames.c: the pictures and numbers of a lesson at each place of its slider. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

/* The program whose name the slider moves. */
static lesson_program *program_of(lesson *l) { return &l->program[l->slide.program]; }

/* Value k of the slider. The one nearest to the program's own is that one. */
static double value_at(const lesson *l, const lesson_frames *f, int k, double own)
{
    return k == f->home ? own : plot_frame(&l->slide.range, k, l->slide.frames);
}

static bool build_with(lesson *l, double v)
{
    model *m = &program_of(l)->m;
    wg_program_set(m->q, l->slide.range.name, wg_view_f64(&v, WG_SCALAR));
    const bool fine = model_ok(m) && model_build(m);
    l->status = m->status;
    return fine;
}

/* The picture alone, as text; NULL: after a message. */
static char *text_of(lesson *l, const lesson_part *p)
{
    wg_figure *f = lesson_figure(l, p, NULL);
    char *text = f ? wg_figure_text(f, NULL, .format = WG_FIGURE_SVG, .id = "x") : NULL;
    wg_figure_free(f);
    return text;
}

static bool add_frame(lesson *l, lesson_frames *f, int k, double v)
{
    char name[160], number[60];
    lesson_number(v, 0, number, sizeof number);
    snprintf(name, sizeof name, "%.79s = %s", l->slide.range.name, number);
    for (int i = 0; i < l->parts; i++) {
        const lesson_part *p = &l->part[i];
        if (p->program != l->slide.program) continue;
        if (f->figure[i]) {
            wg_figure_frame(f->figure[i], name);
            if (!lesson_figure(l, p, f->figure[i])) return false;
        }
        for (int line = 0; p->kind == PART_CHECK && line < p->lines; line++) {
            const claim_result *r = lesson_claim(l, p, p->line + line);
            if (r && f->moves[p->line + line] &&
                !lesson_sides(l, p, r, LESSON_DIGITS, &f->side[i][line * f->count + k]))
                return false;
        }
    }
    return true;
}

/* ---- what the slider moves ---- */

/* A claim of which no side depends on the name is computed once. What changes the shape of the program
 * without a node, as a size does, shows at the ends or in the middle. */
static bool find_moving_claims(lesson *l, lesson_frames *f, int turn)
{
    const wg_node from = wg_program_node(program_of(l)->m.q, l->slide.range.name);
    bool fine = true;
    for (int i = 0; i < l->parts && fine; i++) {
        const lesson_part *p = &l->part[i];
        for (int line = 0; p->kind == PART_CHECK && p->program == l->slide.program && line < p->lines && fine;
             line++) {
            const claim_result *r = lesson_claim(l, p, p->line + line);
            claim_sides s = { .relation = 0 }, *first = &f->side[i][line * f->count];
            if (!r || !(fine = lesson_sides(l, p, r, LESSON_DIGITS, &s))) continue;
            const wgx_claim k = wgx_program_claim(program_of(l)->m.q, (int)(r - program_of(l)->claim));
            f->moves[p->line + line] |= turn ? memcmp(first, &s, sizeof s) != 0
                                             : wg_depends_on(k.left, from) || wg_depends_on(k.right, from);
            if (!turn) *first = s;
        }
    }
    return fine;
}

/* Which pictures and claims the slider moves, pictures by their looks at both ends and in the middle. */
static bool find_moving(lesson *l, lesson_frames *f, double own)
{
    char **first = calloc((size_t)l->parts, sizeof *first);
    bool fine = first;
    for (int turn = 0; turn < 3 && fine; turn++) {
        fine =
            build_with(l, value_at(l, f, turn * (f->count - 1) / 2, own)) && find_moving_claims(l, f, turn);
        for (int i = 0; i < l->parts && fine; i++) {
            const lesson_part *p = &l->part[i];
            if (p->kind != PART_PLOT || p->program != l->slide.program) continue;
            char *text = text_of(l, p);
            fine = text;
            if (turn && fine && !f->figure[i] && strcmp(first[i], text) != 0)
                f->figure[i] = lesson_new_figure(l, p, false);
            if (!turn) first[i] = text;
            else wg_free(program_of(l)->m.c, text);
        }
    }
    for (int i = 0; first && i < l->parts; i++) wg_free(program_of(l)->m.c, first[i]);
    free(first);
    return fine;
}

/* The value that the program gives the name. */
static bool own_value(lesson *l, double *v)
{
    wg_tensor t;
    model *m = &program_of(l)->m;
    const char *name = l->slide.range.name;
    const wg_node n = wg_program_node(m->q, name);
    if (wg_is_none(n) || wgx_program_meaning(m->q, name) != WG_NAME_CONSTANT ||
        wg_shape_size(wg_node_shape(n)) != 1)
        return lesson_wrong(l, l->line[l->slide.line - 1],
                            "%s is no number that the program binds, as %s = 1", name, name);
    if (!model_value(m, n, &t)) return l->status = m->status, false;
    *v = wg_tensor_item(&t, 0);
    return true;
}

bool lesson_frames_make(lesson *l, lesson_frames *f)
{
    double own = 0;
    *f = (lesson_frames){ .count = l->slide.frames };
    f->figure = wg_alloc(l->c, (size_t)l->parts + 1, sizeof *f->figure);
    f->side = wg_alloc(l->c, (size_t)l->parts + 1, sizeof *f->side);
    f->moves = wg_alloc(l->c, (size_t)l->lines + 1, sizeof *f->moves);
    if (!f->figure || !f->side || !f->moves)
        return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    if (!f->count) return true;
    if (!own_value(l, &own)) return false;
    int claims = 0;
    for (int i = 0; i < l->parts; i++) claims += l->part[i].kind == PART_CHECK ? l->part[i].lines : 0;
    if ((int64_t)claims * f->count > LESSON_MOVED)
        return lesson_wrong(l, l->line[l->slide.line - 1],
                            "%d places of the slider and %d claims: at most %d numbers may move", f->count,
                            claims, LESSON_MOVED);
    f->home = plot_nearest(&l->slide.range, own, l->slide.frames);
    for (int i = 0; i < l->parts; i++)
        if (l->part[i].kind == PART_CHECK)
            f->side[i] = wg_alloc(l->c, (size_t)(l->part[i].lines * f->count), sizeof **f->side);
    if (!find_moving(l, f, own)) return false;
    for (int k = 0; k < f->count; k++)
        if (!build_with(l, value_at(l, f, k, own)) || !add_frame(l, f, k, value_at(l, f, k, own)))
            return false;
    if (!build_with(l, own)) return false;
    wgx_program_keep(program_of(l)->m.q, WG_KEEP_ALL);
    return true;
}
