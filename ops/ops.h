/* ops.h: what the files of ops/ start with. WG_AT inside is `here`: rules and composite builders hand the user's call site on.
 * Kernels are compiled for every instruction set, the rest of a file stands under `#if WG_BASE`: kernel/kernel.h. */
#ifndef WG_OPS_PRIVATE_H
#define WG_OPS_PRIVATE_H

#define WG_AT(args) here
#include "kernel/kernel.h"

/* A descriptor begins with its name, and is registered by standing in a file of ops/ (tools/op_list.awk):
 *     const wg_op wgi_op_mul = { OP(mul), ... }; */
#define OP(n) .name = #n, .library = &wgi_op_##n

#define FOLD 256 /* elements of a leaf of a reduction: docs/arithmetic.md */

#endif
