/* turned_product.h: the transpose of a product as a product. */
#ifndef WG_TURNED_PRODUCT_H
#define WG_TURNED_PRODUCT_H

/* y, a node of matmul, with its last two axes swapped: b^T a^T. wg_none: an operand is a vector. */
wg_node wgi_product_transposed(wg_site here, wg_node y);

#endif
