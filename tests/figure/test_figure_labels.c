/* test_figure_labels.c: whatever a figure shows, no two of its texts lie on each other, and none leaves
 * the page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure_private.h"
#include "wgtest.h"

static const char *const words[] = { "a",
                                     "gradient descent",
                                     "learning rate α = 0.01",
                                     "W₁",
                                     "∂L/∂W of the second layer",
                                     "held out",
                                     "a very long name of a series that nobody would wish to read to its end",
                                     "",
                                     "σ(z)",
                                     "best step 1·10⁻⁶: error 2·10⁻¹¹" };

static const char *word(wgt_random *r) { return words[wgt_below(r, sizeof words / sizeof *words)]; }

static void add_series(wg_panel *p, wgt_random *r)
{
    const wg_series_kind kind = (wg_series_kind)wgt_below(r, WG_SERIES_KINDS);
    const wg_series_opts o = { .name = word(r), .along = wgt_below(r, 3) == 0 };
    wg_series *s = wg_series_new_at(WG_HERE, p, kind, &o);
    const int n = (int)wgt_below(r, 60);
    const double scale = pow(10, wgt_uniform(r, -3, 3));
    for (int i = 0; i < n; i++)
        if (kind == WG_SERIES_BARS) wg_series_bar(s, words[i % 7], scale * wgt_unit(r));
        else if (kind == WG_SERIES_HISTOGRAM) wg_series_push(s, scale * wgt_unit(r));
        else wg_series_add(s, i, scale * wgt_unit(r));
}

static void add_notes(wg_panel *p, wgt_random *r)
{
    for (int i = (int)wgt_below(r, 8); i > 0; i--) {
        const double x = wgt_uniform(r, 0, 60), y = pow(10, wgt_uniform(r, -2, 2));
        switch (wgt_below(r, 6)) {
        case 0: wg_panel_at_x(p, x, word(r)); break;
        case 1: wg_panel_at_y(p, y, word(r)); break;
        case 2: wg_panel_text(p, x, y, word(r)); break;
        case 3: wg_panel_disc(p, x, y, wgt_unit(r), WG_COLOR_BLUE, word(r)); break;
        case 4: wg_panel_arrow(p, x, y, x + 3, 2 * y, word(r)); break;
        default:
            wg_panel_box(p, (double[]){ x, x + 9 }, (double[]){ y, 2 * y }, WG_COLOR_PINK, word(r), word(r));
        }
    }
}

static void add_grid(wg_panel *p, wgt_random *r)
{
    double v[12 * 9];
    for (int i = 0; i < 12 * 9; i++) v[i] = wgt_uniform(r, -1, 1) * 100;
    const wg_tensor t = wg_view_f64(v, WG_SHAPE(9, 12));
    if (wgt_below(r, 2))
        wg_panel_image(p, word(r), .values = t, .numbers = wgt_below(r, 2), .map = wgt_below(r, 5));
    else wg_panel_contour(p, word(r), .values = t);
}

static wg_figure *random_figure(wg_context *c, wgt_random *r)
{
    wg_figure *f = wg_figure_new(c, word(r), .columns = (int)wgt_below(r, 4));
    for (int panels = 1 + (int)wgt_below(r, 5); panels > 0; panels--) {
        const bool grid = wgt_below(r, 4) == 0;
        wg_panel *p = wg_panel_new(
            f, word(r), .x = { word(r), .hidden = wgt_below(r, 8) == 0, .reversed = wgt_below(r, 8) == 0 },
            .y = { word(r), .scale = grid ? WG_SCALE_LINEAR : (wg_scale)wgt_below(r, 3) },
            .equal = wgt_below(r, 6) == 0);
        if (grid) add_grid(p, r);
        for (int i = (int)wgt_below(r, 5); i > 0; i--) add_series(p, r);
        add_notes(p, r);
    }
    return f;
}

static bool share_a_frame(const wgi_label *a, const wgi_label *b)
{
    return !a->frame || !b->frame || a->frame == b->frame;
}

static void expect_apart(const wgi_page *g, uint64_t seed)
{
    for (int64_t i = 0; i < g->labels; i++) {
        double box[4];
        const wgi_label *a = &g->label[i];
        if (!*a->text) continue;
        wgi_label_box(a, box);
        cr_assert(box[0] >= -1 && box[1] >= -1 && box[2] <= g->width + 1 && box[3] <= g->height + 1,
                  "seed %llu: \"%s\" is cut: %g %g %g %g of %g %g", (unsigned long long)seed, a->text, box[0],
                  box[1], box[2], box[3], g->width, g->height);
        for (int64_t j = 0; j < i; j++)
            cr_assert(!*g->label[j].text || !share_a_frame(a, &g->label[j]) ||
                          !wgi_labels_overlap(a, &g->label[j]),
                      "seed %llu: \"%s\" (kind %d, at %g %g) lies on \"%s\" (kind %d, at %g %g)",
                      (unsigned long long)seed, a->text, a->kind, a->x, a->y, g->label[j].text,
                      g->label[j].kind, g->label[j].x, g->label[j].y);
    }
}

Test(figure_labels, do_not_overlap)
{
    for (uint64_t k = 0; k < 400; k++) {
        wgt_random r = { wgt_seed() * 1000 + k };
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        wg_figure *f = random_figure(c, &r);
        wgi_page g;
        cr_assert(wgi_page_make(&g, f));
        expect_apart(&g, wgt_seed() * 1000 + k);
        wgi_page_free(&g);
        wgt_finish(c, NULL);
    }
}

/* Reference lines one beside the other all have their names. */
Test(figure_labels, near_lines_are_all_named)
{
    char name[32];
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "lines");
    wg_panel *p = wg_panel_new(f, "", .x = { .low = 0, .high = 100 }, .y = { .low = 0, .high = 1 });
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "event number %d", i);
        wg_panel_at_x(p, 50 + 0.3 * i, name);
    }
    wgi_page g;
    int named = 0;
    cr_assert(wgi_page_make(&g, f));
    expect_apart(&g, 0);
    for (int64_t i = 0; i < g.labels; i++) named += strncmp(g.label[i].text, "event", 5) == 0;
    cr_expect_eq(named, 8);
    wgi_page_free(&g);
    wgt_finish(c, NULL);
}

/* A legend lies on no curve: in an empty frame it stands inside, in a full one above. */
Test(figure_labels, legends_cover_nothing)
{
    wgt_random r = { 1 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (int full = 0; full < 2; full++) {
        wg_figure *f = wg_figure_new(c, "");
        wg_panel *p = wg_panel_new(f, "");
        wg_series *a = wg_panel_points(p, "one"), *b = wg_panel_points(p, "two");
        for (int i = 0; i < 2000; i++) {
            const double x = wgt_unit(&r), y = full ? wgt_unit(&r) : x;
            wg_series_add(i % 2 ? a : b, x, y);
        }
        wgi_page g;
        cr_assert(wgi_page_make(&g, f));
        const wgi_plot *t = &g.plot[0];
        cr_assert_eq(t->entries, 2);
        cr_expect_eq(t->legend_inside, !full);
        for (int64_t i = 0; i < t->points; i++) {
            const double x = wgi_px(t, t->u[i]), y = wgi_py(t, t->v[i]);
            cr_expect(x < t->legend_left || x > t->legend_left + t->legend_width || y < t->legend_top ||
                      y > t->legend_top + t->legend_height);
        }
        cr_expect(t->legend_top >= 0 && t->legend_left + t->legend_width <= g.width);
        wgi_page_free(&g);
    }
    wgt_finish(c, NULL);
}

/* On a slide of 1920 by 1080 letters are at least 24 high, for figures of up to three panels in a row. */
Test(figure_labels, letters_are_large)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (int panels = 1; panels <= 9; panels++) {
        wg_figure *f = wg_figure_new(c, "title");
        wgi_page g;
        for (int i = 0; i < panels; i++) wg_panel_new(f, "panel", .x = { "x" }, .y = { "y" });
        cr_assert(wgi_page_make(&g, f));
        cr_expect(g.font * fmin(1920 / g.width, 1080 / g.height) >= 23.99, "%d panels: %g of %g by %g",
                  panels, g.font, g.width, g.height);
        wgi_page_free(&g);
    }
    wgt_finish(c, NULL);
}
