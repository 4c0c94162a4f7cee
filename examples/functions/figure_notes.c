/* figure_notes.c: notes in figures. These functions add to the curves of docs/figures.md. wg_series_push
 * counts x from 1 on. */
#include <math.h>
#include <string.h>
#include <wengert/wengert.h>

int main(void)
{
    wg_context *c = wg_start();
    wg_figure *f = wg_figure_new(c, "A cosine");
    wg_panel *p = wg_panel_new(f, "one period");
    wg_series *s = wg_panel_line(p, "cos");
    for (int i = 1; i <= 60; i++) wg_series_push(s, cos(0.1 * i)); /* at 1, 2, ..., 60 */
    wg_panel_at_y(p, -1, "the minimum");
    wg_panel_arrow(p, 45, 0, 31.4, -0.98, "10 pi");
    printf("panel 0 is p: %d, panel 1 is there: %d\n", wg_figure_panel(f, 0) == p,
           wg_figure_panel(f, 1) != NULL);
    char *svg = wg_figure_text(f, "-", .format = WG_FIGURE_SVG);
    printf("the SVG has the notes: %d\n", svg && strstr(svg, "10 pi") && strstr(svg, "the minimum"));
    wg_free(c, svg);
    return wg_finish(c, stderr);
}
