/* SPDX-License-Identifier: MIT */
/* arrays.hpp: numbers of yours as the library takes them: lists in braces, std::vector, std::array, std::span, arrays of
 * C, matrices of Eigen. A part of wengert.hpp. */
#ifndef WENGERT_ARRAYS_HPP
#define WENGERT_ARRAYS_HPP

#include <cstring>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "wengert.h"

namespace wg
{

class value;
class array;
struct call_site;

/* A text: of C, or std::string. */
struct text {
    const char *s;
    text(const char *t) : s(t) {}
    text(const std::string &t) : s(t.c_str()) {}
};

namespace detail
{

template <class V> using if_value = typename std::enable_if<std::is_base_of<value, V>::value>::type;
template <class T> using bare = typename std::remove_cv<typename std::remove_reference<T>::type>::type;

/* What Eigen's matrices and expressions have, and nothing else. */
template <class T, class = void> struct is_eigen : std::false_type {
};
template <class T>
struct is_eigen<T, decltype(void(std::declval<const T &>().rows()), void(std::declval<const T &>().eval().coeff(0, 0)),
                            void(typename T::Scalar()))> : std::true_type {
};
/* Elements that lie one behind the other: std::vector, std::array, std::span. */
template <class T, class = void> struct is_row : std::false_type {
};
template <> struct is_row<std::vector<bool>, void> : std::false_type {
};
template <class T>
struct is_row<T, decltype(void(std::declval<const T &>().size()), void(*std::declval<const T &>().data()))>
    : std::integral_constant<bool, std::is_arithmetic<bare<decltype(*std::declval<const T &>().data())>>::value &&
                                       !is_eigen<T>::value &&
                                       !std::is_same<bare<decltype(*std::declval<const T &>().data())>, char>::value> {
};
/* Rows in a container: std::vector<std::vector<double>>. */
template <class T, class = void> struct is_rows : std::false_type {
};
template <class T>
struct is_rows<T, decltype(void(std::declval<const T &>().size()), void(std::declval<const T &>().begin()->data()))>
    : is_row<bare<decltype(*std::declval<const T &>().begin())>> {
};

/* The dtype of T in memory; WG_DEFAULT_DTYPE: none has its bytes. */
template <class T> constexpr wg_dtype dtype_of()
{
    return std::is_same<T, float>::value    ? WG_F32
           : std::is_same<T, double>::value ? WG_F64
           : std::is_same<T, bool>::value   ? WG_BOOL
           : !std::is_integral<T>::value    ? WG_DEFAULT_DTYPE
           : std::is_signed<T>::value && sizeof(T) == 4 ? WG_I32
           : std::is_signed<T>::value && sizeof(T) == 8 ? WG_I64
           : std::is_unsigned<T>::value && sizeof(T) == 1 ? WG_U8
                                                          : WG_DEFAULT_DTYPE;
}

} // namespace detail

/* An element of a list in braces: a number, a value, or a list. */
class element_of_list
{
    double number_;
    wg_node node_;
    std::vector<element_of_list> list_;
    enum { NUMBER, TRUTH, NODE, LIST } kind_;
    friend class array;
    friend class value;

  public:
    template <class N, class = if_number<N>>
    element_of_list(N number)
        : number_(static_cast<double>(number)), node_(wg_none), kind_(std::is_same<N, bool>::value ? TRUTH : NUMBER)
    {
    }
    template <class V, class = typename std::enable_if<std::is_base_of<value, V>::value>::type, class = void>
    element_of_list(const V &v) : number_(0), node_(v), kind_(NODE)
    {
    }
    element_of_list(std::initializer_list<element_of_list> list)
        : number_(0), node_(wg_none), list_(list), kind_(LIST)
    {
    }
    bool is_made_of_values() const
    {
        for (const auto &e : list_)
            if (e.is_made_of_values()) return true;
        return kind_ == NODE;
    }
    bool is_one_value() const { return kind_ == LIST && list_.size() == 1 && list_[0].kind_ == NODE; }
    value stacked(call_site at) const;
};

/* Numbers with a shape, for the time of a call. What lies in memory as the library wants it is not copied. */
class array
{
    const void *data_ = nullptr;
    wg_dtype dtype_ = WG_F64;
    wg_shape shape_ = wg_shape();
    std::vector<double> own_; /* of WG_I64 the bytes are those of int64_t */
    bool even_ = true; /* all rows have one length */

  public:
    template <class N, class = if_number<N>> array(N number) : own_(1, static_cast<double>(number)) {}
    array(std::initializer_list<element_of_list> list)
    {
        bool truths = true;
        add(list, 0, truths);
        if (truths && !own_.empty()) dtype_ = WG_BOOL;
    }
    template <class C, typename std::enable_if<detail::is_row<C>::value, int>::type = 0> array(const C &c)
    {
        add_shape(static_cast<int64_t>(c.size()));
        take(c.data(), static_cast<size_t>(c.size()));
    }
    template <class C, typename std::enable_if<detail::is_rows<C>::value, int>::type = 0> array(const C &rows)
    {
        add_shape(static_cast<int64_t>(rows.size()));
        add_shape(rows.size() ? static_cast<int64_t>(rows.begin()->size()) : 0);
        for (const auto &row : rows) {
            even_ = even_ && static_cast<int64_t>(row.size()) == shape_.dim[1];
            for (const auto &e : row) add_element(e);
        }
    }
    array(const std::vector<bool> &v) : dtype_(WG_BOOL), own_(v.begin(), v.end())
    {
        add_shape(static_cast<int64_t>(v.size()));
    }
    template <class T, size_t n, class = if_number<T>> array(const T (&c)[n])
    {
        add_shape(static_cast<int64_t>(n));
        take(c, n);
    }
    /* Of Eigen: rows stay rows; what is a vector at compile time has one axis. */
    template <class M, typename std::enable_if<detail::is_eigen<M>::value, int>::type = 0> array(const M &m)
    {
        const auto &e = m.eval();
        const auto rows = e.rows(), columns = e.cols();
        if (!M::IsVectorAtCompileTime) add_shape(rows), add_shape(columns);
        else add_shape(rows * columns);
        own_.reserve(static_cast<size_t>(rows * columns));
        for (auto i = rows * 0; i < rows; i++)
            for (auto j = columns * 0; j < columns; j++) own_.push_back(static_cast<double>(e.coeff(i, j)));
        if (std::is_same<typename M::Scalar, bool>::value) dtype_ = WG_BOOL;
        else if (std::is_integral<typename M::Scalar>::value) {
            dtype_ = WG_I64;
            for (double &d : own_) d = bits_of(static_cast<int64_t>(d));
        }
    }
    explicit array(const wg_tensor &t) : data_(t.data), dtype_(t.dtype), shape_(t.shape) {}

    array &reshape(const wg_shape &s) { return shape_ = s, *this; }
    wg_shape shape() const { return shape_; }
    wg_dtype dtype() const { return dtype_; }
    bool even() const { return even_; }
    size_t size() const
    {
        return data_ ? static_cast<size_t>(wg_shape_size(shape_)) : own_.size();
    }
    double item(size_t i) const
    {
        if (!data_ && dtype_ != WG_I64) return own_[i];
        const wg_tensor t = wg_view(dtype_, data_ ? data_ : own_.data(), shape_);
        return wg_tensor_item(&t, static_cast<int64_t>(i));
    }
    /* Calls f with a tensor: floats have the dtype `floats`. */
    template <class F> auto with_tensor(wg_dtype floats, F f) const -> decltype(f(wg_tensor()))
    {
        const wg_dtype to = wg_dtype_is_float(dtype_) ? floats : dtype_;
        const void *there = data_ ? data_ : own_.data();
        if ((data_ || dtype_ == WG_F64 || dtype_ == WG_I64) && dtype_ == to && there) return f(wg_view(to, there, shape_));
        const size_t n = size();
        std::vector<double> copy(n + 1);
        void *put = copy.data();
        for (size_t i = 0; i < n; i++)
            if (to == WG_F32) static_cast<float *>(put)[i] = static_cast<float>(item(i));
            else if (to == WG_F64) copy[i] = item(i);
            else static_cast<uint8_t *>(put)[i] = static_cast<uint8_t>(item(i));
        return f(wg_view(to, put, shape_));
    }

  private:
    void add_shape(int64_t n)
    {
        if (shape_.rank < WG_MAX_RANK) shape_.dim[shape_.rank] = n;
        shape_.rank++;
    }
    template <class T> void take(const T *from, size_t n)
    {
        if (detail::dtype_of<T>() != WG_DEFAULT_DTYPE) dtype_ = detail::dtype_of<T>(), data_ = from;
        else
            for (size_t i = 0; i < n; i++) add_element(from[i]);
        if (!n) data_ = nullptr, dtype_ = wg_dtype_is_float(dtype_) ? WG_F64 : dtype_;
    }
    /* The elements of a list of lists; depth: so many lists are around it. */
    void add(const std::vector<element_of_list> &list, int depth, bool &truths)
    {
        if (depth >= shape_.rank) add_shape(static_cast<int64_t>(list.size()));
        else if (depth >= WG_MAX_RANK || shape_.dim[depth] != static_cast<int64_t>(list.size())) even_ = false;
        for (const auto &e : list)
            if (e.kind_ == element_of_list::LIST) {
                if (depth + 1 == shape_.rank && !own_.empty()) even_ = false;
                else add(e.list_, depth + 1, truths);
            } else {
                if (depth + 1 != shape_.rank) even_ = false;
                truths = truths && e.kind_ == element_of_list::TRUTH, own_.push_back(e.number_);
            }
    }
    template <class T> void add_element(T e)
    {
        if (std::is_same<T, bool>::value) dtype_ = WG_BOOL;
        else if (std::is_integral<T>::value) dtype_ = WG_I64;
        own_.push_back(dtype_ == WG_I64 ? bits_of(static_cast<int64_t>(e)) : static_cast<double>(e));
    }
    static double bits_of(int64_t i)
    {
        double d;
        std::memcpy(&d, &i, sizeof d);
        return d;
    }
};

} // namespace wg
#endif
