/* The style "circuit". The numbers are those of the notes of CS231n, "Backpropagation, Intuitions". */
#include <stdlib.h>

#include "picture.h"
#include "wengert/draw.h"

#define CIRCUIT WG_OPTS(wg_draw_opts, .format = "svg", .style = "circuit", .backward = true, .id = "c")

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
    WGT_ENDS bench b = start();
    const wg_node f = product(&b);
    char *svg = pic_text(f, "svg", CIRCUIT);
    cr_expect_str_eq(pic_text(f, "svg", CIRCUIT), svg);
    expect_wire(svg, 0, "x", "−2", "−4");
    expect_wire(svg, 1, "y", "5", "−4");
    expect_wire(svg, 2, "z", "−4", "3");
    expect_wire(svg, 3, "+", "3", "−4");
    expect_wire(svg, 4, "×", "−12", "1");
    cr_expect_eq(pic_count(svg, "<rect"), 2, "leaves have no frames: %s", svg);
    HAS_NOT(svg, "class=\"backward\"");
}

/* 1 / (1 + e^-(w0 x0 + w1 x1 + w2)), each op by itself: the notes have its gates. */
Test(circuit, numbers_stand_in_the_gates)
{
    WGT_ENDS bench b = start();
    wg_node w0 = number(&b, "w0", 2), x0 = number(&b, "x0", -1), w1 = number(&b, "w1", -3),
            x1 = number(&b, "x1", -2), w2 = number(&b, "w2", -3);
    wg_node p = wg_mul(w0, x0), q = wg_mul(w1, x1), s = wg_add(p, q), z = wg_add(s, w2);
    wg_node m = wg_mul(z, -1), e = wg_name(wg_exp(m), "t"), n = wg_add(e, 1), f = wg_reciprocal(n);
    char *svg = pic_text(f, "svg", CIRCUIT);
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
    expect_wire(svg, 10, "exp", "0.3679", "−0.5344");
    expect_wire(svg, 11, "+ 1", "1.368", "−0.5344");
    expect_wire(svg, 12, "1/", "0.7311", "1");
    svg = pic_text(wg_sigmoid(z), "svg", CIRCUIT);
    expect_wire(svg, 9, "σ", "0.7311", "1");
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
    WGT_ENDS bench b = start();
    const wg_node x = number(&b, "x", 2), y = wg_apply(WG_HERE, &op, &x, 1, &(raised){ .power = 1 });
    wg_draw_opts o = CIRCUIT;
    o.backward = false;
    char *svg = pic_text(y, "svg", o), *plain = pic_plain(strdup(svg));
    HAS(plain, ">(·)^three</text>");
    free(plain);
}
