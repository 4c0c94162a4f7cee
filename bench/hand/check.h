/* check.h: what the files of bench-check share. */
#ifndef HAND_CHECK_H
#define HAND_CHECK_H

#include <stdbool.h>

/* Prints a line for each function of hand_vmath.h. Returns false if the error of one is too large. */
bool check_vmath(void);

#endif
