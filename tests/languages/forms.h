/* forms.h: runs the lines of forms.txt that forms.sh has made functions of, in C and in C++. */
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
#include "wengert/wengert.hpp"
typedef wg::value operand;
#else
#include "wengert/wengert.h"
typedef wg_node operand;
#endif

#define VALUES wg_graph *g, wg_params *p, operand v, operand A, operand S, operand k

typedef struct form {
    int number;
    wg_node (*value)(VALUES);
} form;

static void write_value(wg_node y)
{
    const wg_tensor t = wg_value(y);
    if (!t.data && wg_shape_size(t.shape)) return;
    char text[120];
    const int64_t n = wg_shape_size(wg_node_shape(y));
    printf(" %s", wg_shape_text(wg_node_shape(y), text, sizeof text));
    for (int64_t i = 0; i < n; i++) printf(" %.9g", wg_tensor_item(&t, i));
}

static wg_node value_of(const form *f, wg_graph *g, wg_params *p)
{
    static const double v[] = { 3, 1, 2 }, A[] = { 1, 2, 3, 4, 5, 6 }, S[] = { 1, 2, 3, 4 };
    static const int64_t k[] = { 2, 0 };
    return f->value(
        g, p, wg_input(g, "v", wg_view_f64(v, WG_SHAPE(3))), wg_input(g, "A", wg_view_f64(A, WG_SHAPE(2, 3))),
        wg_input(g, "S", wg_view_f64(S, WG_SHAPE(2, 2))), wg_input(g, "k", wg_view_i64(k, WG_SHAPE(2))));
}

static int run_forms(const form *all, int n)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    for (int i = 0; i < n; i++) {
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        printf("%d", all[i].number);
        wg_begin(g, WG_TRAIN);
#ifdef __cplusplus
        wg::detail::throw_errors(c);
        try {
            write_value(wg::value(value_of(&all[i], g, p)));
        } catch (const wg::error &e) {
            printf(" refused: %s", e.what());
        }
#else
        const wg_node y = value_of(&all[i], g, p);
        if (!wg_failed(c)) write_value(y);
        if (wg_failed(c)) printf(" refused: %s", wg_message(c));
#endif
        wg_recover(c);
        puts("");
        wg_params_free(p), wg_graph_free(g);
    }
    return wg_finish(c, NULL), 0;
}
