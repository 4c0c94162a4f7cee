/* wgcheck.h: assertions about reports of gradient checks. */
#ifndef WGCHECK_H
#define WGCHECK_H

#include "wgtest.h"

/* Before the declaration of a report: it is freed where the block ends. */
#define WGT_FREED __attribute__((cleanup(wgt_free_check)))
static inline void wgt_free_check(wg_check **r) { wg_check_free(*r); }

wg_verdict wgt_verdict(wg_check *r); /* frees r, asserts that its exit status says the same */
char *wgt_report(const wg_check *r); /* as text, for the caller to free */
void wgt_expect_report(const wg_check *r, const char *what); /* the text holds what */

#endif
