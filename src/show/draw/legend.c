/* legend.c: the colours of each kind of box, and the legend, which explains only what is in the picture. */
#include "draw/draw_private.h"

const wgi_box_style wgi_box_styles[WGI_BOX_KINDS] = {
    { "input", "#1565c0", "#e3f2fd", "#64b5f6", "#10273f", "input", false },
    { "parameter", "#e65100", "#fff3e0", "#ffb74d", "#3a2410", "parameter", false },
    { "constant", "#757575", "#ffffff", "#9e9e9e", "#1c2026", "constant", false },
    { "state", "#00796b", "#e0f2f1", "#4db6ac", "#0d2b28", "state", false },
    { "op", "#616161", "#f0f0f0", "#9aa4af", "#25292e", "operation", false },
    { "loss", "#6a1b9a", "#f3e5f5", "#ce93d8", "#2d1b36", "loss", false },
    { "failed", "#c62828", "#ffcdd2", "#ff8a80", "#4a1c1c", "failed call", true },
    { "gradient", "#b71c1c", "#fdecea", "#ff8a80", "#3a1f20", "operation of the gradient", false },
    { "wrong", "#b71c1c", "#ffab9e", "#ff8a80", "#5a2520", "wrong gradient", true },
    { "affected", "#e65100", "#ffcc80", "#ffb74d", "#4d3310", "its gradient passes through a wrong one",
      false },
    { "differs", "#8d6e00", "#fff59d", "#ffee58", "#3d3810", "another call, option or shape", false },
    { "first", "#2e7d32", "#c8e6c9", "#81c784", "#1b3a1e", "only in the first graph", false },
    { "second", "#ad1457", "#f8bbd0", "#f48fb1", "#421a2b", "only in the second graph", false },
};

const wgi_colour wgi_colours[WGI_COLOURS] = {
    { "ink", "ink", "#212121", "#e6edf3" },          { "faint", "faint", "#424242", "#c0c8d0" },
    { "outside", "outside", "#57606a", "#c9d1d9" },  { "value", "value", WGI_VALUE, "#81c784" },
    { "grad", "gradient", WGI_GRADIENT, "#ffa198" }, { "odd", "odd", "#ffcdd2", "#6e2320" },
    { "line", "line", "#57606a", "#9aa4af" },        { "back", "back", "#d32f2f", "#ff8a80" },
    { "alarm", "alarm", "#7f0000", "#ffb4ab" },
};

/* ---- what there is to explain ---- */

static void add(wgi_legend_entry **to, bool shown, wgi_legend_entry e)
{
    if (shown) *(*to)++ = e;
}

int wgi_legend_entries(const wgi_picture *p, wgi_legend_entry list[])
{
    bool heavy = false, down = p->o->top_down, back = false, copies = false, runs = false;
    bool kinds[WGI_BOX_KINDS] = { false };
    const char *arrow = down ? "↑ gradient" : "← gradient";
    wgi_legend_entry *to = list;
    for (int64_t i = 0; i < p->boxes; i++) {
        kinds[p->box[i].kind] = true;
        copies |= p->box[i].is_copy, runs |= p->box[i].times > 1;
    }
    for (int i = 0; i < p->frames; i++) heavy |= p->frame[i].heavy;
    for (int64_t i = 0; i < p->links; i++) back |= p->link[i].back;
    for (int k = 0; k < WGI_BOX_KINDS; k++) {
        const wgi_box_style *x = &wgi_box_styles[k];
        add(&to, kinds[k], (wgi_legend_entry){ WGI_LEGEND_BOX, x, NULL, x->meaning, x->heavy, false });
    }
    add(&to, copies,
        (wgi_legend_entry){ WGI_LEGEND_BOX, &wgi_box_styles[WGI_BOX_OP], NULL, "drawn elsewhere too", false,
                            true });
    const struct {
        bool shown;
        wgi_legend_entry e;
    } rest[] = {
        { runs, { WGI_LEGEND_WORDS, NULL, WGI_GREY, "×n: n alike, one after another", false, false } },
        { p->frames, { WGI_LEGEND_FRAME, NULL, WGI_GREY, wgi_frame_kind(p), false, false } },
        { heavy, { WGI_LEGEND_FRAME, NULL, WGI_GREY, "10 % of the time or more", true, false } },
        { p->links,
          { WGI_LEGEND_WORDS, NULL, WGI_GREY, down ? "↓ is used by" : "→ is used by", false, false } },
        { p->o->values, { WGI_LEGEND_WORDS, NULL, WGI_VALUE, "value", false, false } },
        { back, { WGI_LEGEND_WORDS, NULL, WGI_GRADIENT, arrow, false, false } },
    };
    for (size_t i = 0; i < WGI_COUNT(rest); i++) add(&to, rest[i].shown, rest[i].e);
    return (int)(to - list);
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
