/* heatmaps.h: what a unit computes over a square of points, as a map in its circle.
 *
 *     graph --find--> the grid of its input; values of a unit --put--> areas of two colours */
#ifndef WGI_HEATMAPS_H
#define WGI_HEATMAPS_H

#include "draw/sketch.h"

/* The input whose examples are side x side points: column 0 grows first. */
typedef struct wgi_heat {
    int64_t side, item;     /* item: the input */
    double low[2], high[2]; /* of the square: half a step beyond the outer points */
    double *value;          /* room for side x side values of a unit */
    struct wgi_heat_room *room;
} wgi_heat;

wg_status wgi_heat_find(const wgi_net *n, wgi_heat *h);
/* Reads the values of a unit of an item; turned: examples stand in columns. false: it has no value for each
 * point. */
bool wgi_heat_read(const wgi_net *n, const wgi_heat *h, int64_t item, int64_t unit, int64_t units,
                   bool turned);
double wgi_heat_most(const wgi_heat *h); /* the largest finite |value|; where only infinite ones are not 0 a
                                          * tiny number */
bool wgi_heat_has_nan(const wgi_heat *h);
/* The rules of the style, and the circle that maps are cut to. */
void wgi_heat_style(const wgi_svg *w, const wgi_heat *h, double radius);
/* The map of the values in a circle; its strongest colours are those of the size `most`. */
void wgi_heat_put(const wgi_svg *w, const wgi_heat *h, double x, double y, double radius, double most);

#endif
