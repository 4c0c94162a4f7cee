/* wghost.h: what the library shares with the program around it, for the whole process or thread. No call of
 * the library changes it. */
#ifndef WGHOST_H
#define WGHOST_H

#include <stddef.h>

/* Makes this state one that the library does not use itself: three threads, rounding upward, subnormal
 * numbers as zero, a narrow umask. */
void wgt_host_make_odd(void);

/* Remembers the state. */
void wgt_host_note(void);
/* What differs from the state that was noted, as "umask: 22, was 27; "; "" if nothing does. Valid until the
 * next call. What differs is noted. */
const char *wgt_host_changed(void);

#endif
