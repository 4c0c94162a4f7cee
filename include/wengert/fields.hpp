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

#if __cplusplus < 201402L
#include <cstring>
#include <stdexcept>
#include <string>

#include "option_names.hpp"

/* WG_WITH in C++11, whose lambdas have no `auto`: an option of every name. The struct that a call takes gets those that were
 * given, and throws std::invalid_argument if one is not its own. */
namespace wg
{
namespace detail
{
class any_option
{
    enum { NONE, NUMBER, LIST, SHAPE, AXES, POINTER, OTHER } kind_;
    double number_;
    size_t size_;
    const void *pointer_;
    union {
        wg_shape shape_;
        wg_axes axes_;
        char other_[96];
    };

  public:
    any_option() : kind_(NONE), number_(0), size_(0), pointer_(nullptr), shape_() {}
    bool given() const { return kind_ != NONE; }
    template <class V, typename std::enable_if<std::is_arithmetic<V>::value || std::is_enum<V>::value, int>::type = 0>
    void operator=(const V &v)
    {
        kind_ = NUMBER, number_ = static_cast<double>(v);
    }
    void operator=(std::initializer_list<int64_t> list) { kind_ = LIST, shape_ = shape(list); }
    void operator=(const wg_shape &s) { kind_ = SHAPE, shape_ = s; }
    void operator=(const wg_axes &a) { kind_ = AXES, axes_ = a; }
    void operator=(const shape &s) { *this = static_cast<const wg_shape &>(s); }
    void operator=(const axes &a) { *this = static_cast<const wg_axes &>(a); }
    template <class V, typename std::enable_if<!std::is_arithmetic<V>::value && !std::is_enum<V>::value &&
                                                   std::is_convertible<const V &, const void *>::value,
                                               int>::type = 0>
    void operator=(const V &v)
    {
        kind_ = POINTER, pointer_ = v;
    }
    template <class V, typename std::enable_if<!std::is_arithmetic<V>::value && !std::is_enum<V>::value &&
                                                   !std::is_convertible<const V &, const void *>::value,
                                               int>::type = 0>
    void operator=(const V &v)
    {
        static_assert(sizeof(V) <= sizeof other_, "write this option with WG_OPTS");
        kind_ = OTHER, size_ = sizeof v, std::memcpy(other_, &v, sizeof v);
    }
    void to(shape &s) const
    {
        if (kind_ == NUMBER) s = shape(static_cast<int64_t>(number_));
        else if (kind_ == LIST || kind_ == SHAPE) s = shape_;
        else wrong();
    }
    void to(axes &a) const
    {
        int list[WG_MAX_RANK] = { static_cast<int>(number_) };
        for (int i = 0; kind_ == LIST && i < shape_.rank && i < WG_MAX_RANK; i++) list[i] = static_cast<int>(shape_.dim[i]);
        if (kind_ == AXES) a = axes_;
        else if (kind_ == LIST || kind_ == NUMBER) a = wg_axes_of(kind_ == LIST ? shape_.rank : 1, list);
        else wrong();
    }
    template <class T>
    typename std::enable_if<std::is_arithmetic<T>::value || std::is_enum<T>::value>::type to(T &t) const
    {
        if (kind_ != NUMBER) wrong();
        t = static_cast<T>(number_);
    }
    template <class T>
    typename std::enable_if<!std::is_arithmetic<T>::value && !std::is_enum<T>::value>::type to(T &t) const
    {
        const void *from = kind_ == POINTER ? static_cast<const void *>(&pointer_) : other_;
        if ((kind_ != POINTER || !std::is_pointer<T>::value) && (kind_ != OTHER || size_ != sizeof t)) wrong();
        std::memcpy(static_cast<void *>(&t), from, sizeof t);
    }
    static void wrong() { throw std::invalid_argument("WG_WITH: an option has a value of another type"); }
};
} // namespace detail
} // namespace wg

struct wg_every_option {
#define WG_OPTION_(name) wg::detail::any_option name;
    WG_OPTION_NAMES(WG_OPTION_)
#undef WG_OPTION_
    int given() const
    {
        int n = 0;
#define WG_OPTION_(name) n += name.given();
        WG_OPTION_NAMES(WG_OPTION_)
#undef WG_OPTION_
        return n;
    }
};
/* In each struct: takes its options. */
#define WG_TAKE_EACH_(T, LIST)                                                                            \
    void take_options(const wg_every_option &every)                                                            \
    {                                                                                                     \
        int taken = 0;                                                                                    \
        LIST(T, WG_NO_, WG_TAKE_ONE_)                                                                     \
        if (taken != every.given()) throw std::invalid_argument("WG_WITH: " #T " has no such option");    \
    }
#define WG_TAKE_ONE_(type, name, ...) if (every.name.given()) every.name.to(name), taken++;
#else
#define WG_TAKE_EACH_(T, LIST)
#endif

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
