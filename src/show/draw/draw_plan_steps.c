/* draw_plan_steps.c: the picture of a plan's steps: a frame for each step, in the order of running, with a
 * box for each op. Inputs and parameters stand outside the frames. */
#include "draw/draw_private.h"

#include "wengert/op.h"
#include "wgx/plan.h"

enum { NAME_MOST = 40 };

typedef struct sketch {
    const wg_plan *p;
    wgi_picture *picture;
    int *box_of; /* by buffer: the box of an input or parameter. The box of op i is box i. */
} sketch;

static bool is_number(const sketch *k, int operand)
{
    return operand < 0 && k->p->buffer[~operand].where == WG_PLAN_NUMBER;
}

/* ---- boxes ---- */

static void add_op(sketch *k, const wg_plan_op *o, int frame)
{
    char shape[128];
    wgi_pool *pool = k->picture->pool;
    wgi_strbuf b = { .pool = pool };
    wgi_box *x = wgi_add_box(k->picture, o->derived ? WGI_BOX_GRADIENT : WGI_BOX_OP, frame);
    x->word = o->derived ? "gradient" : "forward";
    wgi_strbuf_format(&b, *o->name ? "%s = %s" : "%s%s", wgi_pool_clean(pool, o->name, NAME_MOST), o->op);
    for (int i = 0, n = 0; i < o->operands; i++)
        if (is_number(k, o->operand[i]))
            wgi_strbuf_format(&b, n++ ? ", %s" : " %s", k->p->buffer[~o->operand[i]].name);
    x->title = x->name = wgi_strbuf_keep(&b);
    if (o->shape.rank) wgi_strbuf_put(&b, wg_shape_text(o->shape, shape, sizeof shape));
    x->shape = wgi_strbuf_keep(&b);
    if (o->flops > 0) wgi_put_count(&b, o->flops), wgi_strbuf_put(&b, " FLOP");
    x->tip = wgi_strbuf_keep(&b);
}

static void add_given(sketch *k, int buffer)
{
    const wg_plan_buffer *from = &k->p->buffer[buffer];
    bool parameter = from->where == WG_PLAN_PARAMETER;
    wgi_strbuf b = { .pool = k->picture->pool };
    k->box_of[buffer] = (int)k->picture->boxes;
    wgi_box *x = wgi_add_box(k->picture, parameter ? WGI_BOX_PARAMETER : WGI_BOX_INPUT, -1);
    x->word = wgi_box_styles[x->kind].class;
    x->title = x->name = x->tip = wgi_pool_clean(b.pool, from->name, NAME_MOST);
    wgi_put_bytes(&b, (double)from->bytes);
    x->shape = wgi_strbuf_keep(&b);
}

/* ---- frames ---- */

static void add_frame(sketch *k, int i)
{
    const wg_plan_step *s = &k->p->step[i];
    const wg_limits *l = k->picture->o->limits;
    wgi_strbuf b = { .pool = k->picture->pool };
    wgi_strbuf_format(&b, "%d: ", i + 1);
    wgi_put_time(&b, s->seconds);
    if (l && s->seconds > 0) {
        wgx_bound bound = wgx_plan_bound(s, l);
        wgi_strbuf_put(&b, ", ");
        wgi_put_share(&b, bound.seconds / s->seconds);
        wgi_strbuf_put(&b, bound.by_memory ? " of memory" : " of products");
    }
    if (s->tile && s->tiles > 1) wgi_strbuf_format(&b, ", %lld tiles", (long long)s->tiles);
    k->picture->frame[k->picture->frames++] =
        (wgi_frame){ .parent = -1, .name = wgi_strbuf_keep(&b), .heavy = 10 * s->seconds >= k->p->seconds };
}

/* ---- all together ---- */

wg_status wgi_plan_steps(wgi_picture *p, const char *call, const wg_plan *plan, wgi_strbuf *out)
{
    sketch k = { plan, p, wgi_pool_take(p->pool, plan->buffers, sizeof *k.box_of) };
    const int most = p->o->most != WG_AUTO ? p->o->most : WGI_MOST_BOXES;
    int64_t links = 0;
    if (plan->ops > most)
        return WGI_REFUSE(p, "%s: %d nodes in %d steps, more than %d: draw the table (.txt), or raise .most",
                          call, plan->ops, plan->steps, most);
    for (int i = 0; i < plan->ops; i++) links += plan->op[i].operands;
    if (!wgi_picture_room(p, plan->ops + plan->buffers, links, plan->steps)) return WG_ERROR_MEMORY;
    for (int i = 0; i < plan->steps; i++) {
        add_frame(&k, i);
        for (int j = 0; j < plan->step[i].ops; j++) add_op(&k, &plan->op[plan->step[i].first_op + j], i);
    }
    for (int i = 0; i < plan->buffers; i++)
        if (plan->buffer[i].where == WG_PLAN_INPUT || plan->buffer[i].where == WG_PLAN_PARAMETER)
            add_given(&k, i);
    for (int i = 0; i < plan->ops; i++)
        for (int j = 0; j < plan->op[i].operands; j++) {
            const int x = plan->op[i].operand[j];
            if (!is_number(&k, x)) wgi_link_boxes(p, x < 0 ? k.box_of[~x] : x, i);
        }
    wgi_copy_shared_boxes(p);
    return p->pool->failed ? WG_ERROR_MEMORY : wgi_picture_write(p, out);
}
