/* graphviz.c: a graph in Graphviz' own library: the way of the largest gradient, from the loss back to a
 * leaf, is drawn thick, and Graphviz lays the picture out.
 *
 *     cc graphviz.c $(pkg-config --cflags --libs wengert libgvc) -lm -o graphviz && ./graphviz gradient.svg
 */
#include <wengert/wengert.h>

#include <graphviz/gvc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The loss of a net of three inputs and two hidden neurons on one example. */
static wg_node loss_of(wg_graph *g, wg_params *p)
{
    static const double xs[] = { 1, -2, 0.5 }, one = 1, Ws[] = { 0.4, -0.3, 0.8, -0.6, 0.2, 0.1 },
                        vs[] = { 0.9, -0.7 };
    wg_node x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(3)));
    wg_node y = wg_input(g, "y", wg_view_f64(&one, WG_SCALAR));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 3), wg_values(Ws));
    wg_node v = wg_param(g, p, "v", WG_SHAPE(2), wg_values(vs));
    wg_node h = wg_name(wg_tanh(wg_matmul(W, x)), "h");
    wg_node a = wg_name(wg_sigmoid(wg_name(wg_matmul(v, h), "z")), "a");
    return wg_name(wg_binary_cross_entropy(a, y), "L");
}

/* The largest number of a gradient like "[[0.5,-1],[2,0]]", regardless of signs; -1: it has none. */
static double largest(Agnode_t *n)
{
    double most = -1;
    for (const char *s = agget(n, "wg_grad"); s && *s;) {
        char *end;
        const double d = strtod(s, &end);
        if (end > s) most = fmax(most, fabs(d));
        s = end > s ? end : s + 1;
    }
    return most;
}

int main(int count, char **argument)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_node loss = loss_of(g, wg_params_new(c));
    Agraph_t *picture = wg_draw_agraph(loss, .values = true, .backward = true);
    if (!picture) return wg_finish(c, stderr);

    for (Agnode_t *n = agnode(picture, "L", 0), *next; n; n = next) {
        Agedge_t *way = NULL;
        printf("%s: largest gradient %.4g, at %s\n", agnameof(n), largest(n), agget(n, "wg_site"));
        for (Agedge_t *e = agfstin(picture, n); e; e = agnxtin(picture, e))
            if (!strcmp(agget(e, "class"), "forward") && (!way || largest(agtail(e)) > largest(agtail(way))))
                way = e;
        next = way && largest(agtail(way)) >= 0 ? agtail(way) : NULL;
        if (next) agsafeset(way, "color", "#d32f2f", ""), agsafeset(way, "penwidth", "4", "");
    }
    const char *path = count > 1 ? argument[1] : "gradient.svg";
    GVC_t *graphviz = gvContext();
    int failed = gvLayout(graphviz, picture, "dot") || gvRenderFilename(graphviz, picture, "svg", path);
    gvFreeLayout(graphviz, picture);
    agclose(picture);
    gvFreeContext(graphviz);
    return wg_finish(c, stderr) || failed;
}
