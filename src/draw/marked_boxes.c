/* marked_boxes.c: the boxes of nodes that the option `marks` names. */
#include "draw/draw_private.h"

void wgi_mark_boxes(wgi_picture *p)
{
    for (int i = 0; p->o->marks && i < p->o->mark_count; i++) {
        const wg_node_mark *m = &p->o->marks[i];
        const int64_t at =
            m->node.graph == p->g && wg_node_ok(m->node) ? p->position[m->node.index] : WGI_ABSENT;
        if (at < 0) continue;
        wgi_box *b = &p->box[p->box_of[at]];
        if (b->kind == WGI_BOX_WRONG) continue;
        wgi_strbuf text = { .c = p->c };
        if (m->text) wgi_strbuf_put(&text, m->text);
        if (m->kind == WG_MARK_PASSED) {
            b->note = wgi_picture_text(p, &text), b->passed = true;
            continue;
        }
        b->kind = m->kind == WG_MARK_WRONG ? WGI_BOX_WRONG : WGI_BOX_AFFECTED;
        if (m->text) b->mark = wgi_picture_text(p, &text);
    }
}
