/* SPDX-License-Identifier: MIT */
/* values.hpp: errors, call sites, and values with operators, indices and methods: a part of wengert.hpp, which says how to
 * use it. */
#ifndef WENGERT_VALUES_HPP
#define WENGERT_VALUES_HPP

#include <array>
#include <iterator>
#include <cstring>
#include <limits>
#include <ostream>
#include <pthread.h>
#include <stdexcept>

#include "arrays.hpp"

namespace wg
{

/* ---- errors ---- */

class error : public std::runtime_error
{
    wg_status status_;

  public:
    error(wg_status s, const std::string &message) : std::runtime_error(message), status_(s) {}
    wg_status status() const { return status_; }
};

/* Where a call stands in your source. A function of yours that takes WG_CALLER as its last parameter, and gives `at` to what
 * it calls, has errors at the line of its caller. */
struct call_site {
    const char *file;
    int line;
    constexpr call_site(const char *f, int l) : file(f), line(l) {}
};
#define WG_CALLER ::wg::call_site at = ::wg::call_site(__builtin_FILE(), __builtin_LINE())
#define WG_SITE   ::wg::detail::site(at)

namespace detail
{

/* Headers of the standard library cost a tenth to a half of a second of each compilation: <mutex>, <thread>, <map>, <memory>
 * and <functional> are not used here, and lists are linked by hand. */
struct lock {
    pthread_mutex_t *of;
    explicit lock(pthread_mutex_t &m) : of(&m) { pthread_mutex_lock(of); }
    lock(const lock &) = delete;
    lock &operator=(const lock &) = delete;
    ~lock() { pthread_mutex_unlock(of); }
};

struct owner;
/* A context, the thread that made it, and whether its errors are thrown. The list is read only after an error. */
struct known_context {
    wg_context *c;
    pthread_t thread;
    bool throws;
    owner *of;
    known_context *next;
};
struct known_contexts {
    pthread_mutex_t lock;
    known_context *first;
};
inline known_contexts &contexts()
{
    static known_contexts all = { PTHREAD_MUTEX_INITIALIZER, nullptr };
    return all;
}
/* A copy of what is known of a context. */
inline known_context known(wg_context *c)
{
    const lock hold(contexts().lock);
    known_context *k = contexts().first;
    while (k && k->c != c) k = k->next;
    return k ? *k : known_context{ c, pthread_self(), false, nullptr, nullptr };
}
inline bool throws(wg_context *c) { return known(c).throws; }
inline void throw_errors(wg_context *c, bool on = true, owner *of = nullptr)
{
    const lock hold(contexts().lock);
    known_context *k = contexts().first;
    while (k && k->c != c) k = k->next;
    if (!k) k = contexts().first = new known_context{ c, pthread_self(), on, of, contexts().first };
    k->throws = on, k->thread = pthread_self();
    if (of) k->of = of; /* a context that is gone may have had this address */
}
inline void forget(wg_context *c)
{
    const lock hold(contexts().lock);
    for (known_context **k = &contexts().first; *k; k = &(*k)->next)
        if ((*k)->c == c) {
            known_context *gone = *k;
            *k = gone->next;
            delete gone;
            return;
        }
}
/* A message with the words of C++: [2, 3] in the place of [2,3]. */
inline std::string in_cpp(const char *message)
{
    static const char of_c[] = "wg_none, no node";
    std::string to;
    bool sizes = false;
    for (const char *c = message; *c; c++) {
        if (*c == '[' || *c == ']') sizes = *c == '[';
        else if (*c != ',' && *c != '-' && (*c < '0' || *c > '9')) sizes = false;
        to += *c;
        if (*c == ',' && sizes) to += ' ';
    }
    const size_t at = to.find(of_c);
    if (at != std::string::npos) to.replace(at, sizeof of_c - 1, "a wg::value that was never assigned");
    return to;
}
[[noreturn]] void raise(wg_context *c);
/* The error of a call that has no context, one of empty values alone, is kept for the contexts that this thread has used last:
 * it is asked for in those of this thread. */
inline void look_here()
{
    wg_context *here[16];
    int n = 0;
    {
        const lock hold(contexts().lock);
        for (known_context *k = contexts().first; k && n < 16; k = k->next)
            if (k->throws && pthread_equal(k->thread, pthread_self())) here[n++] = k->c;
    }
    for (int i = 0; i < n; i++)
        if (wg_failed(here[i])) raise(here[i]);
}
inline void look(wg_context *c)
{
    if (!c) look_here();
    else if (wg_failed(c) && throws(c)) raise(c);
}
inline wg_context *context_of(wg_node n) { return n.graph ? wg_graph_context(n.graph) : nullptr; }
/* Behind a call that has failed: throws its error, which is in the context of one of the nodes. */
inline void look(std::initializer_list<wg_node> of)
{
    bool none = true;
    wg_context *failed = nullptr, *thrower = nullptr;
    for (wg_node n : of) {
        wg_context *c = context_of(n);
        if (!c) continue;
        none = false;
        if (wg_failed(c)) failed = c;
        if (throws(c)) thrower = c;
    }
    if (failed && thrower) raise(failed);
    if (none || !failed) look_here();
}
/* wg_none, or the error node of a graph. */
inline bool is_wrong(wg_node n) { return n.index == 0 && (n.graph || n.generation == 0); }

/* Call sites as C wants them. One text for each place that is used, kept to the end of the program. */
struct site_text {
    site_text *next;
    char text[1];
};
inline wg_site new_site(call_site at)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static site_text *all[256];
    const char *file = at.file ? at.file : "";
    const size_t size = std::strlen(file) + 16;
    site_text *made = static_cast<site_text *>(::operator new(sizeof(site_text) + size));
    if (at.line) std::snprintf(made->text, size, "\n%s:%d", file, at.line);
    else std::snprintf(made->text, size, "\n%s", file);
    const lock hold(mutex);
    site_text **bucket = &all[static_cast<unsigned>(at.line) % 256];
    for (site_text *t = *bucket; t; t = t->next)
        if (!std::strcmp(t->text, made->text)) return ::operator delete(made), t->text;
    made->next = *bucket;
    return (*bucket = made)->text;
}
inline wg_site site(call_site at)
{
    struct known {
        const char *file;
        int line;
        wg_site text;
    };
    static thread_local known table[256];
    known &k = table[(static_cast<unsigned>(at.line) * 7 + (reinterpret_cast<uintptr_t>(at.file) >> 3)) % 256];
    if (k.file != at.file || k.line != at.line || !k.text) k.file = at.file, k.line = at.line, k.text = new_site(at);
    return k.text;
}

/* A number as a T, as the casts of the library do it: of integers the nearest within the range, NaN is 0. */
template <class T> typename std::enable_if<!std::is_integral<T>::value || std::is_same<T, bool>::value, T>::type as(double v)
{
    return static_cast<T>(v);
}
template <class T> typename std::enable_if<std::is_integral<T>::value && !std::is_same<T, bool>::value, T>::type as(double v)
{
    using range = std::numeric_limits<T>;
    if (!(v == v)) return 0;
    if (v <= static_cast<double>(range::min())) return range::min();
    if (v >= static_cast<double>(range::max())) return range::max();
    return static_cast<T>(v);
}

/* n is the scalar whose backward() was called last. */
void set_last(wg_node n);
/* The numbers that a parameter has now; data NULL: n is none. */
wg_tensor numbers_of_parameter(wg_node n);
/* The graph of this thread: that which was made or begun last and is there still, or one that is made now. */
wg_graph *current_graph();
wg_node input_of_number(call_site at, wg_graph *g, double number);
/* Numbers of yours as an input of a graph. */
value input(call_site at, wg_graph *g, const char *name, const array &a);
value input(call_site at, wg_graph *g, const char *name, std::initializer_list<element_of_list> list);

/* Options filled in by a function: what WG_WITH makes. */
template <class F> struct filled {
    F f;
    template <class T,
              class = typename std::enable_if<std::is_same<decltype(std::declval<T &>().mark), wg_mark>::value>::type>
    operator T() const
    {
        T o = T();
        f(o);
        return o;
    }
};
template <class F> filled<F> fill(F f) { return filled<F>{ f }; }

} // namespace detail

/* Options in any order, and before C++20: wg::sum(x, WG_WITH(.keepdims = true, .axis = 0)). A list stands in parentheses:
 * .axes = (wg::axes{ 0, 1 }). */
#if __cplusplus >= 201402L
#define WG_WITH(...) ::wg::detail::fill([&](auto &wg_options_) { (void)0 WG_SET_(wg_options_, __VA_ARGS__, ); })
#else
namespace detail
{
template <class F> struct filled_by_name {
    F f;
    template <class T,
              class = typename std::enable_if<std::is_same<decltype(std::declval<T &>().mark), wg_mark>::value>::type>
    operator T() const
    {
        wg_every_option every;
        f(every);
        T o = T();
        o.take_options(every);
        return o;
    }
};
template <class F> filled_by_name<F> fill_by_name(F f) { return filled_by_name<F>{ f }; }
} // namespace detail
#define WG_WITH(...) \
    ::wg::detail::fill_by_name([&](wg_every_option &wg_options_) { (void)0 WG_SET_(wg_options_, __VA_ARGS__, ); })
#endif

/* ---- indices ---- */

struct none {}; /* in indices a new axis; in slices an open end */
struct all_of_axis {};

/* x[wg::slice(2, 5)], x[wg::slice(-3)]: places `from` to before `to`, each step-th one. */
struct range {
    int64_t from, to, step;
    struct bound {
        int64_t i;
        bool open;
        template <class I, class = if_integer<I>> bound(I n) : i(static_cast<int64_t>(n)), open(false) {}
        bound(none) : i(0), open(true) {}
    };
    range() : from(0), to(WG_END), step(1) {}
    range(bound f, bound t = none(), int64_t by = 1) : from(f.i), to(t.open ? WG_END : t.i), step(by) {}
};

/* One index: a place, a slice, a new axis, a mask, or numbers of places. */
class index
{
    enum { PLACE, SLICE, AXIS, REST, NODE } kind_;
    range r_;
    wg_node n_;
    friend class value;
    friend class place;

  public:
    call_site where;
    template <class I, class = if_integer<I>>
    index(I i, WG_CALLER) : kind_(PLACE), r_(static_cast<int64_t>(i)), n_(wg_none), where(at)
    {
    }
    index(const range &r, WG_CALLER) : kind_(SLICE), r_(r), n_(wg_none), where(at) {}
    index(all_of_axis, WG_CALLER) : kind_(SLICE), n_(wg_none), where(at) {}
    index(none, WG_CALLER) : kind_(AXIS), n_(wg_none), where(at) {}
    index(const char *dots, WG_CALLER) : kind_(REST), n_(wg_none), where(at) { (void)dots; } /* "...": all axes between */
    template <class V, class = typename std::enable_if<std::is_base_of<value, V>::value>::type, class = void>
    index(const V &v, WG_CALLER) : kind_(NODE), n_(v), where(at)
    {
    }
};

/* ---- values ---- */

class graph;
class operand;
class element;
class place;
class rows_of;

/* A node of a graph, and what can be done with it. A copy is the same node. */
class value
{
  protected:
    wg_node n_;

  public:
    value() : n_() {}
    value(const wg_node &n) : n_(n)
    {
        if (detail::is_wrong(n)) detail::look({ n });
    }
    /* A number: an input without axes, in the graph of this thread, by which derivatives can be taken. */
    template <class N, class = if_number<N>>
    value(N number, WG_CALLER) : value(detail::input_of_number(at, detail::current_graph(), static_cast<double>(number)))
    {
    }
    /* Numbers of yours: an input without a name, in the graph of this thread. Of values in braces: their stack. */
    value(std::initializer_list<element_of_list> list, WG_CALLER)
        : value(detail::input(at, detail::current_graph(), "", list))
    {
    }
    template <class A, class = typename std::enable_if<detail::is_row<A>::value || detail::is_rows<A>::value ||
                                                       detail::is_eigen<A>::value>::type,
              class = void>
    value(const A &a, WG_CALLER) : value(detail::input(at, detail::current_graph(), "", wg::array(a)))
    {
    }
    value(const std::vector<bool> &a, WG_CALLER) : value(detail::input(at, detail::current_graph(), "", wg::array(a))) {}
    template <class T, size_t n, class = if_number<T>, class = typename std::enable_if<!std::is_same<T, char>::value>::type>
    value(const T (&a)[n], WG_CALLER) : value(detail::input(at, detail::current_graph(), "", wg::array(a)))
    {
    }

    value(const value &) = default;
    value &operator=(const value &) & = default;
    /* What is assigned to a part that no variable has would be lost. */
    template <class V> void operator=(const V &) &&
    {
        static_assert(sizeof(V) == 0, "a value never changes: write A[0] = v or A(0, 1) = v, with a variable A");
    }
    void operator=(std::initializer_list<element_of_list>) && = delete; /* write A[0] = { ... }, with a variable A */

    operator const wg_node &() const { return n_; }
    /* The place where the value was made: of a conversion, which has no place of its own. */
    call_site made_at() const { return call_site(wg_site_place(wg_node_site(n_)), 0); }
    bool ok() const { return wg_node_ok(n_); }

    /* ---- reading: computes what the value depends on ---- */

    /* A parameter has the numbers of its set, also after a step of an optimizer. */
    double item(WG_CALLER) const
    {
        const wg_tensor t = detail::numbers_of_parameter(n_);
        return t.data && size() == 1 ? wg_tensor_item(&t, 0) : looked(wg_item_at(WG_SITE, n_));
    }
    template <class T> T item(WG_CALLER) const
    {
        const bool exact = sizeof(T) == sizeof(int64_t) && dtype() == WG_I64 && size() == 1;
        const std::vector<T> whole = exact ? to_vector<T>(at) : std::vector<T>();
        if (!whole.empty()) return whole[0];
        return detail::as<T>(item(at));
    }
    /* The number of the element at this index: x.item(0), x.item(1, -2). */
    template <class I, class = if_integer<I>> double item(I i, WG_CALLER) const { return element_at({ wg::index(i, at) }, at); }
    template <class I, class J, class = if_integer<I>, class = if_integer<J>> double item(I i, J j, WG_CALLER) const
    {
        return element_at({ wg::index(i, at), wg::index(j, at) }, at);
    }
    template <class I, class J, class K, class = if_integer<I>, class = if_integer<J>, class = if_integer<K>>
    double item(I i, J j, K k, WG_CALLER) const
    {
        return element_at({ wg::index(i, at), wg::index(j, at), wg::index(k, at) }, at);
    }
    template <class I, class J, class K, class L, class = if_integer<I>, class = if_integer<J>, class = if_integer<K>,
              class = if_integer<L>>
    double item(I i, J j, K k, L l, WG_CALLER) const
    {
        return element_at({ wg::index(i, at), wg::index(j, at), wg::index(k, at), wg::index(l, at) }, at);
    }
    /* The number of a value of one element: double(y), int(y), `if (y > 1)`. */
    template <class T, class = if_number<T>> explicit operator T() const
    {
        return item<T>(made_at());
    }

    /* All elements in row-major order, converted to T. */
    template <class T = double> std::vector<T> to_vector(WG_CALLER) const
    {
        wg_tensor t = detail::numbers_of_parameter(n_);
        if (!t.data) t = looked(wg_value_at(WG_SITE, n_));
        const int64_t n = t.data ? wg_shape_size(t.shape) : 0;
        std::vector<T> to(static_cast<size_t>(n));
        const bool exact = t.dtype == WG_I64 && std::is_integral<T>::value && sizeof(T) == sizeof(int64_t);
        const int64_t *whole = exact ? static_cast<const int64_t *>(t.data) : nullptr;
        for (int64_t i = 0; i < n; i++) /* a double has not all bits of an int64_t */
            to[static_cast<size_t>(i)] =
                whole ? static_cast<T>(whole[i]) : detail::as<T>(wg_tensor_item(&t, i));
        return to;
    }
    template <class T, class = if_number<T>> operator std::vector<T>() const { return to_vector<T>(made_at()); }
    template <class T, size_t n, class = if_number<T>> operator std::array<T, n>() const
    {
        std::array<T, n> to{};
        const std::vector<T> from = to_vector<T>(made_at());
        if (from.size() != n)
            refuse(made_at(), WG_ERROR_SHAPE, "a std::array has another number of elements than the value");
        for (size_t i = 0; i < n && i < from.size(); i++) to[i] = from[i];
        return to;
    }
    /* As a matrix of Eigen; of one axis as a column. */
    template <class M> M to(WG_CALLER) const
    {
        const std::vector<double> from = to_vector(at);
        const int64_t m = dim() ? size(0) : 1, n = dim() == 2 ? size(1) : 1;
        if (dim() > 2) refuse(at, WG_ERROR_SHAPE, "a matrix of Eigen has two axes at most");
        M made;
        const bool across = M::RowsAtCompileTime == 1 && m * n == size(); /* a row of Eigen */
        if (M::IsVectorAtCompileTime && m != 1 && n != 1)
            refuse(at, WG_ERROR_SHAPE, "a vector of Eigen has one axis, and the value has two");
        const int64_t high = across ? 1 : M::IsVectorAtCompileTime ? m * n : m;
        const int64_t wide = across ? m * n : M::IsVectorAtCompileTime ? 1 : n;
        if ((M::RowsAtCompileTime > 0 && M::RowsAtCompileTime != high) || (M::ColsAtCompileTime > 0 && M::ColsAtCompileTime != wide)) {
            refuse(at, WG_ERROR_SHAPE, "a matrix of Eigen of a fixed size has another size than the value");
            return made;
        }
        if (static_cast<int64_t>(from.size()) != high * wide) return made; /* after an error that is not thrown */
        made.resize(high, wide);
        for (int64_t i = 0; i < high; i++)
            for (int64_t j = 0; j < wide; j++)
                made.coeffRef(i, j) = detail::as<typename M::Scalar>(from[static_cast<size_t>(i * wide + j)]);
        return made;
    }
    template <class M, typename std::enable_if<detail::is_eigen<M>::value, int>::type = 0> operator M() const
    {
        return to<M>(made_at());
    }
    /* The elements where they lie, in row-major order: valid until the evaluation ends (graph.h). T must be that of the dtype. */
    template <class T> const T *data(WG_CALLER) const
    {
        const wg_tensor t = looked(wg_value_at(WG_SITE, n_));
        if (!t.data || t.dtype == detail::dtype_of<T>()) return static_cast<const T *>(t.data);
        refuse(at, WG_ERROR_DTYPE, "data: the elements have another type; write x.cast(...) or x.to_vector<T>()");
        return nullptr;
    }

    /* ---- what it is ---- */

    wg::shape shape() const { return wg_node_shape(n_); }
    wg::shape sizes() const { return shape(); }
    int64_t size() const { return shape().numel(); } /* how many elements */
    int64_t numel() const { return size(); }
    int64_t size(int axis, WG_CALLER) const { return looked(wg_dim_at(WG_SITE, n_, axis)); }
    int dim() const { return shape().rank(); } /* how many axes */
    int64_t dim(int axis, WG_CALLER) const { return size(axis, at); }
    int64_t rows(WG_CALLER) const { return size(0, at); }
    int64_t cols(WG_CALLER) const { return size(1, at); }
    wg_dtype dtype() const { return wg_node_dtype(n_); }
    std::string name() const { return wg_node_name(n_); }
    value name(const text &name, WG_CALLER) const { return named(name, at); }
    value named(const text &name, WG_CALLER) const { return looked(wg_name_at(WG_SITE, n_, name.s)); }
    value keep(WG_CALLER) const { return looked(wg_keep_at(WG_SITE, n_)); }
    void set(const wg_tensor &t, WG_CALLER) const { looked(wg_input_set_at(WG_SITE, n_, t)); }
    /* New numbers for an input. */
    void set(const wg::array &a, WG_CALLER) const
    {
        a.with_tensor(dtype(), [&](const wg_tensor &t) { return set(t, at), 0; });
    }
    /* Output k of an op of several: wg::topk(x, 3).part(1) has the places. */
    value part(int k, WG_CALLER) const { return wg_part_at(WG_SITE, n_, k); }

    /* ---- derivatives ---- */

    /* The derivative of this scalar by x, as a value. */
    value grad(const value &x, WG_CALLER) const;
    std::vector<value> grads(const std::vector<value> &x, WG_CALLER) const;
    /* Computes the gradients of parameters: of p, or of all sets of this thread that the value depends on. */
    void backward(wg_params *p, WG_CALLER) const
    {
        detail::set_last(n_);
        looked(wg_backward_at(WG_SITE, n_, p));
    }
    void backward(WG_CALLER) const;
    /* The same for p, but adds to the gradients that p has. */
    void backward_add(wg_params *p, WG_CALLER) const { looked(wg_backward_add_at(WG_SITE, n_, p)); }
    /* The derivative by this value of the scalar whose backward() was called last. */
    value grad(WG_CALLER) const;

    /* ---- places ---- */

    /* x[1], x[wg::slice(2, 5)], x[x > 0], x[places]. A value never changes: x[1] = 5 makes x another value. */
    place operator[](const index &i) &;
    value operator[](const index &i) const &;
    value operator[](const index &i) &&;
    place operator()(const index &i, const index &j) &;
    place operator()(const index &i, const index &j, const index &k) &;
    value operator()(const index &i, const index &j) const &;
    value operator()(const index &i, const index &j, const index &k) const &;
    value operator()(const index &i, const index &j) &&;
    value operator()(const index &i, const index &j, const index &k) &&;
    /* One index for each axis: x.index({ 1, wg::slice(0, 2) }), x.index({ "...", 0 }). */
    value index_by(const std::vector<wg::index> &all, WG_CALLER) const;
    value index(std::initializer_list<wg::index> all, WG_CALLER) const { return index_by(all, at); }
    value row(int64_t i, WG_CALLER) const { return index_by({ wg::index(i, at) }, at); }
    value col(int64_t i, WG_CALLER) const { return index_by({ wg::index(all_of_axis(), at), wg::index(i, at) }, at); }
    /* The parts along the first axis, one after the other. Numbers: to_vector() is faster. */
    rows_of begin(WG_CALLER) const;
    rows_of end(WG_CALLER) const;

    /* ---- forms ---- */

    value T(WG_CALLER) const { return wg_swap_at(WG_SITE, n_); } /* the last two axes exchanged */
    value t(WG_CALLER) const { return T(at); }
    value reshape(const wg::shape &s, WG_CALLER) const { return wg_reshape_at(WG_SITE, n_, s); }
    value view(const wg::shape &s, WG_CALLER) const { return reshape(s, at); }
    value permute(const wg::axes &order, WG_CALLER) const;
    value unsqueeze(int axis, WG_CALLER) const;
    value all(WG_CALLER) const; /* bool: no element is 0 */
    value any(WG_CALLER) const; /* bool: an element is not 0 */
    value to(wg_dtype t, WG_CALLER) const { return wg_cast_at(WG_SITE, n_, t); }
    value cast(wg_dtype t, WG_CALLER) const { return to(t, at); }
    value slice(const wg_slice_args &o, WG_CALLER) const;
    std::vector<value> split(int parts, int axis = 0, WG_CALLER) const;
    const value &array() const { return *this; } /* as Eigen's: * is elementwise already */

#include "methods.inc"

    /* A picture in a file, by its ending, or as the text of an SVG. */
    void draw(const text &path, const wg_draw_opts &o = wg_draw_opts(), WG_CALLER) const
    {
        looked(wg_draw_at(WG_SITE, n_, path.s, &o));
    }
    std::string svg(wg_draw_opts o = wg_draw_opts(), WG_CALLER) const
    {
        o.format = "svg";
        char *made = looked(wg_draw_text_at(WG_SITE, n_, &o));
        const std::string s = made ? made : "";
        if (made) wg_free(wg_graph_context(n_.graph), made);
        return s;
    }

  protected:
    template <class R> R looked(R result) const { return detail::look({ n_ }), result; }
    void refuse(call_site at, wg_status s, const char *what) const
    {
        wg_fail(detail::context_of(n_), WG_SITE, s, "%s", what);
        detail::look({ n_ });
    }
    double element_at(std::initializer_list<wg::index> all, call_site at) const { return index_by(all, at).item(at); }
    value indexed(const wg::index &k, int &axis, int left, call_site at) const;
    friend class place;
};

/* What stands beside an operator, or is given to a function: a value, a node of C, a number or numbers of yours, and the place
 * where it was written. */
class operand
{
  public:
    wg_node n;
    call_site where;
    operand() : n(), where(nullptr, 0) {} /* it is left out */
    operand(const value &v, WG_CALLER) : n(v), where(at) {}
    operand(const wg_node &v, WG_CALLER) : n(v), where(at) {}
    template <class N, class = if_number<N>>
    operand(N number, WG_CALLER) : n(wg_number_of(static_cast<double>(number))), where(at)
    {
    }
    operand(std::initializer_list<element_of_list> list, WG_CALLER) : n(value(list, at)), where(at) {}
    template <class A, class = typename std::enable_if<detail::is_row<A>::value || detail::is_rows<A>::value ||
                                                       detail::is_eigen<A>::value>::type,
              class = void>
    operand(const A &a, WG_CALLER) : n(value(a, at)), where(at)
    {
    }
};

namespace detail
{
/* The result of a call: an error is thrown, that of one of the operands. */
inline value made(wg_node result, wg_node a = wg_node(), wg_node b = wg_node(), wg_node c = wg_node())
{
    if (is_wrong(result)) look({ result, a, b, c });
    return result;
}
inline value made(wg_node result, const std::vector<value> &of)
{
    for (size_t i = 0; is_wrong(result) && i < of.size(); i++) made(result, of[i]);
    return result;
}
inline std::vector<wg_node> nodes(const std::vector<value> &v) { return std::vector<wg_node>(v.begin(), v.end()); }
} // namespace detail

/* What an iterator gives: a part of a value, and a number where it has one element, for the algorithms of the standard
 * library. A number has no derivative: for (wg::value e : x) keeps it. */
class element : public value
{
  public:
    call_site where;
    element(const value &v, call_site at) : value(v), where(at) {}
    operator double() const { return item(where); }
};

/* A part of a variable: what is assigned to it changes the variable, which is another value from then on. */
class place : public value
{
    using indices = std::vector<wg::index>;
    value *of_;
    std::vector<indices> path_; /* of A[0][1] first [0], then [1] */
    call_site where_;
    friend class value;
    place(value *of, const std::vector<indices> &path, const indices &last, call_site at) : of_(of), path_(path), where_(at)
    {
        path_.push_back(last);
        refresh();
    }
    void refresh() /* another place may have changed the variable since */
    {
        value x = *of_;
        for (const indices &by : path_) x = x.index_by(by, where_);
        n_ = x;
    }
    void become(const operand &v);
    /* Its mask, if it is chosen by one alone: then the parts of the variable are numbers, and no rectangle. */
    value mask() const;
    static value written(const value &x, const indices &by, const operand &v, call_site at);

  public:
    place(const place &) = default;
    place operator[](const wg::index &i) const { return place(of_, path_, indices(1, i), i.where); }
    place &operator=(const place &v) { return become(operand(v, where_)), *this; }
    template <class V> place &operator=(const V &v) { return become(operand(v, where_)), *this; }
    place &operator=(std::initializer_list<element_of_list> v) { return become(operand(v, where_)), *this; }
    template <class V> place &operator+=(const V &v);
    template <class V> place &operator-=(const V &v);
    template <class V> place &operator*=(const V &v);
    template <class V> place &operator/=(const V &v);
};

inline place value::operator[](const wg::index &i) & { return place(this, {}, { i }, i.where); }
inline value value::operator[](const wg::index &i) const & { return index_by({ i }, i.where); }
inline value value::operator[](const wg::index &i) && { return index_by({ i }, i.where); }
#define WG_INDEXED_(parameters, ...)                                                                        \
    inline place value::operator() parameters & { return place(this, {}, { __VA_ARGS__ }, i.where); } \
    inline value value::operator() parameters const & { return index_by({ __VA_ARGS__ }, i.where); }       \
    inline value value::operator() parameters && { return index_by({ __VA_ARGS__ }, i.where); }
WG_INDEXED_((const wg::index &i, const wg::index &j), i, j)
WG_INDEXED_((const wg::index &i, const wg::index &j, const wg::index &k), i, j, k)
#undef WG_INDEXED_

/* The parts of a value along its first axis. */
class rows_of
{
    value of_;
    int64_t i_;
    call_site at_;

  public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = element;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = element;
    rows_of(const value &of, int64_t i, call_site at) : of_(of), i_(i), at_(at) {}
    element operator*() const { return element(of_.index_by({ index(i_, at_) }, at_), at_); }
    element operator[](difference_type k) const { return *(*this + k); }
    rows_of &operator++() { return i_++, *this; }
    rows_of &operator--() { return i_--, *this; }
    rows_of operator++(int) { rows_of r = *this; return i_++, r; }
    rows_of operator--(int) { rows_of r = *this; return i_--, r; }
    rows_of &operator+=(difference_type k) { return i_ += k, *this; }
    rows_of &operator-=(difference_type k) { return i_ -= k, *this; }
    friend rows_of operator+(rows_of r, difference_type k) { return r += k; }
    friend rows_of operator-(rows_of r, difference_type k) { return r -= k; }
    friend difference_type operator-(const rows_of &a, const rows_of &b) { return a.i_ - b.i_; }
    friend bool operator==(const rows_of &a, const rows_of &b) { return a.i_ == b.i_; }
    friend bool operator!=(const rows_of &a, const rows_of &b) { return a.i_ != b.i_; }
    friend bool operator<(const rows_of &a, const rows_of &b) { return a.i_ < b.i_; }
};
inline rows_of value::begin(call_site at) const { return rows_of(*this, 0, at); }
inline rows_of value::end(call_site at) const { return rows_of(*this, size(0, at), at); }

/* ---- operators ---- */

/* Those of elements are templates, since C++ would else take both sides for numbers. */
template <class E> using if_element = typename std::enable_if<std::is_base_of<element, E>::value>::type;
#define WG_OPERATOR_(sign, name)                                                                                       \
    inline value operator sign(const operand &a, const operand &b)                                                     \
    {                                                                                                                  \
        return detail::made(name(detail::site(b.where), a.n, b.n), a.n, b.n);                                             \
    }                                                                                                                  \
    template <class E, class F, class = if_element<E>, class = if_element<F>>                                          \
    element operator sign(const E &a, const F &b)                                                                      \
    {                                                                                                                  \
        return element(operand(a, b.where) sign operand(b, b.where), b.where);                                                  \
    }                                                                                                                  \
    template <class E, class N, class = if_element<E>, class = if_number<N>, class = void>                             \
    element operator sign(const E &a, const N &b)                                                                      \
    {                                                                                                                  \
        return element(operand(a, a.where) sign operand(b, a.where), a.where);                                                  \
    }                                                                                                                  \
    template <class N, class E, class = if_number<N>, class = if_element<E>, class = void, class = void>               \
    element operator sign(const N &a, const E &b)                                                                      \
    {                                                                                                                  \
        return element(operand(a, b.where) sign operand(b, b.where), b.where);                                                  \
    }
WG_OPERATOR_(+, wg_add_at)
WG_OPERATOR_(-, wg_sub_at)
WG_OPERATOR_(*, wg_mul_at)
WG_OPERATOR_(/, wg_div_at)
WG_OPERATOR_(%, wg_remainder_at)
WG_OPERATOR_(==, wg_equal_at) /* these compare elements: the result is a value of bools */
WG_OPERATOR_(!=, wg_not_equal_at)
WG_OPERATOR_(<, wg_less_at)
WG_OPERATOR_(<=, wg_less_equal_at)
WG_OPERATOR_(>, wg_greater_at)
WG_OPERATOR_(>=, wg_greater_equal_at)
#undef WG_OPERATOR_
namespace detail
{
/* & | ~ are for bools: on whole numbers NumPy and PyTorch have them by bits. */
inline const operand &truth(const operand &x)
{
    if (wg_node_ok(x.n) ? wg_node_dtype(x.n) == WG_BOOL : !wg_graph_of(x.n) && wg_is_none(x.n)) return x;
    throw error(WG_ERROR_DTYPE, std::string(wg_site_place(site(x.where))) +
                                    ": & | and ~ are for bools: write wg::logical_and(a, b), wg::logical_or, wg::logical_not");
}
} // namespace detail
inline value operator&(const operand &a, const operand &b)
{
    return detail::made(wg_logical_and_at(detail::site(b.where), detail::truth(a).n, detail::truth(b).n), a.n, b.n);
}
inline value operator|(const operand &a, const operand &b)
{
    return detail::made(wg_logical_or_at(detail::site(b.where), detail::truth(a).n, detail::truth(b).n), a.n, b.n);
}
/* Beside a bool of C++ the value is one, too. */
template <class B, class = if_bool<B>> bool operator&&(const B &a, const value &b) { return a && static_cast<bool>(b); }
template <class B, class = if_bool<B>> bool operator&&(const value &a, const B &b) { return static_cast<bool>(a) && b; }
template <class B, class = if_bool<B>> bool operator||(const B &a, const value &b) { return a || static_cast<bool>(b); }
template <class B, class = if_bool<B>> bool operator||(const value &a, const B &b) { return static_cast<bool>(a) || b; }
/* Elementwise: both sides are computed. An operator of two values gets no line of its caller, so an error names the line
 * where the right side was made. */
inline value operator&&(const value &a, const value &b)
{
    return detail::made(wg_logical_and_at(detail::site(b.made_at()), a, b), a, b);
}
inline value operator||(const value &a, const value &b)
{
    return detail::made(wg_logical_or_at(detail::site(b.made_at()), a, b), a, b);
}
inline value operator-(const operand &x) { return detail::made(wg_neg_at(detail::site(x.where), x.n), x.n); }
inline value operator~(const operand &x)
{
    return detail::made(wg_logical_not_at(detail::site(x.where), detail::truth(x).n), x.n);
}
inline value operator!(const value &x) { return detail::made(wg_logical_not_at(detail::site(x.made_at()), x), x); }
inline value operator+(const value &x) { return x; }
template <class E, class = if_element<E>> element operator-(const E &x) { return element(-operand(x, x.where), x.where); }
template <class E, class = if_element<E>> element operator!(const E &x)
{
    return element(!static_cast<const value &>(x), x.where);
}
#define WG_OPERATOR_(sign)                                                                          \
    inline value &operator sign##=(value &a, const operand &b) { return a = operand(a, b.where) sign b; } \
    template <class V> place &place::operator sign##=(const V &v)                                   \
    {                                                                                                \
        const value m = mask();                                                                      \
        refresh();                                                                                   \
        if (m.ok()) {                                                                                \
            const value next = operand(*of_, where_) sign operand(v, where_);                        \
            *of_ = detail::made(wg_where_at(detail::site(where_), m, next, *of_), m, next, *of_);    \
            return refresh(), *this;                                                                 \
        }                                                                                            \
        return become(operand(*this, where_) sign operand(v, where_)), *this;                        \
    }
WG_OPERATOR_(+)
WG_OPERATOR_(-)
WG_OPERATOR_(*)
WG_OPERATOR_(/)
#undef WG_OPERATOR_

/* Numbers in brackets: [1, 2.5, 3]; of a matrix a line for each row. */
std::ostream &operator<<(std::ostream &out, const value &v);
inline std::ostream &operator<<(std::ostream &out, const shape &s)
{
    out << "[";
    for (int i = 0; i < s.rank(); i++) out << (i ? ", " : "") << s[i];
    return out << "]";
}
/* What is typed by habit, and what to write. */
template <class N, class = if_number<N>> value &operator<<(value &a, N)
{
    static_assert(sizeof(N) == 0, "a value takes its numbers in braces: write A = {{1, 2, 3}, {4, 5, 6}}");
    return a;
}

} // namespace wg

/* Operators beside the nodes that the macros of C return: wg_relu(x) + 1. */
using wg::operator+;
using wg::operator-;
using wg::operator*;
using wg::operator/;

#endif
