/* loss_again.c: the loss of a wg_backward at other values of the parameters, for line searches.
 *
 * It is computed in a copy of the graph, so that the evaluation of the graph and the values that the
 * user has read stay as they are. The copy has the graph's epoch, so random numbers are the same.
 * States get no new values. */
#include "run/run.h"

typedef struct again {
    wg_graph *g, *s; /* the graph and its copy */
    wg_params *p;
    uint32_t loss;
    size_t *at; /* by the number of a parameter: where it begins in the vector of the gradient */
} again;

static void again_close(void *arg)
{
    again *u = arg;
    wg_context *c = u->p->c;
    wg_graph_free(u->s);
    wg_free(c, u->at);
    wg_free(c, u);
}

static double loss_in(const wg_graph *g, uint32_t loss)
{
    double v = NAN;
    if (g->value[loss]) wgi_convert(WG_F64, &v, (wg_dtype)g->node[loss].dtype, g->value[loss], 1);
    return v;
}

static void number_places(again *u)
{
    size_t n = 0;
    for (size_t k = 0; k < u->p->root->count; k++) {
        const wgi_parameter *q = u->p->root->item[k];
        if (q->state || !wgi_params_holds(u->p, q)) continue;
        u->at[q->number] = n;
        n += (size_t)q->size;
    }
}

static void *again_open(wg_node loss, wg_params *p, double *seen)
{
    wg_graph *g = loss.graph;
    if (!wgi_graph_lives(p->c, g) || !wg_node_ok(loss)) return NULL;
    again *u = wg_alloc(p->c, 1, sizeof *u);
    if (!u) return NULL;
    *u = (again){ .g = g, .p = p, .loss = loss.index };
    u->at = wg_alloc(p->c, p->root->count + 1, sizeof *u->at);
    u->s = u->at ? wgi_graph_copy(g) : NULL;
    if (!u->s) {
        again_close(u);
        return NULL;
    }
    u->s->now.frozen = true;
    number_places(u);
    *seen = g->now.open && !wgi_params_changed(g) ? loss_in(g, loss.index) : NAN;
    return u;
}

static bool gradient_memory(wg_graph *s, wgi_request *r)
{
    for (int i = 0; i < r->targets; i++) {
        r->into[i] = wgi_temp(s, wgi_value_bytes(&s->node[r->target[i]]));
        if (!r->into[i]) return false;
    }
    return true;
}

static void give(const again *u, const wgi_request *r, double *gradient)
{
    memset(gradient, 0, wg_params_size(u->p) * sizeof *gradient);
    for (int i = 0; i < r->targets; i++) {
        const wgi_parameter *q = u->s->node[r->target[i]].parameter;
        if (r->reached[i]) wgi_convert(WG_F64, gradient + u->at[q->number], q->dtype, r->into[i], q->size);
    }
}

static double again_at(void *arg, double *gradient)
{
    again *u = arg;
    wg_graph *s = u->s;
    wgi_request r = {
        .here = s->node[u->loss].here, .quiet = true, .look = true, .backward = true, .loss = u->loss
    };
    double v = NAN;
    wgi_close(s);
    wgi_open(s);
    const wgi_place place = wgi_temp_place(s);
    if (wgi_request_roots(u->g, s, &s->temp, &u->loss, 1, true, &r) &&
        wgi_request_targets(s, &s->temp, u->p, 0, &r) && gradient_memory(s, &r) && wgi_run(s, &r)) {
        give(u, &r, gradient);
        const wgi_node *n = &s->node[u->loss]; /* a parameter may be the loss itself: it has moved since the
                                                * copy */
        if (wgi_is_leaf(n)) wgi_convert(WG_F64, &v, (wg_dtype)n->dtype, wgi_value_of_leaf(n), 1);
        else v = loss_in(s, u->loss);
    }
    wgi_temp_rewind(s, place);
    return v;
}

const wgi_loss_calls wgi_loss_again = { again_open, again_at, again_close };
