/* text_width.c: how wide a text is in a usual sans-serif font.
 *
 * Widths are those of Helvetica's letters, in thousandths of the size. Viewers take other fonts, some
 * of them wider (DejaVu Sans by a seventh), so layouts add that much. */
#include "figure/figure_private.h"

static const unsigned short ascii[95] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584
};

static unsigned code_of(const unsigned char **s)
{
    const unsigned char *p = *s;
    const int n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : 4;
    unsigned u = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    int i = 1;
    for (; i < n && p[i] >> 6 == 2; i++) u = u << 6 | (p[i] & 0x3F);
    *s = p + i;
    return u;
}

static unsigned width_of(unsigned u)
{
    if (u >= 32 && u < 127) return ascii[u - 32];
    if (u == 0xB9 || u == 0xB2 || u == 0xB3 || (u >= 0x2070 && u <= 0x209C))
        return 333; /* raised and lowered digits */
    if (u == 0xB7 || u == 0x2009) return 278;
    if (u >= 0x300 && u < 0x370) return 0;
    if (u >= 0x2E80) return 1000; /* Chinese, Japanese, Korean; pictures */
    return 600;
}

/* With `wide`, the font of the viewer may be so much wider than Helvetica. */
static double text_width(const char *utf8, double size, bool bold)
{
    const double wide = 1.14;
    double sum = 0;
    for (const unsigned char *s = (const unsigned char *)utf8; *s;) sum += width_of(code_of(&s));
    return sum * size * wide * (bold ? 1.07 : 1) / 1000;
}

double wgi_figure_text_width(const char *utf8, double size, bool bold)
{
    return text_width(utf8, size, bold);
}
