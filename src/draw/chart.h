/* chart.h: what charts share: axes with nice ticks, colours, the head of an SVG that follows a light or a dark page. */
#ifndef WGI_CHART_H
#define WGI_CHART_H

#include "draw/picture.h"

enum { WGI_TICKS = 24, WGI_COLORS = 6 };
extern const char *const wgi_colors[WGI_COLORS];

typedef struct wgi_axis {
    double low, high; /* of the values shown */
    double from, to;  /* where they are in the picture */
    bool logarithmic;
    int ticks, decimals;
    double tick[WGI_TICKS];
} wgi_axis;

double wgi_axis_place(const wgi_axis *a, double v);
void wgi_axis_linear(wgi_axis *a, int count, bool widen); /* about so many ticks; widened to the outer ones */
void wgi_axis_log(wgi_axis *a);                           /* whole powers of ten */
void wgi_axis_put(wgi_strbuf *b, const wgi_axis *a, double v);
void wgi_chart_head(wgi_strbuf *b, const char *title, int width, int height, int left);
/* A text of at most so many characters; style: more attributes, or "". */
void wgi_chart_text(wgi_strbuf *b, double x, double y, const char *style, const char *text, int most);
/* The name of a vertical axis, turned by 90 degrees. */
void wgi_chart_y_label(wgi_strbuf *b, int x, double middle, const char *text, int most);
/* The rest of a text whose tag is open. */
void wgi_chart_end_text(wgi_strbuf *b, const char *text, int most);

#endif
