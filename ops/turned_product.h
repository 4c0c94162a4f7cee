/* turned_product.h: transposes of matrices, and of a product, which is a product again. */
#ifndef WG_TURNED_PRODUCT_H
#define WG_TURNED_PRODUCT_H

/* Whether a transpose by these axes swaps the last two and leaves the others. */
static inline bool swaps_last_two(const wg_axes *a)
{
    bool swaps = a->count >= 2 && a->axis[a->count - 1] == a->count - 2;
    for (int i = 0; i < a->count - 2; i++) swaps &= a->axis[i] == i;
    return swaps;
}
/* y, a node of matmul, with its last two axes swapped: b^T a^T. wg_none: an operand is a vector. */
wg_node wgi_product_transposed(wg_site here, wg_node y);

#endif
