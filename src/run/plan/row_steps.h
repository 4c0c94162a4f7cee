/* row_steps.h: how the items of a row group (rows.h) become a step: row_steps.c, called by emit.c. */
#ifndef WGI_ROW_STEPS_H
#define WGI_ROW_STEPS_H

#include "run/plan/plan.h"

/* A row group that is being made a step. */
typedef struct wgi_row_maker {
    wgi_rows *of;  /* NULL: there is none */
    double work;   /* its time in additions of one element */
    uint32_t node; /* the first node that is computed */
} wgi_row_maker;

/* Begins the step of the group whose first item is `first`. If it is not worth it, its items become
 * items without a group. */
void wgi_rows_begin(wgi_work *w, wgi_row_maker *m, uint32_t first);
/* Makes memory of a block for the value of node i, which is stored in the block. */
void wgi_block_make(wgi_work *w, wgi_row_maker *m, uint32_t i);
void wgi_block_give(wgi_work *w, const wgi_row_maker *m, uint32_t i);
void wgi_rows_add(wgi_work *w, wgi_row_maker *m, wgi_tiler *t, uint32_t item_at);
void wgi_rows_end(wgi_work *w, wgi_row_maker *m);

#endif
