/* SPDX-License-Identifier: MIT */
/* values.hpp: errors, shapes and values for C++17 and later: a part of wengert.hpp, which says how to use
 * it. */
#ifndef WENGERT_VALUES_HPP
#define WENGERT_VALUES_HPP

#include <initializer_list>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "wengert.h"

namespace wg
{

/* ---- errors ---- */

class error : public std::runtime_error
{
    wg_status status_;

  public:
    error(wg_status s, const char *message) : std::runtime_error(message), status_(s) {}
    wg_status status() const { return status_; }
};

namespace detail
{

/* Contexts whose errors are thrown, and the thread that wished it. They are read only after an error. */
struct throwing {
    std::mutex lock;
    std::map<wg_context *, std::thread::id> contexts;
};
inline throwing &throwers()
{
    static throwing t;
    return t;
}
inline bool throws(wg_context *c)
{
    std::lock_guard<std::mutex> hold(throwers().lock);
    return throwers().contexts.count(c) != 0;
}
/* The context of this thread's last call. */
inline wg_context *&latest()
{
    thread_local wg_context *c = nullptr;
    return c;
}
/* The error of a call that has no context, one of empty values alone, is found by the next call in any. So that the
 * call itself throws, it is asked for in a context of this thread that throws; NULL: there is none. */
inline wg_context *throwing_here()
{
    std::lock_guard<std::mutex> hold(throwers().lock);
    const auto &all = throwers().contexts;
    if (all.count(latest())) return latest();
    for (const auto &c : all)
        if (c.second == std::this_thread::get_id()) return c.first;
    return nullptr;
}
[[noreturn]] inline void raise(wg_context *c)
{
    const error e(wg_failed(c), wg_message(c));
    wg_recover(c);
    throw e;
}
inline void look(wg_context *c)
{
    if (c) latest() = c;
    else c = throwing_here();
    if (c && wg_failed(c) && throws(c)) raise(c);
}
inline wg_context *context_of(wg_node n) { return n.graph ? wg_graph_context(n.graph) : nullptr; }
/* Behind a call of several nodes: the error is in the context of one, and thrown if that of any throws. */
inline wg_node made(wg_node result, std::initializer_list<wg_node> of)
{
    wg_context *failed = nullptr;
    bool thrown = false;
    if (wg_node_ok(result)) return result;
    for (wg_node n : of) {
        wg_context *c = context_of(n);
        if (c && wg_failed(c)) failed = c;
        if (c && throws(c)) thrown = true;
    }
    if (failed && thrown) raise(failed);
    return result;
}

/* A number as a T, as the casts of the library do it: of integers the nearest within the range, NaN is 0. */
template <class T> T as(double v)
{
    if constexpr (std::is_integral<T>::value && !std::is_same<T, bool>::value) {
        using range = std::numeric_limits<T>;
        if (!(v == v)) return 0;
        if (v <= static_cast<double>(range::min())) return range::min();
        if (v >= static_cast<double>(range::max())) return range::max();
    }
    return static_cast<T>(v);
}

/* Call sites as C wants them. One text for each place that is used, kept to the end of the program. */
inline wg_site site(const char *file, int line)
{
    static std::mutex lock;
    static std::unordered_map<std::string, std::string> texts;
    thread_local std::unordered_map<const char *, std::unordered_map<int, wg_site>> known;
    if (!file) file = "";
    wg_site &s = known[file][line];
    if (s) return s;
    std::string place = std::string(file) + ":" + std::to_string(line);
    std::lock_guard<std::mutex> hold(lock);
    return s = texts.emplace(place, "\n" + place).first->second.c_str();
}

} // namespace detail

/* The place of the caller, as the last two parameters of a function. */
#define WG_CALLER const char *file = __builtin_FILE(), int line = __builtin_LINE()
#define WG_SITE   ::wg::detail::site(file, line)

/* ---- shapes and axes as lists in braces ---- */

struct shape : wg_shape {
    shape() : wg_shape() {}
    shape(const wg_shape &s) : wg_shape(s) {}
    shape(std::initializer_list<int64_t> sizes) : wg_shape()
    {
        for (int64_t n : sizes) {
            if (rank < WG_MAX_RANK) dim[rank] = n;
            rank++; /* more than 8: no valid shape */
        }
    }
    int64_t size() const { return wg_shape_size(*this); }
    int64_t operator[](int axis) const { return dim[axis < 0 ? axis + rank : axis]; }
};

struct axes {
    wg_axes list;
    axes() : list(wg_no_axes()) {}
    axes(const wg_axes &a) : list(a) {}
    template <class I, class = typename std::enable_if<std::is_integral<I>::value>::type>
    axes(I one) : axes({ static_cast<int>(one) })
    {
    }
    axes(std::initializer_list<int> l) : list(wg_axes_of(static_cast<int>(l.size()), l.begin())) {}
    operator wg_axes() const { return list; }
};

/* ---- values ---- */

/* So that 0 is an index, and not the pointer of WG_CALLER. */
template <class... I>
using only_integers = typename std::enable_if<std::conjunction<std::is_integral<I>...>::value>::type;

class value
{
    wg_node n_ = wg_none;

  public:
    value() = default;
    value(wg_node n) : n_(n) { detail::look(detail::context_of(n)); }
    operator wg_node() const { return n_; }
    bool ok() const { return wg_node_ok(n_); }

    /* Reading computes what the value depends on. */
    double item(WG_CALLER) const { return looked(wg_item_at(WG_SITE, n_)); }
    /* The number of the element at this index: x.item(0), x.item(1, 2). */
    template <class I, class = only_integers<I>> double item(I i, WG_CALLER) const
    {
        return select(i, WG_SITE).item(file, line);
    }
    template <class I, class J, class = only_integers<I, J>> double item(I i, J j, WG_CALLER) const
    {
        return select(i, WG_SITE).select(j, WG_SITE).item(file, line);
    }
    /* All elements in row-major order, converted to T. */
    template <class T = double> std::vector<T> to_vector(WG_CALLER) const
    {
        const wg_tensor t = looked(wg_value_at(WG_SITE, n_));
        const int64_t n = t.data ? wg_shape_size(t.shape) : 0;
        std::vector<T> to(static_cast<size_t>(n));
        const bool exact = t.dtype == WG_I64 && std::is_same<T, int64_t>::value;
        const int64_t *whole = exact ? static_cast<const int64_t *>(t.data) : nullptr;
        for (int64_t i = 0; i < n; i++) /* a double has not all bits of an int64_t */
            to[static_cast<size_t>(i)] =
                whole ? static_cast<T>(whole[i]) : detail::as<T>(wg_tensor_item(&t, i));
        return to;
    }
    wg::shape shape() const { return wg_node_shape(n_); }
    int64_t dim(int axis, WG_CALLER) const { return looked(wg_dim_at(WG_SITE, n_, axis)); }
    wg_dtype dtype() const { return wg_node_dtype(n_); }
    std::string name() const { return wg_node_name(n_); }
    value named(const char *name, WG_CALLER) const { return wg_name_at(WG_SITE, n_, name); }
    value keep(WG_CALLER) const { return wg_keep_at(WG_SITE, n_); }
    void set(const wg_tensor &t, WG_CALLER) const { looked(wg_input_set_at(WG_SITE, n_, t)); }

    /* The derivative of this scalar by x, as a value. Gradients of parameters: backward. */
    value grad(const value &x, WG_CALLER) const { return detail::made(wg_grad_at(WG_SITE, n_, x), { n_, x }); }
    std::vector<value> grads(const std::vector<value> &x, WG_CALLER) const
    {
        std::vector<wg_node> from(x.begin(), x.end()), to(x.size(), wg_none);
        const wg_status s =
            looked(wg_grads_at(WG_SITE, n_, from.data(), static_cast<int>(from.size()), to.data()));
        for (size_t i = 0; s && i < x.size(); i++) detail::made(wg_none, { n_, x[i] });
        return std::vector<value>(to.begin(), to.end());
    }
    void backward(wg_params *p, WG_CALLER) const { looked(wg_backward_at(WG_SITE, n_, p)); }

    value reshape(const wg::shape &s, WG_CALLER) const { return wg_reshape_at(WG_SITE, n_, s); }
    value T(WG_CALLER) const { return wg_swap_at(WG_SITE, n_); } /* the last two axes exchanged */

    /* A picture in a file, by its ending, or as the text of an SVG. */
    void draw(const char *path, const wg_draw_opts &o = {}, WG_CALLER) const
    {
        looked(wg_draw_at(WG_SITE, n_, path, &o));
    }
    std::string svg(wg_draw_opts o = {}, WG_CALLER) const
    {
        o.format = "svg";
        char *text = looked(wg_draw_text_at(WG_SITE, n_, &o));
        const std::string s = text ? text : "";
        if (text) wg_free(wg_graph_context(n_.graph), text);
        return s;
    }

  private:
    value select(int64_t i, wg_site here) const
    {
        wg_select_args a;
        a.x = n_, a.axis = 0, a.index = i;
        return wg_select_at(here, &a);
    }
    template <class R> R looked(R result) const
    {
        detail::look(detail::context_of(n_));
        return result;
    }
};

/* What stands beside an operator: a value or a number, and the place where it was written. */
struct operand {
    wg_node n;
    wg_site here;
    operand(const value &v, WG_CALLER) : n(v), here(WG_SITE) {}
    operand(wg_node v, WG_CALLER) : n(v), here(WG_SITE) {}
    operand(double v, WG_CALLER) : n(wg_number(v)), here(WG_SITE) {}
};

#define WG_OPERATOR_(sign, name) \
    inline value operator sign(const operand &a, const operand &b) { return detail::made(name(b.here, a.n, b.n), { a.n, b.n }); }
WG_OPERATOR_(+, wg_add_at)
WG_OPERATOR_(-, wg_sub_at)
WG_OPERATOR_(*, wg_mul_at)
WG_OPERATOR_(/, wg_div_at)
WG_OPERATOR_(==, wg_equal_at) /* these compare elements: the result is a value of bools */
WG_OPERATOR_(!=, wg_not_equal_at)
WG_OPERATOR_(<, wg_less_at)
WG_OPERATOR_(<=, wg_less_equal_at)
WG_OPERATOR_(>, wg_greater_at)
WG_OPERATOR_(>=, wg_greater_equal_at)
#undef WG_OPERATOR_
inline value operator-(const operand &x) { return wg_neg_at(x.here, x.n); }
inline value &operator+=(value &a, const operand &b) { return a = a + b; }
inline value &operator-=(value &a, const operand &b) { return a = a - b; }
inline value &operator*=(value &a, const operand &b) { return a = a * b; }
inline value &operator/=(value &a, const operand &b) { return a = a / b; }

/* ---- functions ---- */

/* clang-format off: tools/build/table.py writes these lists from the headers of C (make docs) */
#define WG_FUNCTIONS_OF_ONE(X) X(neg) X(exp) X(log) X(sqrt) X(square) X(abs) X(sin) X(cos) X(erf) X(tanh) \
    X(sigmoid) X(softplus) X(softsign) X(relu) X(log1p) X(expm1) X(reciprocal) X(rsqrt) X(tan) X(asin) \
    X(acos) X(atan) X(sinh) X(cosh) X(asinh) X(acosh) X(atanh) X(sign) X(floor) X(ceil) X(round) X(silu) \
    X(mish) X(selu) X(hard_sigmoid) X(hard_swish) X(logical_not) X(stop_gradient) X(swap) X(diagonal) \
    X(cholesky) X(inverse) X(det) X(logdet)
#define WG_FUNCTIONS_OF_TWO(X) X(add) X(sub) X(mul) X(div) X(pow) X(maximum) X(minimum) X(atan2) \
    X(floor_divide) X(remainder) X(fmod) X(equal) X(not_equal) X(less) X(less_equal) X(greater) \
    X(greater_equal) X(logical_and) X(logical_or) X(logical_xor) X(gather) X(bce) X(accuracy) X(dot) \
    X(outer) X(solve) X(lstsq) X(grad) X(jacobian)
#define WG_REDUCTIONS(X) X(sum) X(mean) X(max) X(min) X(prod) X(any_of) X(all_of) X(logsumexp)
/* clang-format on */

#define WG_FUNCTION_(name) \
    inline value name(const value &x, WG_CALLER) { return wg_##name##_at(WG_SITE, x); }
WG_FUNCTIONS_OF_ONE(WG_FUNCTION_)
#undef WG_FUNCTION_
#define WG_FUNCTION_(name) \
    inline value name(const operand &a, const operand &b) { return detail::made(wg_##name##_at(a.here, a.n, b.n), { a.n, b.n }); }
WG_FUNCTIONS_OF_TWO(WG_FUNCTION_)
#undef WG_FUNCTION_
#define WG_FUNCTION_(name)                                                                     \
    inline value name(const value &x, const axes &over = {}, bool keepdims = false, WG_CALLER) \
    {                                                                                          \
        wg_reduce_args a = wg_reduce_args();                                                   \
        a.x = x, a.axes = over, a.keepdims = keepdims;                                         \
        return wg_##name##_at(WG_SITE, &a);                                                    \
    }
WG_REDUCTIONS(WG_FUNCTION_)
#undef WG_FUNCTION_
#define WG_FUNCTION_(name)                                                                                            \
    inline value name(const value &x, const axes &over = {}, bool keepdims = false, double correction = 0, WG_CALLER) \
    {                                                                                                                 \
        wg_var_args a = wg_var_args();                                                                                \
        a.x = x, a.axes = over, a.keepdims = keepdims, a.correction = correction;                                     \
        return wg_##name##_at(WG_SITE, &a);                                                                           \
    }
WG_FUNCTION_(var)
WG_FUNCTION_(std)
#undef WG_FUNCTION_

inline value matmul(const value &a, const value &b, WG_CALLER)
{
    wg_matmul_args m = wg_matmul_args();
    m.x = a, m.y = b;
    return detail::made(wg_matmul_at(WG_SITE, &m), { a, b });
}
inline value softmax(const value &x, int axis = -1, WG_CALLER)
{
    wg_softmax_args a = wg_softmax_args();
    a.x = x, a.axis = axis;
    return wg_softmax_at(WG_SITE, &a);
}
inline value where(const value &c, const operand &a, const operand &b)
{
    return detail::made(wg_where_at(a.here, c, a.n, b.n), { c, a.n, b.n });
}

} // namespace wg

/* Operators beside the nodes that the macros of C return: wg_relu(x) + 1. */
using wg::operator+;
using wg::operator-;
using wg::operator*;
using wg::operator/;

#endif
