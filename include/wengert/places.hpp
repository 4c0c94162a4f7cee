/* SPDX-License-Identifier: MIT */
/* places.hpp: what indices choose, what is assigned to them, how values are printed: a part of wengert.hpp. */
#ifndef WENGERT_PLACES_HPP
#define WENGERT_PLACES_HPP

#include "calls.hpp"

namespace wg
{

namespace detail
{
inline value select(const value &x, int axis, int64_t i, call_site at)
{
    wg_select_args o;
    o.axis = axis, o.index = i;
    return wg::select(x, o, at);
}
inline value cut(const value &x, int axis, const range &r, call_site at)
{
    wg_slice_args o;
    o.x = x, o.axis = axis, o.from = r.from, o.to = r.to, o.step = r.step;
    return made(wg_slice_at(WG_SITE, &o), x);
}
inline value new_axis(const value &x, int axis, call_site at)
{
    wg_axes_args o;
    o.axis = axis;
    return expand_dims(x, o, at);
}
inline value places_along(const value &x, int axis, call_site at)
{
    wg_index_along_args o;
    o.axis = axis;
    return index_along(x, o, at);
}
inline value input(call_site at, wg_graph *g, const char *name, std::initializer_list<element_of_list> list)
{
    const element_of_list all(list);
    if (all.is_one_value()) return list.begin()->stacked(at); /* wg::value a{b} is b */
    return all.is_made_of_values() ? all.stacked(at) : input(at, g, name, array(list));
}
} // namespace detail

inline value element_of_list::stacked(call_site at) const
{
    if (kind_ == NODE) return value(node_);
    if (kind_ != LIST) return value(number_, at);
    std::vector<value> parts;
    for (const auto &e : list_) parts.push_back(e.stacked(at));
    wg_join_args o;
    o.axis = 0;
    return stack(parts, o, at);
}

/* ---- indices ---- */

inline value value::indexed(const wg::index &k, int &axis, int left, call_site at) const
{
    switch (k.kind_) {
    case wg::index::PLACE: return detail::select(*this, axis, k.r_.from, at);
    case wg::index::SLICE:
        axis++;
        if (!k.r_.from && k.r_.to == WG_END && k.r_.step == 1 && axis <= dim()) return *this;
        return detail::cut(*this, axis - 1, k.r_, at);
    case wg::index::AXIS: return detail::new_axis(*this, axis++, at);
    case wg::index::REST: axis = dim() - left; return *this;
    case wg::index::NODE: break;
    }
    wg_take_args take;
    take.axis = axis;
    const value places(k.n_);
    if (places.dtype() != WG_BOOL) {
        axis += places.dim();
        return wg::take(*this, places, take, at);
    }
    if (axis || !places.dim()) {
        refuse(at, WG_ERROR_USE, "a mask is the first index of x, and has an axis at least");
        return value();
    }
    const wg::shape s = shape();
    wg_shape sizes = wg_shape();
    sizes.dim[sizes.rank++] = places.size();
    for (int i = places.dim(); i < dim(); i++) sizes.dim[sizes.rank++] = s[i];
    for (int i = 0; i < places.dim(); i++)
        if (s[i] != places.shape()[i]) refuse(at, WG_ERROR_SHAPE, "a mask has the shape of x, or of its first axes");
    const value flat = reshape(sizes, at), mask = places.reshape({ -1 }, at);
    wg_nonzero_args o;
    o.count = wg::sum(mask, wg_reduce_args(), at).item<int64_t>(at);
    take.axis = 0, axis = 1;
    return wg::take(flat, wg::nonzero(mask, o, at), take, at);
}
inline value value::index_by(const std::vector<wg::index> &all, call_site at) const
{
    value x = *this;
    int axis = 0, left = 0, lists = 0;
    for (const auto &k : all) {
        left += k.kind_ == wg::index::PLACE || k.kind_ == wg::index::SLICE;
        lists += k.kind_ == wg::index::NODE;
    }
    if (lists > 1)
        refuse(at, WG_ERROR_USE, "an index has two lists of places, and one is allowed: for pairs, as in NumPy, write "
                                 "x.reshape({ -1 })[rows * x.size(1) + columns]");
    for (const auto &k : all) {
        left -= k.kind_ == wg::index::PLACE || k.kind_ == wg::index::SLICE;
        x = x.indexed(k, axis, k.kind_ == wg::index::REST ? left : 0, at);
    }
    return x;
}
/* wg::view(A, wg::all(), wg::range(0, 2)): one index for each axis. */
template <class... I> value view(const value &x, const I &...i) { return x.index_by({ wg::index(i)... }); }
inline all_of_axis all() { return all_of_axis(); }
inline range slice(range::bound from, range::bound to = none(), int64_t step = 1) { return range(from, to, step); }
inline value slice(const value &x, const wg_slice_args &o, WG_CALLER)
{
    wg_slice_args a = o;
    a.x = x;
    return detail::made(wg_slice_at(WG_SITE, &a), x);
}

inline value value::slice(const wg_slice_args &o, call_site at) const { return wg::slice(*this, o, at); }

/* ---- what is assigned to a place ---- */

inline value place::mask() const
{
    const bool one = path_.size() == 1 && path_[0].size() == 1 && path_[0][0].kind_ == wg::index::NODE;
    value m = one ? value(path_[0][0].n_) : value();
    if (!one || m.dtype() != WG_BOOL) return value();
    while (m.dim() < of_->dim()) m = detail::new_axis(m, m.dim(), where_);
    return m;
}
inline void place::become(const operand &v)
{
    std::vector<value> whole(1, *of_); /* whole[k] has the part k of the path */
    for (const indices &by : path_) whole.push_back(whole.back().index_by(by, where_));
    value next = written(whole[path_.size() - 1], path_.back(), v, where_);
    for (size_t k = path_.size() - 1; k-- > 0;) next = written(whole[k], path_[k], operand(next, where_), where_);
    *of_ = next;
    refresh();
}
/* x with v at this place: where(mask of the place, v, x). It keeps its dtype. */
inline value place::written(const value &x, const indices &by, const operand &v, call_site at)
{
    const auto chosen = [&](const value &mask, const operand &then) {
        const value y = wg::where(mask, then, x, at);
        return y.dtype() == x.dtype() ? y : y.to(x.dtype(), at);
    };
    const bool number = !wg_graph_of(v.n);
    if (by.size() == 1 && by[0].kind_ == wg::index::NODE) {
        value mask(by[0].n_);
        if (mask.dtype() != WG_BOOL || (!number && value(v.n).dim()))
            x.refuse(at, WG_ERROR_USE,
                     "x[mask] = v takes one number v, and numbers of places none: write x = wg::where(mask, v, x)");
        while (mask.dim() < x.dim()) mask = detail::new_axis(mask, mask.dim(), at);
        return chosen(mask, v);
    }
    const wg::shape part = x.index_by(by, at).shape();
    value to = number ? value() : wg::broadcast_to(value(v.n), part, at);
    value mask;
    int axis = 0, left = static_cast<int>(by.size());
    for (const auto &k : by) {
        left--;
        if (k.kind_ == wg::index::REST) {
            axis = x.dim() - left;
            continue;
        }
        if (k.kind_ != wg::index::PLACE && k.kind_ != wg::index::SLICE)
            x.refuse(at, WG_ERROR_USE, "what is assigned to has places, slices or one mask as indices");
        const int64_t n = x.size(axis, at);
        int64_t from = k.r_.from < 0 ? k.r_.from + n : k.r_.from, end = k.r_.to < 0 ? k.r_.to + n : k.r_.to;
        if (end > n) end = n;
        const value i = detail::places_along(x, axis, at);
        value here;
        if (k.kind_ == wg::index::PLACE) {
            here = wg::equal(i, from, at);
            if (!number) to = detail::new_axis(to, axis, at);
        } else if (from || end != n || k.r_.step != 1) {
            here = wg::logical_and(wg::greater_equal(i, from, at), wg::less(i, end, at), at);
            if (k.r_.step != 1) here = wg::logical_and(here, wg::equal(wg::remainder(i - from, k.r_.step, at), 0, at), at);
            wg_pad_args pad;
            pad.axis = axis, pad.before = from, pad.after = n - end;
            if (k.r_.step != 1 && !number)
                x.refuse(at, WG_ERROR_USE, "a slice with steps takes one number: write x = wg::where(mask, v, x)");
            if (!number) to = wg::pad(to, pad, at);
        }
        if (here.ok()) mask = mask.ok() ? wg::logical_and(mask, here, at) : here;
        axis++;
    }
    if (!mask.ok()) mask = wg::greater_equal(detail::places_along(x, 0, at), 0, at); /* all of x */
    return number ? chosen(mask, v) : chosen(mask, operand(to, at));
}

/* auto [m, n] = A.shape(), of matrices; of other shapes x.shape()[i]. */
template <size_t i> int64_t get(const shape &s)
{
    if (s.rank() != 2) {
        char buffer[128];
        throw error(WG_ERROR_SHAPE, std::string("auto [m, n] = x.shape() is for matrices, and here the shape is ") +
                                        wg_shape_text(s, buffer, sizeof buffer) + ": write x.shape()[0]");
    }
    return s[static_cast<int>(i)];
}

/* ---- printing ---- */

namespace detail
{
inline void print(std::ostream &out, const shape &s, const std::vector<double> &d, int axis, size_t &i, bool whole)
{
    const int64_t n = s[axis], most = d.size() > 1000 ? 6 : n;
    size_t inner = 1;
    for (int a = axis + 1; a < s.rank(); a++) inner *= static_cast<size_t>(s[a]);
    if (axis == s.rank()) {
        if (whole) out << static_cast<long long>(d[i++]);
        else out << d[i++];
        return;
    }
    out << "[";
    for (int64_t k = 0; k < n; k++) {
        if (k) out << (axis < s.rank() - 1 ? "," : ", ");
        if (k && axis < s.rank() - 1) out << "\n" << std::string(static_cast<size_t>(axis) + 1, ' ');
        if (n > most && k == 3) {
            out << "...";
            i += inner * static_cast<size_t>(n - 6), k = n - 4;
        } else print(out, s, d, axis + 1, i, whole);
    }
    out << "]";
}
} // namespace detail
inline std::ostream &operator<<(std::ostream &out, const value &v)
{
    size_t i = 0;
    const std::vector<double> d = v.to_vector(v.made_at());
    if (v.ok() || !d.empty()) detail::print(out, v.shape(), d, 0, i, !wg_dtype_is_float(v.dtype()) && wg_graph_of(v));
    return out;
}

} // namespace wg

namespace std
{
template <> struct tuple_size<wg::shape> : integral_constant<size_t, 2> {
};
template <size_t i> struct tuple_element<i, wg::shape> {
    using type = int64_t;
};
} // namespace std
#endif
