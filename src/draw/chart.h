/* chart.h: what charts share: axes with ticks at round numbers, colours, and texts of an SVG that fits light
 * and dark pages. */
#ifndef WGI_CHART_H
#define WGI_CHART_H

#include "draw/draw_private.h"

enum { WGI_TICKS = 24, WGI_COLORS = 6 };
extern const char *const wgi_colors[WGI_COLORS];

typedef struct wgi_axis {
    double low, high; /* the values at its two ends */
    double from, to;  /* the coordinates of its two ends in the picture */
    bool logarithmic;
    bool powers;         /* all numbers at the ticks are powers of ten */
    int ticks, decimals; /* decimals: of the numbers at the ticks */
    double tick[WGI_TICKS];
} wgi_axis;

double wgi_axis_place(const wgi_axis *a, double v); /* the coordinate of a value */
/* About `count` ticks. With `widen` the axis grows to the ticks outside its ends. */
void wgi_axis_linear(wgi_axis *a, int count, bool widen);
/* Ticks at whole powers of ten; the axis grows to them. */
void wgi_axis_log(wgi_axis *a);
/* The number at a tick. */
void wgi_axis_put(wgi_strbuf *b, const wgi_axis *a, double v);
/* The start of an SVG, up to the title at x = left. */
void wgi_chart_head(wgi_strbuf *b, const char *title, int width, int height, int left);
/* A text of at most `most` characters; style: more attributes, or "". */
void wgi_chart_text(wgi_strbuf *b, double x, double y, const char *style, const char *text, int most);
/* The name of the y axis, turned by 90 degrees; `middle` is its y coordinate. */
void wgi_chart_y_label(wgi_strbuf *b, int x, double middle, const char *text, int most);
/* The content and the end of a text element whose opening tag is written. NULL: no content. */
void wgi_chart_end_text(wgi_strbuf *b, const char *text, int most);

#endif
