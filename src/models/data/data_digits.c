/* data_digits.c: makes a data set of the 1,797 handwritten digits of digits_table.c. data/README.md gives
 * their source. */
#include "data/dataset.h"

enum { PIXELS = 64, DARKEST = 16 };

static int value_of(char base_17) { return base_17 <= '9' ? base_17 - '0' : base_17 - 'a' + 10; }

static void fill(const wg_tensor *x, int32_t *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < PIXELS; k++)
            wgi_put(x, i * PIXELS + k, value_of(wgi_digits[i][k]) / (double)DARKEST);
        y[i] = value_of(wgi_digits[i][PIXELS]);
    }
}

wg_data *wg_data_digits_at(wg_site here, wg_context *c)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_digits: the context is NULL"), NULL;
    return wgi_data_digits(c, here, WGI_DIGITS);
}

wg_data *wgi_data_digits(wg_context *c, wg_site here, int64_t n)
{
    wg_tensor x = { wg_context_dtype(c), WG_SHAPE(n, PIXELS), NULL };
    wg_tensor y = { WG_I32, WG_SHAPE(n), NULL };
    if (wg_failed(c) || !wgi_pair_new(c, here, &x, &y)) return NULL;
    fill(&x, y.data, n);
    return wgi_data_new(c, here,
                        "1,797 handwritten digits, 8 by 8: UCI Optical Recognition of Handwritten Digits (E. "
                        "Alpaydin, C. Kaynak), CC BY 4.0",
                        x, y);
}
