/* SPDX-License-Identifier: MIT */
/* draw.h: what the wings of the library and the command share, beside wengert/draw.h. It is not installed. */
#ifndef WGX_DRAW_H
#define WGX_DRAW_H

#include "api.h"
#include "wengert/draw.h"

WG_BEGIN_DECLS

/* Writes what a sum of kinds means: "a graph's picture, a plan's table". Returns buf. For messages. */
WGX_API const char *wgx_draw_goes_with(unsigned kinds, char *buf, size_t size);

/* A formula of formula.h as an element <svg> for a page: fractions, roots, letters above and below. Its texts have the
 * class ink, its lines the class rule; its baseline is the text's. Its label is the formula in one line. arrays: the names
 * of vectors and matrices, "x, W", which are bold, and whose products are by elements; other names are numbers. NULL: it
 * is not known, and capital letters are bold. Free it with wg_free. NULL after an error, which says where the formula
 * breaks a rule. */
WGX_API char *wgx_formula_svg_at(wg_site here, wg_context *c, const char *formula, const char *arrays);
#define wgx_formula_svg(c, formula, arrays) wgx_formula_svg_at(WG_AT(#formula), c, formula, arrays)

WG_END_DECLS
#endif
