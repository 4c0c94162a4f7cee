/* SPDX-License-Identifier: MIT */
/* fields.hpp: lists of sizes and axes in C++11 and later, as options and parameters have them. base.h includes it.
 *
 *     wg::shape s = { 2, 3 };          s[0] is 2, s.size() is 2, s.numel() is 6
 *     for (int64_t n : s) ...
 *     { .axes = { 0, 1 }, .size = 3 }  one number stands for a list of one
 */
#ifndef WENGERT_BASE_H
#include "base.h" /* includes this file where the structs of C are known */
#elif !defined(WENGERT_FIELDS_HPP)
#define WENGERT_FIELDS_HPP

#include <initializer_list>
#include <type_traits>

/* The first field of a struct of options. Nothing but the struct itself can make one: so { 0, true } is no struct of
 * options, and each option needs its name. */
class wg_mark
{
    size_t bits_;
    explicit constexpr wg_mark(size_t bits) : bits_(bits) {}

  public:
    static constexpr wg_mark of(size_t bits) { return wg_mark(bits); }
    constexpr operator size_t() const { return bits_; }
};

namespace wg
{
template <class T> using if_number = typename std::enable_if<std::is_arithmetic<T>::value>::type;
template <class T> using if_bool = typename std::enable_if<std::is_same<T, bool>::value>::type;
template <class T> using if_integer = typename std::enable_if<std::is_integral<T>::value>::type;

/* The sizes of the axes. */
class shape
{
    wg_shape sizes_;

  public:
    shape() : sizes_() {}
    shape(const wg_shape &s) : sizes_(s) {}
    template <class I, class = if_integer<I>> shape(I one) : shape(&one, &one + 1) {}
    template <class I, class = if_integer<I>> shape(std::initializer_list<I> sizes) : shape(sizes.begin(), sizes.end())
    {
    }
    shape(std::initializer_list<int64_t> sizes) : shape(sizes.begin(), sizes.end()) {}
    /* Of more than 8 sizes it is no valid shape: the call that gets it says so. */
    template <class It> shape(It from, It to) : sizes_()
    {
        for (wg_shape &s = sizes_; from != to; ++from, s.rank++)
            if (s.rank < WG_MAX_RANK) s.dim[s.rank] = static_cast<int64_t>(*from);
    }
    operator const wg_shape &() const { return sizes_; }

    size_t size() const { return static_cast<size_t>(rank()); } /* how many axes there are */
    int rank() const { return sizes_.rank < 0 ? 0 : sizes_.rank; }
    int64_t numel() const { return wg_shape_size(*this); }      /* how many elements */
    bool empty() const { return !rank(); }
    const int64_t *begin() const { return sizes_.dim; }
    const int64_t *end() const { return begin() + (rank() < WG_MAX_RANK ? rank() : WG_MAX_RANK); }
    int64_t front() const { return (*this)[0]; }
    int64_t back() const { return (*this)[-1]; }
    /* The size of an axis, which counts from the end if it is negative. 0: there is no such axis. */
    int64_t operator[](int axis) const
    {
        const int i = axis < 0 ? axis + rank() : axis;
        return i >= 0 && i < end() - begin() ? begin()[i] : 0;
    }
};
inline bool operator==(const shape &a, const shape &b) { return wg_shape_equal(a, b); }
inline bool operator!=(const shape &a, const shape &b) { return !wg_shape_equal(a, b); }

/* A list of axes, or nothing. */
class axes
{
    wg_axes list_;

  public:
    axes() : list_(wg_no_axes()) {}
    axes(const wg_axes &a) : list_(a) {}
    template <class I, class = if_integer<I>> axes(I one) : axes({ static_cast<int>(one) }) {}
    axes(std::initializer_list<int> l) : list_(wg_axes_of(static_cast<int>(l.size()), l.begin())) {}
    operator const wg_axes &() const { return list_; }
};
} // namespace wg

/* What stands in a struct of options for a type of C. */
template <class T> struct wg_in_cpp {
    typedef T of;
};
template <> struct wg_in_cpp<wg_shape> {
    typedef wg::shape of;
};
template <> struct wg_in_cpp<wg_axes> {
    typedef wg::axes of;
};

#endif
