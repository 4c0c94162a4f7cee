/* ops.h: what the files of ops/ start with. WG_AT inside is `here`: rules and composite builders hand the user's call site on.
 * Kernels are compiled for every instruction set, the rest of a file stands under `#if WG_BASE`: kernel/kernel.h. */
#ifndef WG_OPS_PRIVATE_H
#define WG_OPS_PRIVATE_H

#define WG_AT(args) here
#include "kernel/kernel.h"

#define FOLD 256 /* elements of a leaf of a reduction: docs/arithmetic.md */

#endif
