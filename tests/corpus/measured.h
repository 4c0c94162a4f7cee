/* measured.h: what the files that measure share. */
#ifndef CORPUS_MEASURED_H
#define CORPUS_MEASURED_H

#include "corpus/figures.h"

/* Lists a case that falls short, with its report where m asks for it. r may be NULL. */
void wgt_list_case(const wgt_measuring *m, const wg_check *r, const char *format, ...) WG_PRINTF(3, 4);

/* Looks at what the report says: invariants.c. */
void wgt_see_report(const wgt_measuring *m, const wg_check *r, const char *name, wgt_figures *f);

/* Counts the components of a right gradient, and those within three of their bars. */
void wgt_count_components(const wgt_measuring *m, const wg_check *r, const char *name, wgt_share *s);

#endif
