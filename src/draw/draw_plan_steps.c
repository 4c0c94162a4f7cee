/* draw_plan_steps.c: the picture of a plan's steps: a frame for each step, in the order of running, with a
 * box for each op. Inputs and parameters stand outside the frames. */
#include "draw/draw_private.h"

#include "wengert/op.h"

enum { NAME_MOST = 40 };

typedef struct sketch {
    const wg_plan *p;
    wgi_picture picture;
    wgi_strbuf text; /* empty between two calls of take_text */
    int *box_of;     /* by buffer: the box of an input or parameter. The box of op i is box i. */
} sketch;

static const char *take_text(sketch *k) { return wgi_picture_text(&k->picture, &k->text); }

static bool is_number(const sketch *k, int operand)
{
    return operand < 0 && k->p->buffer[~operand].where == WG_PLAN_NUMBER;
}

/* ---- boxes ---- */

static void add_op(sketch *k, const wg_plan_op *o, int frame)
{
    char shape[128];
    wgi_box *b = wgi_add_box(&k->picture, o->derived ? WGI_BOX_GRADIENT : WGI_BOX_OP, frame);
    b->word = o->derived ? "gradient" : "forward";
    if (*o->name) wgi_strbuf_clean(&k->text, o->name, NAME_MOST), wgi_strbuf_put(&k->text, " = ");
    wgi_strbuf_put(&k->text, o->op);
    for (int i = 0, n = 0; i < o->operands; i++)
        if (is_number(k, o->operand[i]))
            wgi_strbuf_format(&k->text, n++ ? ", %s" : " %s", k->p->buffer[~o->operand[i]].name);
    b->title = b->name = take_text(k);
    if (o->shape.rank) wgi_strbuf_put(&k->text, wg_shape_text(o->shape, shape, sizeof shape));
    b->shape = take_text(k);
    if (o->flops > 0) wgi_put_count(&k->text, o->flops), wgi_strbuf_put(&k->text, " FLOP");
    b->tip = take_text(k);
}

static void add_given(sketch *k, int buffer)
{
    const wg_plan_buffer *from = &k->p->buffer[buffer];
    bool parameter = from->where == WG_PLAN_PARAMETER;
    k->box_of[buffer] = (int)k->picture.boxes;
    wgi_box *b = wgi_add_box(&k->picture, parameter ? WGI_BOX_PARAMETER : WGI_BOX_INPUT, -1);
    b->word = parameter ? "parameter" : "input";
    wgi_strbuf_clean(&k->text, from->name, NAME_MOST);
    b->title = b->name = b->tip = take_text(k);
    wgi_put_bytes(&k->text, (double)from->bytes);
    b->shape = take_text(k);
}

/* ---- frames ---- */

static void add_frame(sketch *k, int i, const wg_limits *l)
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
    k->picture.frame[k->picture.frames++] =
        (wgi_frame){ .parent = -1, .name = take_text(k), .heavy = 10 * s->seconds >= k->p->seconds };
}

/* ---- all together ---- */

static void add_links(sketch *k)
{
    for (int i = 0; i < k->p->ops; i++)
        for (int j = 0; j < k->p->op[i].operands; j++) {
            int x = k->p->op[i].operand[j];
            if (!is_number(k, x)) wgi_link_boxes(&k->picture, x < 0 ? k->box_of[~x] : x, i);
        }
}

static bool make_room(sketch *k)
{
    int64_t links = 0;
    for (int i = 0; i < k->p->ops; i++) links += k->p->op[i].operands;
    k->box_of = wgi_picture_alloc(&k->picture, k->p->buffers, sizeof *k->box_of);
    return k->box_of && wgi_picture_room(&k->picture, k->p->ops + k->p->buffers, links, k->p->steps);
}

static wg_status fill(sketch *k, const wg_limits *l)
{
    if (!make_room(k)) return WG_ERROR_MEMORY;
    for (int i = 0; i < k->p->steps; i++) {
        const wg_plan_step *s = &k->p->step[i];
        add_frame(k, i, l);
        for (int j = 0; j < s->ops; j++) add_op(k, &k->p->op[s->first_op + j], i);
    }
    for (int i = 0; i < k->p->buffers; i++)
        if (k->p->buffer[i].where == WG_PLAN_INPUT || k->p->buffer[i].where == WG_PLAN_PARAMETER)
            add_given(k, i);
    add_links(k);
    return wgi_copy_shared_boxes(&k->picture) && !k->picture.lost ? WG_OK : WG_ERROR_MEMORY;
}

wg_status wgi_plan_steps(wg_site here, const char *call, const wg_plan *p, const wg_draw_plan_opts *o,
                         const char *path, const char *format, wgi_strbuf *out)
{
    sketch k = { .p = p, .picture = { .c = out->c, .here = here, .o = o }, .text = { .c = out->c } };
    int most = o->most > 0 ? o->most : WGI_MOST_BOXES;
    if (p->ops > most)
        return WGI_DRAW_FAIL(out->c, here, WG_ERROR_VALUE,
                             "%s: %d nodes in %d steps, more than %d: draw the table (.txt), or raise .most",
                             call, p->ops, p->steps, most);
    wg_status s = fill(&k, o->limits);
    if (s == WG_OK) s = wgi_picture_write(&k.picture, path, format, out);
    wg_free(out->c, k.box_of);
    wgi_picture_free(&k.picture);
    return s;
}
