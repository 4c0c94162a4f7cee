/* color.c: the palette and the colour maps.
 *
 * The first colours are after Okabe and Ito (2008), some of them darker, so that a line has a contrast
 * of 3 to 1 on white, and lighter ones for dark pages. The maps are YlGnBu and RdBu of ColorBrewer
 * (Brewer 2002), which colour-blind people can read. */
#include "figure/figure_private.h"

#include <math.h>

const wgi_palette wgi_palette_of[WG_COLOR_KINDS] = {
    { "#1f2328", "#e6edf3" }, /* ink */
    { "#0072B2", "#58A6FF" }, { "#D55E00", "#FF8A4C" }, { "#008F68", "#3DD6A5" },
    { "#B8518F", "#F29CCB" }, { "#A87900", "#F2C744" }, { "#3A94D0", "#8FD3FF" },
    { "#8C510A", "#D9A066" }, { "#5E3C99", "#B79CFF" }, { "#6E7781", "#9AA4AF" },
};

enum { LEVELS = 64 };

static const int sequential[WGI_MAP_STOPS] = { 0xffffd9, 0xedf8b1, 0xc7e9b4, 0x7fcdbb, 0x41b6c4,
                                               0x1d91c0, 0x225ea8, 0x253494, 0x081d58 };
static const int diverging[WGI_MAP_STOPS] = { 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7,
                                              0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b };
static const int grey[WGI_MAP_STOPS] = { 0xffffff, 0xdfdfdf, 0xbfbfbf, 0x9f9f9f, 0x808080,
                                         0x606060, 0x404040, 0x202020, 0 };

static int mix(int a, int b, double s, int shift)
{
    const int x = a >> shift & 255, y = b >> shift & 255;
    return (int)lround(x + s * (y - x)) << shift;
}

/* A colour of 64 levels, so that cells of one level can be drawn together. */
int wgi_map_color(wg_color_map map, double s)
{
    const int *stop = map == WG_MAP_DIVERGING ? diverging : map == WG_MAP_GREY ? grey : sequential;
    if (map == WG_MAP_CLASSES) return 1 + (int)(fmin(fmax(s, 0), 1e6)) % 8;
    s = round(fmin(fmax(s, 0), 1) * LEVELS) / LEVELS * (WGI_MAP_STOPS - 1);
    const int i = s < WGI_MAP_STOPS - 1 ? (int)s : WGI_MAP_STOPS - 2;
    return WGI_RGB | mix(stop[i], stop[i + 1], s - i, 16) | mix(stop[i], stop[i + 1], s - i, 8) |
           mix(stop[i], stop[i + 1], s - i, 0);
}

/* By the lightness of BT.601. */
bool wgi_is_dark(int c)
{
    return (c & WGI_RGB) && 0.299 * (c >> 16 & 255) + 0.587 * (c >> 8 & 255) + 0.114 * (c & 255) < 140;
}
