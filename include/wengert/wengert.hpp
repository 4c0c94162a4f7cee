/* SPDX-License-Identifier: MIT */
/* wengert.hpp: Wengert for C++11 and later: values with operators, indices and methods, layers, objects that free themselves,
 * exceptions. It is a header over the C functions, which stay usable beside it. docs/cpp.md shows all of it.
 *
 *     #include <wengert/wengert.hpp>
 *
 *     wg::value x = { 1, 2, 3 };
 *     wg::value y = (x * x + 1).sum();
 *     std::cout << y << "\n";                       17
 *     std::cout << wg::grad(y, x) << "\n";          [2, 4, 6]
 *
 * Values are made in the graph of the thread: that which was made or begun last, g.begin() say, or one that is made at the
 * first value. A graph that is begun anew, and one that is gone, has no values any more: using them is an error. Each thread
 * has its own context and graph, in double precision. wg::context c({ .dtype = WG_F32 }); wg::graph g(c) are others.
 *
 * Options are the structs of C: wg::sum(x, { .axes = { 0, 1 } }) since C++20, in the order of the header;
 * wg::sum(x, WG_WITH(.keepdims = true, .axis = 0)) in any order, since C++11.
 *
 * A mistake throws wg::error, whose text begins with the file and the line of the call, and the context goes on. After
 * c.exceptions(false) errors are those of C. What a function of yours throws while the library calls it is thrown by the call
 * that needs its result. A macro of C, wg_sum(x, .axis = 0), throws where its result becomes a value. */
#ifndef WENGERT_HPP
#define WENGERT_HPP

#include "objects.hpp"

#include "calls.hpp" /* make writes it */

#include "functions.hpp"

#include "words.hpp"

#undef WG_SITE

#endif
