/* kinds.h: what nodes of one op, options and operand types have in common. Part of graph.h. */
#ifndef WGI_KINDS_H
#define WGI_KINDS_H

#include "graph/graph_structs.h"

/* ---- attr.c ---- */

uint64_t wgi_attr_hash(const wg_op *op, const void *attr);
bool wgi_attr_equal(const wg_op *op, const void *a, const void *b);

/* ---- kinds: what nodes of one op, options and types have in common is kept ---- */

/* A number made of the options' fields, and whether these are equal. Never of bytes: those between the
 * fields are as the caller's stack was. */
static inline uint64_t wgi_options_number(const wg_op *op, const void *attr)
{
    return op->attr_size ? wgi_attr_hash(op, attr) : 0;
}
static inline bool wgi_options_same(const wg_op *op, const void *a, const void *b)
{
    return !op->attr_size || wgi_attr_equal(op, a, b);
}
/* The place of a kind, of so many bits, in a table. h: made of addresses and numbers. */
static inline uint32_t wgi_kind_place(uint64_t h, int bits)
{
    return (uint32_t)((h ^ h >> 29) * 0x9E3779B97F4A7C15u >> (64 - bits));
}
static inline uint64_t wgi_kind_mix(uint64_t h, const void *p)
{
    return (h ^ (uintptr_t)p) * 0xC2B2AE3D27D4EB4Fu;
}

/* Whether shapes were freed since the last call. *known belongs to a table that has addresses of shapes: its
 * entries must go then, since another shape may have got such an address. */
static inline bool wgi_shapes_gone(const wg_context *c, uint64_t *known)
{
    const bool gone = *known != c->shapes_freed;
    *known = c->shapes_freed;
    return gone;
}

/* ---- kind_types.c ---- */

typedef struct wgi_kind_answer {
    wg_type y;        /* of the result; shape NULL: of a composite */
    const void *attr; /* the options as the shape rule has left them */
} wgi_kind_answer;
typedef struct wgi_kind_type wgi_kind_type;
/* What the shape rule of op says of these operands and options, kept from an earlier call. The next
 * call may change it. NULL: it is not kept. Then, unless *keep_in is NULL, the caller may call
 * wgi_kind_type_keep after the rule, if the operands needed no cast. */
const wgi_kind_answer *wgi_kind_type_of(wg_graph *g, const wg_op *op, const wg_node x[], int n,
                                        const void *attr, wgi_kind_type **keep_in);
void wgi_kind_type_keep(const wg_graph *g, wgi_kind_type *e, const wg_type *y, const void *meant);

#endif
