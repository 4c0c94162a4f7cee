/* The style "circuit". The numbers are those of the notes of CS231n, "Backpropagation, Intuitions". */
#include <stdlib.h>

#include "picture.h"
#include "wengert/draw.h"

static const wg_draw_opts circuit = { .format = "svg", .style = "circuit", .backward = true, .id = "c" };

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
} bench;

static bench start(void)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c), b.p = wg_params_new(b.c);
    return b;
}

static wg_node number(bench *b, const char *name, double value)
{
    return wg_input(b->g, name, wg_view_f64(&value, WG_SCALAR));
}

/* (x + y) z at −2, 5, −4 */
static wg_node product(bench *b)
{
    wg_node x = number(b, "x", -2), y = number(b, "y", 5), z = number(b, "z", -4);
    return wg_mul(wg_name(wg_add(x, y), "q"), z);
}

/* What stands above and below the wire of the box. */
static void expect_wire(const char *svg, int box, const char *symbol, const char *value, const char *gradient)
{
    char id[40], text[80];
    snprintf(id, sizeof id, " id=\"c-n%d\"", box);
    const char *at = strstr(svg, id), *end = at ? strstr(at + 1, " id=\"c-n") : NULL;
    cr_assert(at, "%s is not in %s", id, svg);
    char *part = pic_plain(strndup(at, end ? (size_t)(end - at) : strlen(at)));
    snprintf(text, sizeof text, ">%s</text>", symbol);
    HAS(part, text);
    snprintf(text, sizeof text, "class=\"value\" text-anchor=\"middle\">%s</text>", value);
    HAS(part, text);
    snprintf(text, sizeof text, "class=\"grad\" text-anchor=\"middle\">%s</text>", gradient);
    HAS(part, text);
    free(part);
}

Test(circuit, has_a_gate_for_each_op_with_value_and_gradient)
{
    bench b = start();
    char *svg = pic_text(product(&b), "svg", circuit);
    expect_wire(svg, 0, "x", "−2", "−4");
    expect_wire(svg, 1, "y", "5", "−4");
    expect_wire(svg, 2, "z", "−4", "3");
    expect_wire(svg, 3, "+", "3", "−4");
    expect_wire(svg, 4, "×", "−12", "1");
    cr_expect_eq(pic_count(svg, "<rect"), 2, "leaves have no frames: %s", svg);
    HAS_NOT(svg, "class=\"backward\"");
    wgt_finish(b.c, NULL);
}

/* 1 / (1 + e^-(w0 x0 + w1 x1 + w2)), each op by itself: the notes have its gates. */
Test(circuit, numbers_stand_in_the_gates)
{
    bench b = start();
    wg_node w0 = number(&b, "w0", 2), x0 = number(&b, "x0", -1), w1 = number(&b, "w1", -3),
            x1 = number(&b, "x1", -2), w2 = number(&b, "w2", -3);
    wg_node p = wg_mul(w0, x0), q = wg_mul(w1, x1), s = wg_add(p, q), z = wg_add(s, w2);
    wg_node m = wg_mul(z, -1), e = wg_name(wg_exp(m), "t"), n = wg_add(e, 1), f = wg_reciprocal(n);
    char *svg = pic_text(f, "svg", circuit);
    expect_wire(svg, 0, "w0", "2", "−0.1966");
    expect_wire(svg, 1, "x0", "−1", "0.3932");
    expect_wire(svg, 2, "w1", "−3", "−0.3932");
    expect_wire(svg, 3, "x1", "−2", "−0.5898");
    expect_wire(svg, 4, "w2", "−3", "0.1966");
    expect_wire(svg, 5, "×", "−2", "0.1966");
    expect_wire(svg, 6, "×", "6", "0.1966");
    expect_wire(svg, 7, "+", "4", "0.1966");
    expect_wire(svg, 8, "+", "1", "0.1966");
    expect_wire(svg, 9, "× (−1)", "−1", "−0.1966");
    expect_wire(svg, 10, "ex", "0.3679", "−0.5344");
    expect_wire(svg, 11, "+ 1", "1.368", "−0.5344");
    expect_wire(svg, 12, "1/x", "0.7311", "1");
    svg = pic_text(wg_sigmoid(z), "svg", circuit);
    expect_wire(svg, 9, "σ", "0.7311", "1");
    wgt_finish(b.c, NULL);
}

Test(circuit, fits_its_place_and_is_the_same_each_time)
{
    bench b = start();
    const wg_node f = product(&b);
    static const struct {
        const char *place, *size;
    } places[] = { { "slide", "width=\"1920\" height=\"1080\"" },
                   { "page", "width=\"453.5pt\"" },
                   { "screen", "width=\"1440\" height=\"900\"" } };
    for (int i = 0; i < 3; i++) {
        wg_draw_opts o = circuit;
        o.fit = places[i].place;
        char *svg = pic_text(f, "svg", o), *again = pic_text(f, "svg", o);
        HAS(svg, places[i].size);
        HAS_NOT(svg, "more nodes than");
        cr_expect_str_eq(svg, again);
        cr_expect_eq(pic_count(svg, "<rect"), 2, "nothing is reduced");
    }
    wgt_finish(b.c, NULL);
}

/* Of tensors the lines stand above and below one another; what is not computed is a dash. */
Test(circuit, shows_tensors_and_what_is_not_known)
{
    bench b = start();
    wg_node A = wg_input(b.g, "A", wg_view_f64((double[]){ 1, 2, 3, 4 }, WG_SHAPE(2, 2)));
    wg_node W = wg_param(b.g, b.p, "W", WG_SHAPE(2, 2), wg_values((double[]){ 1, 1, 1, 1 }));
    SHOWS(pic_text(wg_sum(wg_matmul(A, W)), "svg", circuit), ">[[1, 2],</text>", ">Σ</text>",
          ">[[4, 4],</text>");
    wgt_finish(b.c, NULL);
}

/* y = x^2 or x^3 */
typedef struct raised {
    int power;
} raised;

static double raised_map(double x, const void *attr)
{
    return ((const raised *)attr)->power ? x * x * x : x * x;
}

/* The word of an option stands in the formula of the gate. */
Test(circuit, shows_the_option_of_an_op_of_the_users)
{
    static const wg_attr_row rows[] = {
        { "power", WG_ATTR_CHOICE, offsetof(raised, power), "two", "two three" }, { 0 }
    };
    static const wg_op op = { .name = "raised",
                              .formula = "y = x^power",
                              .operands = 1,
                              .attr_size = sizeof(raised),
                              .attrs = rows,
                              .map = raised_map };
    bench b = start();
    const wg_node x = number(&b, "x", 2), y = wg_apply(WG_HERE, &op, &x, 1, &(raised){ .power = 1 });
    wg_draw_opts o = circuit;
    o.backward = false;
    char *svg = pic_text(y, "svg", o), *plain = pic_plain(strdup(svg));
    HAS(plain, ">xthree</text>");
    free(plain);
    wgt_finish(b.c, NULL);
}

Test(circuit, refuses_what_it_cannot_draw)
{
    bench b = start();
    const wg_node f = product(&b);
    static const char *const formats[] = { "dot", "html", "json", "tex", "txt" };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        wg_draw_opts o = circuit;
        o.format = formats[i], o.id = NULL;
        cr_expect_null(wg_draw_text(f, &o), "%s", formats[i]);
        wgt_expect_error(b.c, WG_ERROR_VALUE, ".style");
    }
    wg_draw_opts others[] = { circuit, circuit, circuit, circuit };
    others[0].style = "comic", others[1].top_down = true, others[2].overlay = "bytes",
    others[3].engine = "dot";
    static const char *const why[] = { "cards or circuit", ".top_down", ".overlay", ".engine" };
    for (int i = 0; i < 4; i++) {
        cr_expect_null(wg_draw_text(f, &others[i]));
        wgt_expect_error(b.c, WG_ERROR_VALUE, why[i]);
    }
    wgt_finish(b.c, NULL);
}
