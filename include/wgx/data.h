/* SPDX-License-Identifier: MIT */
/* data.h: what the wings of the library and the command share, beside wengert/data.h. It is not installed. */
#ifndef WGX_DATA_H
#define WGX_DATA_H

#include "api.h"
#include "wengert/data.h"

WG_BEGIN_DECLS

WGX_API const char *wgx_data_kind(int i); /* the name in row i of the table; NULL: there are fewer */
/* The seed of the set's splits and of the order of its rows, from the next of these on, and of the sets that are split
 * from it then. Default: that of the context. */
WGX_API void wgx_data_seed(wg_data *d, uint64_t seed);

/* Writes a file of any bytes: beside its place first, then it gets its name, so it is there whole or not at all. A file that is
 * replaced keeps its mode, links are followed, a device or a pipe is written to; "-" is standard output. Of a group
 * rank 0 writes. `call` is the name in the message. A context that has failed is no obstacle. */
WGX_API wg_status wgx_file_write_at(wg_site here, wg_context *c, const char *call, const char *path, const void *bytes, size_t size);
#define wgx_file_write(c, path, ...) wgx_file_write_at(WG_AT(#path), c, "file_write", path, __VA_ARGS__)

WG_END_DECLS
#endif
