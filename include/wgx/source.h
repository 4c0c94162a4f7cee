/* SPDX-License-Identifier: MIT */
/* source.h: what a writer of programs asks the ops: in which order a kernel adds. It is not installed. */
#ifndef WGX_SOURCE_H
#define WGX_SOURCE_H

#include "api.h"
#include "wengert/graph.h"

WG_BEGIN_DECLS

/* The node whose value n has: of a call with a derivative of its own, such as clip, what its expansion has made; else n. */
WGX_API wg_node wgx_node_made(wg_node n);

/* A node of the op matmul: `batch` products of op(a) [m,k] and op(b) [k,n]. Product i of the leading axes `dim` begins at
 * strides sa in a and sb in b. */
typedef enum wgx_product_order {
    WGX_IN_ORDER,  /* each element is its sum over k in order, beginning with 0 */
    WGX_IN_LANES,  /* lanes of 64 bytes each add every 16th product (f64: every 8th), and are halved */
    WGX_BY_EIGHTS, /* 8 products are added in order, and these sums in order, beginning with 0 */
    WGX_BY_BLAS    /* that of the BLAS; with WG_ISA=base there is none */
} wgx_product_order;
typedef struct wgx_product {
    wgx_product_order order;
    int64_t m, n, k;
    bool ta, tb;
    int axes;
    int64_t dim[WG_MAX_RANK], sa[WG_MAX_RANK], sb[WG_MAX_RANK];
} wgx_product;
WGX_API wgx_product wgx_product_of(wg_node y); /* The product that the node is. */
WGX_API int wgx_conv_parts(
    wg_node y); /* Of a node of conv_weights: the number of parts that are added by themselves. */
/* Of dropout: the key of the draws of a stream, and the largest draw that is kept. False: none is. */
WGX_API bool wgx_draw_key(uint64_t seed, uint64_t stream, double keep, uint64_t *key, uint32_t *last);

WG_END_DECLS
#endif
