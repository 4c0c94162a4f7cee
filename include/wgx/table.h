/* SPDX-License-Identifier: MIT */
/* table.h: what the wings of the library and the command share, beside wengert/table.h. It is not installed. */
#ifndef WGX_TABLE_H
#define WGX_TABLE_H

#include "api.h"
#include "wengert/table.h"

WG_BEGIN_DECLS

/* The text of row i as it stands in the file, without the end of its line, in UTF-8; -1: that of the names. It is
 * not ended by a zero byte: *length has its bytes. NULL: there is none. */
WGX_API const char *wgx_table_row(wg_table *t, int64_t i, size_t *length);
WGX_API char wgx_table_sign(const wg_table *t, bool decimal); /* the decimal sign, or the separator */

WG_END_DECLS
#endif
