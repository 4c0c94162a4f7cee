/* unit_rows.h: the options of the op unit_rows, which matmul reads, too. */
#ifndef WG_UNIT_ROWS_H
#define WG_UNIT_ROWS_H

#include "ops.h"

#define UNIT_ROWS_FIELDS(F, S) F(S, SIZE, from, "0") F(S, SIZE, count, NULL)
struct unit_rows {
    UNIT_ROWS_FIELDS(OPTION_FIELD_, unit_rows)
};

#endif
