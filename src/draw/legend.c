/* legend.c: the colours of each kind of box, and the legend, which explains only what is in the picture. */
#include "draw/draw_private.h"

#include <string.h>

const wgi_box_style wgi_box_styles[WGI_BOX_KINDS] = {
    { "input", "#1565c0", "#e3f2fd", "input" },
    { "parameter", "#e65100", "#fff3e0", "parameter" },
    { "constant", "#757575", "#ffffff", "constant" },
    { "state", "#00796b", "#e0f2f1", "state" },
    { "op", "#616161", "#f0f0f0", "operation" },
    { "loss", "#6a1b9a", "#f3e5f5", "loss" },
    { "failed", "#c62828", "#ffcdd2", "failed call" },
    { "gradient", "#b71c1c", "#fdecea", "operation of the gradient" },
    { "wrong", "#b71c1c", "#ffab9e", "wrong gradient" },
    { "affected", "#e65100", "#ffcc80", "its gradient passes through a wrong one" },
};

typedef struct legend {
    wgi_strbuf *b;
    int entries, in_a_row;
} legend;

static void put_entry(legend *l, const char *start, const char *color, const char *text, const char *end)
{
    if (l->entries && l->entries % l->in_a_row == 0) wgi_strbuf_put(l->b, "</tr><tr>");
    l->entries++;
    wgi_strbuf_format(l->b, "<td align=\"left\">%s<font color=\"%s\" point-size=\"12\">%s</font>%s</td>",
                      start, color, text, end);
}

static void put_sample(legend *l, int border, const char *color, const char *fill, const char *style,
                       const char *text)
{
    char start[200];
    snprintf(start, sizeof start,
             "<table border=\"%d\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"3\" color=\"%s\" "
             "bgcolor=\"%s\" style=\"rounded%s\"><tr><td>",
             border, color, fill, style);
    put_entry(l, start, strcmp(fill, "transparent") ? "#212121" : WGI_GREY, text, "</td></tr></table>");
}

static void put_boxes(legend *l, const wgi_picture *p)
{
    bool ghosts = false, runs = false, kinds[WGI_BOX_KINDS] = { false };
    for (int64_t i = 0; i < p->boxes; i++) {
        kinds[p->box[i].kind] = true;
        ghosts |= p->box[i].is_copy;
        runs |= p->box[i].times > 1;
    }
    for (int k = 0; k < WGI_BOX_KINDS; k++)
        if (kinds[k])
            put_sample(l, k == WGI_BOX_FAILED || k == WGI_BOX_WRONG ? 2 : 1, wgi_box_styles[k].border,
                       wgi_box_styles[k].fill, "", wgi_box_styles[k].meaning);
    if (ghosts)
        put_sample(l, 1, wgi_box_styles[WGI_BOX_OP].border, wgi_box_styles[WGI_BOX_OP].fill, ",dashed",
                   "drawn elsewhere too");
    if (runs) put_entry(l, "", WGI_GREY, "×n: n alike, one after another", "");
}

static void put_frames(legend *l, const wgi_picture *p)
{
    bool heavy = false;
    for (int i = 0; i < p->frames; i++) heavy |= p->frame[i].heavy;
    if (p->frames) put_sample(l, 1, WGI_GREY, "transparent", "", p->g ? "scope" : "step");
    if (heavy) put_sample(l, 2, WGI_GREY, "transparent", "", "10 % of the time or more");
}

static void put_lines_and_numbers(legend *l, const wgi_picture *p)
{
    bool down = p->o->top_down, back = false;
    for (int64_t i = 0; i < p->links; i++) back |= p->link[i].back;
    if (p->links) put_entry(l, "", WGI_GREY, down ? "↓ is used by" : "→ is used by", "");
    if (p->o->values) put_entry(l, "", WGI_VALUE, "value", "");
    if (back) put_entry(l, "", WGI_GRADIENT, down ? "↑ gradient" : "← gradient", "");
}

void wgi_put_legend(wgi_strbuf *b, const wgi_picture *p)
{
    legend l = { .b = b, .in_a_row = p->o->top_down ? 5 : 10 };
    wgi_strbuf_put(b,
                   "<tr><td><table border=\"0\" cellborder=\"0\" cellspacing=\"6\" cellpadding=\"0\"><tr>");
    put_boxes(&l, p);
    put_frames(&l, p);
    put_lines_and_numbers(&l, p);
    wgi_strbuf_put(b, l.entries ? "</tr></table></td></tr>" : "<td></td></tr></table></td></tr>");
}
