/* SPDX-License-Identifier: MIT */
/* group.h: what the wings of the library and the command share, beside wengert/group.h. It is not installed. */
#ifndef WGX_GROUP_H
#define WGX_GROUP_H

#include "api.h"
#include "wengert/group.h"

WG_BEGIN_DECLS

/* As how many processes a launcher has started the program; 0: none has. */
WGX_API int wgx_group_launched(void);
WGX_PYTHON wg_group *wgx_group_of(const wg_context *c); /* NULL: it has none */
/* Whether this process prints what is printed once: rank 0, and of an error the lowest rank that has it. */
WGX_PYTHON bool wgx_group_speaks(const wg_group *all);
/* To be called by every process, between batches: an error, unless all give the same bytes. what: a word or two for the
 * message, "rank 1 on node17 has another data set than rank 0 on node16". */
WGX_PYTHON wg_status wgx_group_same_at(wg_site here, wg_group *all, const char *what, const void *bytes, size_t size);
#define wgx_group_same(all, ...) wgx_group_same_at(WG_AT(#all), all, __VA_ARGS__) /* all, what, bytes, size */

/* Gives all that wg_save writes from rank 0 to the other processes, which then have the same parameters, optimizers and
 * places in data sets. there: whether rank 0 has anything to give. Returns that in every process, false after an
 * error. wg_resume does so. */
WGX_PYTHON bool wgx_group_share_at(wg_site here, wg_group *all, bool there);
#define wgx_group_share(all, there) wgx_group_share_at(WG_AT(#all), all, there)

/* Asks all processes to stop, because of a signal, say. True from the end of a batch on in which one had asked: the
 * same in every process. */
WGX_PYTHON bool wgx_group_stop(wg_group *all, bool ask);

WG_END_DECLS
#endif
