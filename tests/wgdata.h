/* wgdata.h: what the tests of data sets share. */
#ifndef WGDATA_H
#define WGDATA_H

#include "wgtest.h"

wg_context *wgt_seeded(uint64_t seed);

float wgt_f32_at(wg_tensor t, int64_t i);
int wgt_i32_at(wg_tensor t, int64_t i);

/* Rows i with x = (i, 100 + i), y = i modulo classes. */
wg_data *wgt_numbered(wg_context *c, int n, int classes);
/* The first column of an epoch of two columns, in its order. Returns the rows seen. */
int wgt_epoch_order(wg_data *d, int64_t size, int *order, int most);

#endif
