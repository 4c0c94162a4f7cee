/* data_digits.c: the 1,797 embedded handwritten digits as a data set. data/README.md says where they come from. */
#include "data/dataset.h"
#include "files/formats.h"

enum { PIXELS = 64, DARKEST = 16 };

static int value_of(char base_17) { return base_17 <= '9' ? base_17 - '0' : base_17 - 'a' + 10; }

static void fill(wg_tensor *x, int32_t *y)
{
    for (int64_t i = 0; i < WGI_DIGITS; i++) {
        y[i] = value_of(wgi_digits[i][PIXELS]);
        for (int64_t k = 0; k < PIXELS; k++) {
            int v = value_of(wgi_digits[i][k]);
            if (x->dtype == WG_F32) ((float *)x->data)[i * PIXELS + k] = (float)v / DARKEST;
            else ((double *)x->data)[i * PIXELS + k] = (double)v / DARKEST;
        }
    }
}

wg_data *wg_data_digits(wg_context *c)
{
    wg_tensor x = { 0 }, y = { 0 };
    if (wg_failed(c) || !wgi_tensor_new(c, wg_context_dtype(c), &WG_SHAPE(WGI_DIGITS, PIXELS), &x))
        return NULL;
    if (!wgi_tensor_new(c, WG_I32, &WG_SHAPE(WGI_DIGITS), &y)) return wg_free(c, x.data), NULL;
    fill(&x, y.data);
    return wgi_data_new(c,
                        "1,797 handwritten digits, 8 by 8: UCI Optical Recognition of Handwritten Digits (E. "
                        "Alpaydin, C. Kaynak), CC BY 4.0",
                        x, y);
}
