/* wgcheck.h: assertions about reports of gradient checks. */
#ifndef WGCHECK_H
#define WGCHECK_H

#include "wgtest.h"

wg_verdict wgt_verdict(wg_check *r); /* frees r, asserts that its exit status says the same */
char *wgt_report(const wg_check *r); /* as text, for the caller to free */
void wgt_expect_report(const wg_check *r, const char *what); /* the text holds what */

#endif
