/* draw_plan_steps.c: the steps of a plan as frames in the order of running, with their ops; what is given stands outside. */
#include "draw/picture.h"

#include <string.h>

#include "wengert/op.h"

enum { MOST_BOXES = 400 };

typedef struct sketch {
    const wg_plan *p;
    wgi_view v;
    wgi_strbuf text;
    int *box; /* by buffer: of what is given, 0: none yet; the boxes of ops stand first, by their number */
} sketch;

static const char *kept(sketch *k)
{
    const char *s = k->text.length ? wgi_view_keep(&k->v, &k->text) : "";
    k->v.lost |= k->text.failed;
    k->text.length = 0;
    return s;
}

static bool is_number(const sketch *k, int operand)
{
    return operand < 0 && k->p->buffer[~operand].where == WG_PLAN_NUMBER;
}

/* ---- boxes ---- */

static void name_op(sketch *k, wgi_box *b, const wg_plan_op *o)
{
    char shape[128];
    if (*o->name) wgi_strbuf_clean(&k->text, o->name, 40), wgi_strbuf_put(&k->text, " = ");
    wgi_strbuf_put(&k->text, o->op);
    for (int i = 0, n = 0; i < o->operands; i++)
        if (is_number(k, o->operand[i]))
            wgi_strbuf_format(&k->text, n++ ? ", %s" : " %s", k->p->buffer[~o->operand[i]].name);
    b->title = b->name = kept(k);
    if (o->shape.rank) wgi_strbuf_put(&k->text, wg_shape_text(o->shape, shape, sizeof shape));
    b->shape = kept(k);
}

static void lay_op(sketch *k, const wg_plan_op *o, int frame)
{
    wgi_box *b = &k->v.box[k->v.boxes++];
    *b = (wgi_box){ .kind = o->derived ? WGI_BOX_GRADIENT : WGI_BOX_OP,
                    .frame = frame,
                    .times = 1,
                    .detail = "",
                    .value = "" };
    b->word = o->derived ? "gradient" : "forward";
    b->gradient = "";
    name_op(k, b, o);
    if (o->flops > 0) wgi_put_count(&k->text, o->flops), wgi_strbuf_put(&k->text, " FLOP");
    b->tip = kept(k);
}

static void lay_given(sketch *k, int buffer)
{
    const wg_plan_buffer *from = &k->p->buffer[buffer];
    wgi_box *b = &k->v.box[k->v.boxes];
    bool parameter = from->where == WG_PLAN_PARAMETER;
    k->box[buffer] = (int)k->v.boxes++;
    *b = (wgi_box){ .kind = parameter ? WGI_BOX_PARAMETER : WGI_BOX_INPUT,
                    .frame = -1,
                    .times = 1,
                    .detail = "",
                    .value = "" };
    b->gradient = "";
    b->word = parameter ? "parameter" : "input";
    wgi_strbuf_clean(&k->text, from->name, 40);
    b->title = b->name = b->tip = kept(k);
    wgi_put_bytes(&k->text, (double)from->bytes);
    b->shape = kept(k);
}

/* ---- frames ---- */

static void lay_frame(sketch *k, int i, const wg_limits *l)
{
    const wg_plan_step *s = &k->p->step[i];
    wgi_strbuf_format(&k->text, "%d: ", i + 1);
    wgi_put_time(&k->text, s->seconds);
    if (l && s->seconds > 0) {
        wg_bound b = wg_plan_bound(s, l);
        wgi_strbuf_put(&k->text, ", ");
        wgi_put_share(&k->text, b.seconds / s->seconds);
        wgi_strbuf_put(&k->text, b.by_memory ? " of memory" : " of products");
    }
    if (s->tile && s->tiles > 1) wgi_strbuf_format(&k->text, ", %lld tiles", (long long)s->tiles);
    k->v.frame[k->v.frames++] =
        (wgi_frame){ .parent = -1, .name = kept(k), .heavy = 10 * s->seconds >= k->p->seconds };
}

/* ---- links ---- */

static void link_boxes(sketch *k, int from, int to)
{
    for (int64_t i = k->v.links; i-- > 0 && k->v.link[i].to == to;)
        if (k->v.link[i].from == from) {
            k->v.link[i].times++;
            return;
        }
    k->v.link[k->v.links++] = (wgi_link){ .from = from, .to = to, .times = 1 };
}

static void lay_links(sketch *k)
{
    for (int i = 0; i < k->p->ops; i++)
        for (int j = 0; j < k->p->op[i].operands; j++) {
            int x = k->p->op[i].operand[j];
            if (!is_number(k, x)) link_boxes(k, x < 0 ? k->box[~x] : x, i);
        }
}

/* ---- all ---- */

static bool room(sketch *k)
{
    size_t links = 1, boxes = (size_t)(k->p->ops + k->p->buffers) + 1;
    for (int i = 0; i < k->p->ops; i++) links += (size_t)k->p->op[i].operands;
    k->v.box = wg_alloc(k->v.c, boxes, sizeof *k->v.box);
    k->v.link = wg_alloc(k->v.c, links, sizeof *k->v.link);
    k->v.frame = wg_alloc(k->v.c, (size_t)k->p->steps + 1, sizeof *k->v.frame);
    k->box = wg_alloc(k->v.c, (size_t)k->p->buffers + 1, sizeof *k->box);
    return k->v.box && k->v.link && k->v.frame && k->box;
}

static wg_status lay(sketch *k, const wg_limits *l)
{
    if (!room(k)) return WG_ERROR_MEMORY;
    for (int i = 0; i < k->p->steps; i++) {
        lay_frame(k, i, l);
        for (int j = 0; j < k->p->step[i].ops; j++) lay_op(k, &k->p->op[k->p->step[i].first_op + j], i);
    }
    for (int i = 0; i < k->p->buffers; i++)
        if (k->p->buffer[i].where == WG_PLAN_INPUT || k->p->buffer[i].where == WG_PLAN_PARAMETER)
            lay_given(k, i);
    lay_links(k);
    return wgi_view_ghosts(&k->v) && !k->v.lost ? WG_OK : WG_ERROR_MEMORY;
}

wg_status wgi_plan_steps(wg_site here, const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *dot)
{
    sketch k = { .p = p, .v = { .c = dot->c, .here = here, .o = o }, .text = { .c = dot->c } };
    int most = o->most > 0 ? o->most : MOST_BOXES;
    if (p->ops > most) {
        wg_fail(dot->c, here, WG_ERROR_VALUE,
                "draw_plan: %d nodes in %d steps, more than %d: draw the table (.txt), or raise .most",
                p->ops, p->steps, most);
        return WG_ERROR_VALUE;
    }
    wg_status s = lay(&k, o->limits);
    if (s == WG_OK) s = wgi_dot_write(&k.v, dot);
    wg_free(dot->c, k.box);
    wgi_strbuf_free(&k.text);
    wgi_view_free(&k.v);
    return s;
}
