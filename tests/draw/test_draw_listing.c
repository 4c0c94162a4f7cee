/* test_draw_listing.c: graphs as lists of equations (txt) and as JSON. */
#include "picture.h"
#include "wgcommand.h"

#include <math.h>
#include <stdlib.h>

#define FULL WG_OPTS(wg_draw_opts, .values = true, .backward = true)

/* The listing calls everything as the picture does, in every box. */
NEURON_TEST(draw_listing, has_the_names_of_the_picture)
{
    char *text = pic_text(n.L, "txt", FULL),
         *svg = pic_plain(pic_text(n.L, "svg", WG_OPTS(wg_draw_opts, .values = true)));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char name[200], formula[200];
        const int length = (int)(strstr(line, "  ") - line);
        snprintf(name, sizeof name, ">%.*s<", length, line);
        snprintf(formula, sizeof formula, "<desc>%.*s;", length, line);
        cr_expect(strstr(svg, name) || strstr(svg, formula), "%s is not in %s", formula, svg);
    }
}

GRAPH_TEST(draw_listing, of_hostile_names)
{
    double x = 2;
    char name[3000];
    memset(name, 'n', sizeof name), name[sizeof name - 1] = 0;
    wg_node a = wg_input(g, "a\n\033[2Jb\xff", wg_view_f64(&x, WG_SCALAR)),
            b = wg_input(g, name, wg_view_f64(&x, WG_SCALAR)), L = wg_name(wg_mul(a, b), "L\"\\");
    char *text = pic_text(L, "txt", FULL),
         *json = pic_text(L, "json", WG_OPTS(wg_draw_opts, .backward = true));
    cr_expect_eq(pic_count(text, "\n"), 3, "%s", text);
    cr_expect(!strchr(text, '\033') && !strchr(json, '\033') && wgt_widest(text) <= 100, "%s", text);
    HAS(json, "\"root\":\"L\\\"\\\\\"", "\"gradient\":2");
}

/* The ops of a folded run stand apart from how often they are there. */
GRAPH_TEST(draw_listing, a_folded_run_says_its_ops)
{
    static const double v = 2;
    wg_node y = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    for (int k = 0; k < 20; k++) y = wg_tanh(y);
    HAS(pic_text(y, "txt", WG_OPTS(wg_draw_opts, .fold = true)), "×20  tanh");
}

/* What was not computed is a dash. */
Test(draw_listing, after_an_error)
{
    PIC_NEURON;
    (void)n;
    wg_node wrong = wg_matmul(n.x, wg_reshape(n.y, WG_SHAPE(1, 1)));
    cr_assert(!wg_node_ok(wrong));
    char *path = pic_path("g.txt");
    cr_assert_eq(wg_draw_graph_at(WG_HERE, wg_graph_of(n.x), path, &FULL), WG_OK);
    char *text = pic_read(path);
    HAS(text, "dx = –", "matmul(n.x", "\n    tests/draw/test_draw_listing.c:");
    HAS_NOT(text, "dx = 0");
    cr_expect_leq(wgt_widest(text), 100, "%s", text);
    pic_clean_up();
    wgt_drop(c, NULL);
}

Test(draw_listing, json_of_many_numbers_has_no_least_one_beside_a_nan)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_sub(wg_arange(g, 0, 1101, 1), 550);
    SHOWS(pic_text(x, "json", WG_OPTS(wg_draw_opts, .values = true)), "\"min\":-550,\"max\":550,\"mean\":0");
    x = wg_sqrt(x);
    SHOWS(pic_text(x, "json", WG_OPTS(wg_draw_opts, .values = true)), "\"min\":\"nan\",\"max\":\"nan\"");
    wgt_finish(c, NULL);
}

/* JSON has the tape's numbers to the last bit. */
NEURON_TEST(draw_listing, json_has_all_digits)
{
    const wg_node x[] = { n.z, n.a };
    wg_node gx[2];
    cr_assert_eq(wg_grads(n.L, x, 2, gx), WG_OK);
    const double expected[] = { wg_item(n.z), wg_item(n.a), wg_item(gx[0]), wg_item(gx[1]) };
    char *json = pic_text(n.L, "json", WG_OPTS(wg_draw_opts, .values = true, .backward = true));
    for (int i = 0; i < 2; i++) {
        const char *at = strstr(json, i ? "{\"name\":\"a\"" : "{\"name\":\"z\"");
        cr_assert(at, "%s", json);
        cr_expect_eq(strtod(strstr(at, "\"value\":") + 8, NULL), expected[i]);
        cr_expect_eq(strtod(strstr(at, "\"gradient\":") + 11, NULL), expected[2 + i]);
    }
}
