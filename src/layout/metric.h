/* metric.h: how wide a text is at most, without asking for fonts. */
#ifndef WGI_METRIC_H
#define WGI_METRIC_H

#include <stddef.h>
#include <stdint.h>

typedef enum wgi_face { WGI_REGULAR, WGI_BOLD, WGI_ITALIC, WGI_MONO } wgi_face;

/* The fonts for which the widths hold; a viewer takes the first that it has. */
#define WGI_SANS "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

/* The width of one line of UTF-8 in a font of that size, in the size's unit. It is at least the width in
 * any of the fonts above. A byte that begins no character counts as U+FFFD. */
double wgi_text_width(const char *utf8, double size, wgi_face face);

/* Bytes of the longest start of the text that is at most that wide, in whole characters. */
size_t wgi_text_fitting(const char *utf8, double size, wgi_face face, double width);

/* ---- metric_table.c ---- */

/* The characters first to last; entry i has the regular and the bold width of first + i. The list ends
 * with NULL. */
typedef struct wgi_metric_range {
    uint32_t first, last;
    const uint16_t (*width)[2];
} wgi_metric_range;
extern const wgi_metric_range wgi_metric_ranges[];

#endif
