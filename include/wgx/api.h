/* SPDX-License-Identifier: MIT */
/* api.h: what the names wgx_ are. The wings of the library (src/engine, models, check, show, language), the command
 * and the tests share them. They are no part of the interface: these headers are not installed, and the names may
 * change at any time.
 *
 *     wg_     public: include/wengert
 *     wgx_    shared by the wings and the command: include/wgx
 *     wgi_    private to one wing: its own headers
 *
 * libwengert.so has those names alone that Python calls. tools/build/libwengert.map lists them. */
#ifndef WGX_API_H
#define WGX_API_H

#include "wengert/named.h"

#define WGX_API    WG_API /* of the wings, the command and the tests */
#define WGX_PYTHON WG_API /* Python calls it, too */

#endif
