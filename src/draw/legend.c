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
    { "differs", "#8d6e00", "#fff59d", "another call, option or shape" },
    { "first", "#2e7d32", "#c8e6c9", "only in the first graph" },
    { "second", "#ad1457", "#f8bbd0", "only in the second graph" },
};

/* ---- what there is to explain ---- */

static int add(wgi_legend_entry list[], int n, wgi_legend_entry e)
{
    if (n < WGI_LEGEND_MOST) list[n++] = e;
    return n;
}

static int add_boxes(const wgi_picture *p, wgi_legend_entry list[], int n)
{
    bool ghosts = false, runs = false, kinds[WGI_BOX_KINDS] = { false };
    for (int64_t i = 0; i < p->boxes; i++) {
        kinds[p->box[i].kind] = true;
        ghosts |= p->box[i].is_copy;
        runs |= p->box[i].times > 1;
    }
    for (int k = 0; k < WGI_BOX_KINDS; k++)
        if (kinds[k])
            n = add(list, n,
                    (wgi_legend_entry){ WGI_LEGEND_BOX, &wgi_box_styles[k], NULL, wgi_box_styles[k].meaning,
                                        .heavy = k == WGI_BOX_FAILED || k == WGI_BOX_WRONG });
    if (ghosts)
        n = add(list, n,
                (wgi_legend_entry){ WGI_LEGEND_BOX, &wgi_box_styles[WGI_BOX_OP], NULL, "drawn elsewhere too",
                                    .dashed = true });
    if (runs)
        n = add(list, n,
                (wgi_legend_entry){ .sample = WGI_LEGEND_WORDS,
                                    .color = WGI_GREY,
                                    .text = "×n: n alike, one after another" });
    return n;
}

int wgi_legend_entries(const wgi_picture *p, wgi_legend_entry list[])
{
    bool heavy = false, down = p->o->top_down, back = false;
    int n = add_boxes(p, list, 0);
    for (int i = 0; i < p->frames; i++) heavy |= p->frame[i].heavy;
    for (int64_t i = 0; i < p->links; i++) back |= p->link[i].back;
    if (p->frames)
        n = add(list, n,
                (wgi_legend_entry){
                    .sample = WGI_LEGEND_FRAME, .color = WGI_GREY, .text = p->g ? "scope" : "step" });
    if (heavy)
        n = add(list, n,
                (wgi_legend_entry){ WGI_LEGEND_FRAME, NULL, WGI_GREY, "10 % of the time or more",
                                    .heavy = true });
    if (p->links)
        n = add(list, n,
                (wgi_legend_entry){ .sample = WGI_LEGEND_WORDS,
                                    .color = WGI_GREY,
                                    .text = down ? "↓ is used by" : "→ is used by" });
    if (p->o->values)
        n = add(list, n,
                (wgi_legend_entry){ .sample = WGI_LEGEND_WORDS, .color = WGI_VALUE, .text = "value" });
    if (back)
        n = add(list, n,
                (wgi_legend_entry){ .sample = WGI_LEGEND_WORDS,
                                    .color = WGI_GRADIENT,
                                    .text = down ? "↑ gradient" : "← gradient" });
    return n;
}

/* ---- as a row of an HTML label's table ---- */

static void put_entry(wgi_strbuf *b, const wgi_legend_entry *e)
{
    bool box = e->sample == WGI_LEGEND_BOX;
    wgi_strbuf_put(b, "<td align=\"left\">");
    if (e->sample != WGI_LEGEND_WORDS)
        wgi_strbuf_format(b,
                          "<table border=\"%d\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"3\" "
                          "color=\"%s\" bgcolor=\"%s\" style=\"rounded%s\"><tr><td>",
                          e->heavy ? 2 : 1, box ? e->style->border : e->color,
                          box ? e->style->fill : "transparent", e->dashed ? ",dashed" : "");
    wgi_strbuf_format(b, "<font color=\"%s\" point-size=\"12\">%s</font>", box ? "#212121" : e->color,
                      e->text);
    wgi_strbuf_put(b, e->sample != WGI_LEGEND_WORDS ? "</td></tr></table></td>" : "</td>");
}

void wgi_put_legend(wgi_strbuf *b, const wgi_picture *p)
{
    wgi_legend_entry list[WGI_LEGEND_MOST];
    int n = wgi_legend_entries(p, list), in_a_row = p->o->top_down ? 5 : 10;
    wgi_strbuf_put(b,
                   "<tr><td><table border=\"0\" cellborder=\"0\" cellspacing=\"6\" cellpadding=\"0\"><tr>");
    for (int i = 0; i < n; i++) {
        if (i && i % in_a_row == 0) wgi_strbuf_put(b, "</tr><tr>");
        put_entry(b, &list[i]);
    }
    wgi_strbuf_put(b, n ? "</tr></table></td></tr>" : "<td></td></tr></table></td></tr>");
}
