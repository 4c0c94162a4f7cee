/* SPDX-License-Identifier: MIT */
/* functions.hpp: values out of nothing, derivatives, functions of yours in a graph, the gradient check, pictures: a part of
 * wengert.hpp. */
#ifndef WENGERT_FUNCTIONS_HPP
#define WENGERT_FUNCTIONS_HPP

#include <cstdlib>

#include "places.hpp"

namespace wg
{

/* ---- values out of nothing, in the graph of this thread ---- */

constexpr wg_dtype float32 = WG_F32, float64 = WG_F64, int32 = WG_I32, int64 = WG_I64, boolean = WG_BOOL;

inline value cast(const value &x, wg_dtype t, WG_CALLER) { return detail::made(wg_cast_at(WG_SITE, x, t), x); }
inline value reshape(const value &x, const wg::shape &s, WG_CALLER) { return x.reshape(s, at); }
inline value tensor(const value &numbers) { return numbers; }
inline value input(const text &name, const array &a, WG_CALLER) { return detail::input(at, detail::current_graph(), name.s, a); }
inline value input(const text &name, std::initializer_list<element_of_list> a, WG_CALLER)
{
    return detail::input(at, detail::current_graph(), name.s, a);
}
inline value full(const wg::shape &s, double v, wg_dtype t = WG_DEFAULT_DTYPE, WG_CALLER)
{
    const value x = wg_fill_at(WG_SITE, detail::current_graph(), v, s);
    return t == WG_DEFAULT_DTYPE || t == x.dtype() ? x : x.to(t, at);
}
inline value zeros(const wg::shape &s, wg_dtype t = WG_DEFAULT_DTYPE, WG_CALLER) { return full(s, 0, t, at); }
inline value ones(const wg::shape &s, wg_dtype t = WG_DEFAULT_DTYPE, WG_CALLER) { return full(s, 1, t, at); }
inline wg_init zeros() { return wg_zeros(); }
inline value eye(int64_t rows, int64_t columns, WG_CALLER)
{
    return wg_eye_at(WG_SITE, detail::current_graph(), rows, columns);
}
inline value eye(int64_t n, WG_CALLER) { return eye(n, n, at); }
inline value arange(double from, double to, double step = 1, WG_CALLER)
{
    return wg_arange_at(WG_SITE, detail::current_graph(), from, to, step);
}
inline value arange(double to, WG_CALLER) { return arange(0, to, 1, at); }

namespace detail
{
struct draws {
    uint64_t seed, next;
};
inline draws &draws_here()
{
    static thread_local draws d;
    return d;
}
/* In (0, 1], of 53 bits of the library's generator. */
inline double draw()
{
    draws &d = draws_here();
    const uint64_t high = wg_random_bits(d.seed, 0, 0, d.next), low = wg_random_bits(d.seed, 1, 0, d.next);
    d.next++;
    return (static_cast<double>((high << 32 | low) >> 11) + 1) / 9007199254740992.0;
}
template <class F> value drawn(const shape &s, call_site at, F f)
{
    std::vector<double> all(static_cast<size_t>(s.numel() < 0 ? 0 : s.numel()));
    for (double &d : all) d = f();
    return input(at, current_graph(), "", array(all).reshape(s));
}
} // namespace detail

/* Numbers that are drawn now, by the generator of this thread; a graph that is run again has the same. Parameters and dropout
 * follow the seed of their context. wg::random_normal and wg::random_uniform draw when the graph runs. */
inline void seed(uint64_t n) { detail::draws_here() = detail::draws{ n, 0 }; }
inline value rand(const wg::shape &s, WG_CALLER)
{
    return detail::drawn(s, at, [] { return 1 - detail::draw(); });
}
inline value randn(const wg::shape &s, WG_CALLER) /* Box and Muller (1958) */
{
    return detail::drawn(s, at, [] {
        const double u = detail::draw();
        return wg_box_muller(u, 1 - detail::draw());
    });
}

/* ---- what no rule makes of the headers ---- */

inline value einsum(const text &letters, const std::vector<value> &x, WG_CALLER)
{
    const std::vector<wg_node> n = detail::nodes(x);
    return detail::made(wg_einsum_at(WG_SITE, letters.s, n.data(), static_cast<int>(n.size())), x);
}
inline value einsum(const text &letters, const value &x, const value &y, WG_CALLER)
{
    return einsum(letters, std::vector<value>{ x, y }, at);
}
inline value einsum(const text &letters, const value &x, const value &y, const value &z, WG_CALLER)
{
    return einsum(letters, std::vector<value>{ x, y, z }, at);
}
inline std::vector<value> split(const value &x, int parts, int axis = 0, WG_CALLER)
{
    std::vector<wg_node> y(static_cast<size_t>(parts > 0 ? parts : 0));
    wg_split_args o;
    o.x = x, o.y = y.data(), o.parts = parts, o.axis = axis;
    if (!wg_split_at(WG_SITE, &o)) detail::made(wg_node(), x);
    return std::vector<value>(y.begin(), y.end());
}
inline value all(const value &x, WG_CALLER) { return all_of(x, wg_reduce_args(), at); }
inline value any(const value &x, WG_CALLER) { return any_of(x, wg_reduce_args(), at); }
inline std::vector<value> value::split(int parts, int axis, call_site at) const { return wg::split(*this, parts, axis, at); }
inline value value::all(call_site at) const { return wg::all(*this, at); }
inline value value::any(call_site at) const { return wg::any(*this, at); }
inline value value::permute(const wg::axes &order, call_site at) const
{
    wg_transpose_args o;
    o.axes = order;
    return wg::transpose(*this, o, at);
}
inline value value::unsqueeze(int axis, call_site at) const { return detail::new_axis(*this, axis, at); }

/* Beside elements the functions of <cmath> would win. */
#define WG_BOTH_(name)                                                                                           \
    template <class E, class F, class = if_element<E>, class = if_element<F>, class = void, class = void>        \
    value name(const E &x, const F &y)                                                                           \
    {                                                                                                            \
        return name(operand(x, x.where), operand(y, x.where), x.where);                                          \
    }                                                                                                            \
    template <class E, class N, class = if_element<E>, class = if_number<N>> value name(const E &x, const N &y) \
    {                                                                                                            \
        return name(operand(x, x.where), operand(y, x.where), x.where);                                          \
    }                                                                                                            \
    template <class N, class E, class = if_number<N>, class = if_element<E>, class = void>                       \
    value name(const N &x, const E &y)                                                                           \
    {                                                                                                            \
        return name(operand(x, y.where), operand(y, y.where), y.where);                                          \
    }
WG_BOTH_(pow)
WG_BOTH_(atan2)
WG_BOTH_(fmod)
WG_BOTH_(remainder)
#undef WG_BOTH_

/* ---- derivatives ---- */

/* d y / d x of a scalar y, as a value: of one x, of several, of a list. */
inline value grad(const value &y, const operand &x, WG_CALLER)
{
    return detail::made(wg_grad_at(WG_SITE, y, x.n), y, x.n);
}
inline std::vector<value> grad(const value &y, const std::vector<value> &x, WG_CALLER) { return y.grads(x, at); }
/* auto [gx, gw] = wg::grad(y, { x, w }); */
template <size_t n> std::array<value, n> grad(const value &y, const value (&x)[n], WG_CALLER)
{
    const std::vector<value> g = y.grads(std::vector<value>(x, x + n), at);
    std::array<value, n> to;
    for (size_t i = 0; i < n; i++) to[i] = g[i];
    return to;
}
inline value hessian(const value &y, const operand &a, const operand &b, WG_CALLER)
{
    return detail::made(wg_hessian_at(WG_SITE, y, a.n, b.n), y, a.n, b.n);
}
inline value hessian(const value &y, const operand &x, WG_CALLER) { return hessian(y, x, x, at); }
inline value value::grad(const value &x, call_site at) const { return wg::grad(*this, operand(x, at), at); }
inline std::vector<value> value::grads(const std::vector<value> &x, call_site at) const
{
    const std::vector<wg_node> from = detail::nodes(x);
    std::vector<wg_node> to(x.size());
    if (wg_grads_at(WG_SITE, n_, from.data(), static_cast<int>(from.size()), to.data())) {
        for (const value &v : x) detail::made(wg_node(), n_, v);
        detail::made(wg_node(), n_);
    }
    return std::vector<value>(to.begin(), to.end());
}
inline void value::backward(call_site at) const
{
    wg_context *c = detail::context_of(n_);
    detail::owner *o = c ? detail::owner_of(c) : nullptr;
    if (!o) {
        item(at);
        return;
    }
    o->last = n_;
    bool done = false;
    for (detail::param_node *s = o->sets; s; s = s->next) {
        if (!wg_params_size(s->p)) continue;
        if (wg_backward_at(WG_SITE, n_, s->p) == WG_OK) done = true;
        else if (wg_failed(c) != WG_ERROR_GRADIENT) return detail::look(c); /* GRADIENT: it has none of this set */
        else wg_recover(c);
    }
    if (!done) item(at);
}
inline value value::grad(call_site at) const
{
    wg_context *c = detail::context_of(n_);
    detail::owner *o = c ? detail::owner_of(c) : nullptr;
    if (o && wg_node_ok(o->last) && wg_depends_on(o->last, n_)) return wg::grad(value(o->last), operand(*this, at), at);
    refuse(at, WG_ERROR_USE, "x.grad() comes behind y.backward(); or write wg::grad(y, x)");
    return value();
}

/* ---- functions of yours in a graph ---- */

namespace detail
{

/* What stays as long as the graph has the nodes that call it. */
template <class T> T *kept(wg_graph *g, T *made)
{
    owner *o = g ? owner_of(wg_graph_context(g)) : nullptr;
    made->by = g;
    if (o) made->next = o->kept, o->kept = made;
    return made; /* of a context of C it stays to the end */
}
/* A function of values for C. */
template <class F> struct called : held {
    F f;
    const char *what;
    called(const F &g, const char *w) : f(g), what(w) {}
    template <class... A> static wg_node call(wg_node context, void *user, A... a) noexcept
    {
        called *c = static_cast<called *>(user);
        const inside now(wg_graph_of(context));
        try {
            return value(c->f(a...));
        } catch (...) {
            keep_exception(context_of(context), c->what);
            return wg_none;
        }
    }
    static wg_node part(wg_node x, void *user) noexcept { return call(x, user, value(x)); }
    static wg_node step(wg_node x, int i, void *user) noexcept { return call(x, user, value(x), i); }
    static wg_node ode(wg_node t, wg_node y, void *user) noexcept { return call(y, user, value(t), value(y)); }
};
template <class F> called<F> *called_by(const value &x, const char *what, F f)
{
    return kept(wg_graph_of(x), new called<F>(f, what));
}
template <class F> struct held_rule : held {
    wg_custom_vjp_attr attr;
    F f;
    explicit held_rule(const F &g) : attr(), f(g) { attr.rule = call, attr.user = this; }
    static void call(wg_site, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) noexcept
    {
        held_rule *r = static_cast<held_rule *>(static_cast<const wg_custom_vjp_attr *>(wg_attr(y))->user);
        const size_t n = static_cast<size_t>(wg_node_operands(y) - 1);
        const inside now(wg_graph_of(gy));
        try {
            const std::vector<value> g = r->f(std::vector<value>(x, x + n), y, gy);
            if (g.size() != n) throw std::length_error("the rule gives " + std::to_string(g.size()) + " gradients for " +
                                                       std::to_string(n) + " values");
            for (size_t i = 0; i < n; i++) gx[i] = g[i];
        } catch (...) {
            keep_exception(context_of(y), "custom_vjp");
        }
    }
};
template <class F, class... A> auto takes(int, F &f, A &...a) -> decltype(void(f(a...)), std::true_type());
template <class F, class... A> std::false_type takes(long, F &, A &...);
template <class F, class... A> using can_take = decltype(takes(0, std::declval<F &>(), std::declval<A &>()...));

/* Functions of doubles for C. */
struct no_backward {
    std::vector<double> operator()(const std::vector<double> &, const std::vector<double> &) const { return {}; }
};
template <class F, class B> struct outside : held {
    F f;
    B b;
    wg_context *c;
    outside(const F &forward, const B &backward, wg_context *of) : f(forward), b(backward), c(of) {}
    static int give(const std::vector<double> &from, double *to, size_t n)
    {
        if (from.size() != n) throw std::length_error("a function of yours gives " + std::to_string(from.size()) +
                                                      " numbers in the place of " + std::to_string(n));
        for (size_t i = 0; i < n; i++) to[i] = from[i];
        return 0;
    }
    static int run(size_t n, const double *x, size_t m, double *y, void *user) noexcept
    {
        outside *o = static_cast<outside *>(user);
        try {
            return give(o->f(std::vector<double>(x, x + n)), y, m);
        } catch (...) {
            return keep(o->c), 1;
        }
    }
    static int run_back(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user) noexcept
    {
        outside *o = static_cast<outside *>(user);
        try {
            return give(o->b(std::vector<double>(x, x + n), std::vector<double>(gy, gy + m)), gx, n);
        } catch (...) {
            return keep(o->c), 1;
        }
    }
    static void keep(wg_context *c)
    {
        owner *o = owner_of(c);
        if (o && throws(c) && !o->thrown) o->thrown = std::current_exception();
    }
};

} // namespace detail

/* y with a derivative of yours: rule(x, y, gy) gives the gradients, a std::vector<value>, of the values x of which y is made. */
template <class F> value custom_vjp(const value &y, const std::vector<value> &x, F rule, WG_CALLER)
{
    std::vector<wg_node> all(1, y);
    for (const value &v : x) all.push_back(v);
    auto *r = detail::kept(wg_graph_of(y), new detail::held_rule<F>(rule));
    return detail::made(wg_apply(WG_SITE, wg_op_find("custom_vjp"), all.data(), static_cast<int>(all.size()), &r->attr), x);
}
/* A function of numbers outside of the graph: f(x) are the elements of the result, of this shape, b(x, gy) those of the
 * gradient; std::vector<double> all of them. Without b it has no derivative. */
template <class F, class B = detail::no_backward>
value external(const value &x, const wg::shape &s, F f, B b = B(), const text &name = "external", WG_CALLER)
{
    using outside = detail::outside<F, B>;
    outside *out = detail::kept(wg_graph_of(x), new outside(f, b, detail::context_of(x)));
    wg_extern_opts o;
    o.name = name.s, o.forward = outside::run, o.user = out, o.impure = true;
    if (!std::is_same<B, detail::no_backward>::value) o.backward = outside::run_back;
    return detail::made(wg_extern_at(WG_SITE, x, s, &o), x);
}

/* An elementwise op of yours: wg::op("cube", f, df) with functions of a double; or of values, with the rule(x, y, gy). */
template <class F, class D> class own_op
{
    std::string name_;
    F f_;
    D d_;
    value apply(const value &x, call_site at, std::true_type /* f is a function of values */) const
    {
        const D d = d_;
        return custom_vjp(f_(x), { x },
                          [d](const std::vector<value> &v, const value &y, const value &gy) {
                              return std::vector<value>{ d(v[0], y, gy) };
                          },
                          at).named(name_, at);
    }
    value apply(const value &x, call_site at, std::false_type) const
    {
        const F f = f_;
        const D d = d_;
        return external(
            x, x.shape(),
            [f](std::vector<double> v) {
                for (double &e : v) e = f(e);
                return v;
            },
            [d](const std::vector<double> &v, std::vector<double> g) {
                for (size_t i = 0; i < g.size(); i++) g[i] *= d(v[i]);
                return g;
            },
            name_, at);
    }

  public:
    own_op(const std::string &name, F f, D d) : name_(name), f_(f), d_(d) {}
    value operator()(const value &x, WG_CALLER) const { return apply(x, at, detail::can_take<D, value, value, value>()); }
};
template <class F, class D> own_op<F, D> op(const text &name, F f, D derivative)
{
    return own_op<F, D>(name.s, f, derivative);
}

/* f(x), with the values on the way computed again for the gradient (implicit.h). */
template <class F> value recompute(const value &x, F f, WG_CALLER)
{
    auto *c = detail::called_by(x, "recompute", f);
    return detail::made(wg_recompute_at(WG_SITE, x, c->part, c), x);
}
/* x = f(x, i) for i = 0 .. steps - 1, with few states kept. */
template <class F>
value recompute_chain(const value &x, F f, int steps, wg_recompute_chain_args o = wg_recompute_chain_args(), WG_CALLER)
{
    auto *c = detail::called_by(x, "recompute_chain", f);
    o.x = x, o.f = c->step, o.user = c, o.steps = steps;
    return detail::made(wg_recompute_chain_at(WG_SITE, &o), x);
}
/* z with z = f(z). */
template <class F> value fixed_point(const value &start, F f, wg_fixed_point_args o = wg_fixed_point_args(), WG_CALLER)
{
    auto *c = detail::called_by(start, "fixed_point", f);
    o.x = start, o.f = c->part, o.user = c;
    return detail::made(wg_fixed_point_at(WG_SITE, &o), start);
}
/* The solution of y' = f(t, y) at the time `to`. */
template <class F>
value odeint(const value &y, F f, double from, double to, wg_odeint_args o = wg_odeint_args(), WG_CALLER)
{
    auto *c = detail::called_by(y, "odeint", f);
    o.x = y, o.f = c->ode, o.user = c, o.from = from, o.to = to;
    return detail::made(wg_odeint_at(WG_SITE, &o), y);
}

/* ---- layers whose images have channels first, as in PyTorch ---- */

namespace nn
{
inline value conv2d(const value &x, const params &p, const text &name, int64_t units, const wg::shape &size,
                    wg_nn_conv_args o = wg_nn_conv_args(), WG_CALLER)
{
    o.size = size;
    return conv(x.permute({ 0, 2, 3, 1 }, at), p, name, units, o, at).permute({ 0, 3, 1, 2 }, at);
}
inline value max_pool2d(const value &x, const wg::shape &size, wg_pool_args o = wg_pool_args(), WG_CALLER)
{
    o.size = size;
    return wg::max_pool(x.permute({ 0, 2, 3, 1 }, at), o, at).permute({ 0, 3, 1, 2 }, at);
}
inline value avg_pool2d(const value &x, const wg::shape &size, wg_pool_args o = wg_pool_args(), WG_CALLER)
{
    o.size = size;
    return wg::avg_pool(x.permute({ 0, 2, 3, 1 }, at), o, at).permute({ 0, 3, 1, 2 }, at);
}
/* wg::value y = wg::nn::sequential(x, p, "net", { { .dense = 8 }, { .op = wg_relu_at }, { .dense = 1 } }); */
class sequential : public value
{
    static wg_node made(const value &x, wg_params *p, const text &name, const std::vector<wg_nn_part> &parts, call_site at)
    {
        wg_nn_sequential_args o;
        o.x = x, o.p = p, o.name = name.s, o.part = parts.data(), o.count = static_cast<int>(parts.size());
        return detail::made(wg_nn_sequential_at(WG_SITE, &o), x);
    }

  public:
    sequential(const value &x, wg_params *p, const text &name, const std::vector<wg_nn_part> &parts, WG_CALLER)
        : value(made(x, p, name, parts, at))
    {
    }
    template <class... Layers> explicit sequential(const Layers &...)
    {
        static_assert(sizeof...(Layers) > 1000, "layers are functions: write h = wg::relu(wg::nn::dense(x, p, \"fc1\", 8)), or "
                                                "wg::nn::sequential(x, p, \"net\", { { .dense = 8 }, { .op = wg_relu_at } })");
    }
};
/* Layers are no objects here; words.hpp has more such names. */
#define WG_NO_LAYER_(name, line)                                                 \
    template <class... A> value name(const A &...)                               \
    {                                                                            \
        static_assert(sizeof...(A) > 99, "layers are functions: write " line); \
        return value();                                                          \
    }
WG_NO_LAYER_(linear, "wg::nn::dense(x, p, \"fc1\", 8)")
WG_NO_LAYER_(relu, "wg::relu(x)")
#undef WG_NO_LAYER_
} // namespace nn

/* ---- training ---- */

/* A running average of parameters (average.h). */
class average : public detail::handle<wg_average>
{
  public:
    explicit average(const params &p, const wg_average_opts &o = wg_average_opts(), WG_CALLER)
        : handle(p.owner(), wg_average_new_at(WG_SITE, p, &o), wg_average_free)
    {
    }
    void step(WG_CALLER) { wg_average_step_at(WG_SITE, *this), detail::look(of()); }
    void use(bool on = true, WG_CALLER) { wg_average_use_at(WG_SITE, *this, on), detail::look(of()); }
};
namespace detail
{
template <class F> struct fitting {
    F *f;
    static wg_node loss(wg_graph *g, wg_params *, const wg_batch *b, void *user) noexcept
    {
        const inside now(g);
        owner *o = owner_of(wg_graph_context(g));
        if (o) o->forget_nodes(g); /* of the step before */
        wg_node made = wg_none;
        try {
            const value x(wg_input(g, "x", b->x)), y = b->y.data ? value(wg_input(g, "y", b->y)) : value();
            made = value((*static_cast<fitting *>(user)->f)(x, y));
        } catch (...) {
            keep_exception(wg_graph_context(g), "fit");
        }
        return made;
    }
};
} // namespace detail
/* Trains by a function of yours, loss(x, y) of the rows of a batch (fit.h). */
template <class F> wg_fitted fit(const params &p, F loss, const data &d, wg_fit_opts o = wg_fit_opts(), WG_CALLER)
{
    detail::fitting<F> f{ &loss };
    o.user = &f;
    const wg_fitted r = wg_fit_at(WG_SITE, p, detail::fitting<F>::loss, d, &o);
    return detail::look(p.of()), r;
}

/* ---- mini-batches of values ---- */

/* Rows of x and y together: for (auto [bx, by] : wg::batches(x, y, 32)). Each batch begins a graph, in which values are made
 * until the next one. */
class batches
{
    graph graph_;
    data data_;
    int64_t size_;
    call_site at_;
    bool running_ = false; /* a loop was left before its end */

  public:
    struct batch {
        value x, y;
    };
    batches(const value &x, const value &y, int64_t size, bool shuffle = false, WG_CALLER)
        : graph_(made_in(x)), data_(graph_.owner(), wg_data_from_at(WG_SITE, graph_.of(), wg_value_at(WG_SITE, x),
                                                                    wg_value_at(WG_SITE, y))),
          size_(size), at_(at)
    {
        data_.shuffle(shuffle);
    }
    class iterator
    {
        batches *of_;
        batch b_;

      public:
        explicit iterator(batches *of) : of_(of)
        {
            if (of_) ++*this;
        }
        const batch &operator*() const { return b_; }
        iterator &operator++()
        {
            wg_batch b;
            if (of_ && of_->data_.next(b, of_->size_, of_->at_)) {
                of_->graph_.begin();
                b_.x = of_->graph_.input("x", b.x, of_->at_), b_.y = of_->graph_.input("y", b.y, of_->at_);
            } else if (of_) of_->running_ = false, of_ = nullptr;
            return *this;
        }
        friend bool operator!=(const iterator &a, const iterator &b) { return a.of_ != b.of_; }
    };
    iterator begin()
    {
        wg_batch rest;
        while (running_ && data_.next(rest, size_, at_)) {} /* each loop has all rows */
        running_ = true;
        return iterator(this);
    }
    iterator end() { return iterator(nullptr); }

  private:
    static graph made_in(const value &x)
    {
        detail::owner *o = x.ok() ? detail::owner_of(wg_graph_context(wg_graph_of(x))) : nullptr;
        return o ? graph(detail::shared::share(o)) : graph();
    }
};

/* ---- the gradient check ---- */

class report
{
    struct held {
        long count;
        wg_check *raw;
        ~held() { wg_check_free(raw); }
    };
    detail::ref<held> it_;

  public:
    explicit report(wg_check *r) : it_(new held{ 1, r }) {}
    operator wg_check *() const { return it_->raw; }
    explicit operator bool() const { return passes(); }
    bool passes() const { return wg_check_verdict(*this) == WG_PASS; }
    std::string verdict() const { return wg_verdict_name(wg_check_verdict(*this)); }
    double ratio() const { return wg_check_facts_of(*this)->ratio; }
    void print(FILE *out = stdout) const { wg_check_print(*this, out); }
};

inline std::ostream &operator<<(std::ostream &out, const report &r)
{
    char *text = nullptr;
    size_t size = 0;
    if (FILE *f = open_memstream(&text, &size)) r.print(f), std::fclose(f);
    if (text) out << text;
    std::free(text);
    return out;
}

/* The gradient of a loss by the parameters of p; without p by all named inputs. */
inline report check(const value &loss, wg_params *p = nullptr, const wg_gradcheck_opts &o = wg_gradcheck_opts(), WG_CALLER)
{
    report r(wg_gradcheck_at(WG_SITE, loss, p, &o));
    detail::rethrow(detail::context_of(loss));
    detail::look(detail::context_of(loss));
    return r;
}
/* By values of your choice: inputs or parameters. */
inline report check(const value &loss, const std::vector<value> &x, const wg_gradcheck_opts &o = wg_gradcheck_opts(), WG_CALLER)
{
    const std::vector<wg_node> n = detail::nodes(x);
    report r(wg_gradcheck_nodes_at(WG_SITE, loss, n.data(), static_cast<int>(n.size()), &o));
    detail::rethrow(detail::context_of(loss));
    detail::look(detail::context_of(loss));
    return r;
}
template <class V, class = typename std::enable_if<std::is_base_of<value, V>::value>::type>
report check(const value &loss, const V &x, const wg_gradcheck_opts &o = wg_gradcheck_opts(), WG_CALLER)
{
    return check(loss, std::vector<value>(1, x), o, at);
}
namespace detail
{
template <class F> struct checked {
    const F *f;
    std::exception_ptr thrown;
    static double call(size_t n, const double *x, double *g, void *user) noexcept
    {
        checked *c = static_cast<checked *>(user);
        try {
            if (c->thrown) return __builtin_nan("");
            std::vector<double> gradient(g ? n : 0), *to = g ? &gradient : nullptr;
            const double y = (*c->f)(std::vector<double>(x, x + n), to);
            if (g && gradient.size() != n)
                throw std::length_error("wg::check: the gradient has another length than x");
            for (size_t i = 0; g && i < n; i++) g[i] = gradient[i];
            return y;
        } catch (...) {
            c->thrown = std::current_exception();
            return __builtin_nan("");
        }
    }
};
} // namespace detail

/* A function f(x, g) of yours: it returns its value at x, a std::vector<double>, and, unless g is nullptr, writes its
 * gradient to the vector *g, which has as many elements as x. What it throws is thrown again. */
template <class F, class = decltype(std::declval<F &>()(std::vector<double>(), static_cast<std::vector<double> *>(nullptr)))>
report check(const F &f, const std::vector<double> &x, const wg_gradcheck_opts &o = wg_gradcheck_opts(), WG_CALLER)
{
    detail::checked<F> c{ &f, nullptr };
    const report r(wg_gradcheck_fn_at(WG_SITE, detail::checked<F>::call, x.size(), x.data(), &c, &o));
    if (c.thrown) std::rethrow_exception(c.thrown);
    detail::look(nullptr);
    return r;
}

/* ---- pictures ---- */

inline void draw(const value &y, const text &path, const wg_draw_opts &o = wg_draw_opts(), WG_CALLER) { y.draw(path, o, at); }

/* A picture of curves: panels with series of points (figure.h). */
class figure : public detail::handle<wg_figure>
{
  public:
    class series
    {
        wg_series *s_;

      public:
        explicit series(wg_series *s) : s_(s) {}
        operator wg_series *() const { return s_; }
        series &add(double x, double y) { return wg_series_add(s_, x, y), *this; }
        series &push(double y) { return wg_series_push(s_, y), *this; }
        series &add(const value &x, const value &y, WG_CALLER)
        {
            const std::vector<double> a = x.to_vector(at), b = y.to_vector(at);
            if (a.size() != b.size())
                throw error(WG_ERROR_SHAPE, std::string(wg_site_place(WG_SITE)) + ": a curve has " +
                                                std::to_string(a.size()) + " places x and " + std::to_string(b.size()) + " y");
            for (size_t i = 0; i < a.size(); i++) add(a[i], b[i]);
            return *this;
        }
    };
    class panel
    {
        wg_panel *p_;
        wg_context *c_;

      public:
        panel(wg_panel *p, wg_context *c) : p_(p), c_(c) {}
        operator wg_panel *() const { return p_; }
        series line(const text &name = "", const wg_series_opts &o = wg_series_opts(), WG_CALLER)
        {
            return made(WG_SERIES_LINE, name, o, at);
        }
        series points(const text &name = "", const wg_series_opts &o = wg_series_opts(), WG_CALLER)
        {
            return made(WG_SERIES_POINTS, name, o, at);
        }

      private:
        series made(wg_series_kind kind, const text &name, const wg_series_opts &o, call_site at)
        {
            const series s(wg_series_new_at(WG_SITE, p_, kind, name.s, &o));
            return detail::look(c_), s;
        }
    };
    explicit figure(const text &title = "", const wg_figure_opts &o = wg_figure_opts(), WG_CALLER)
        : handle(context::of_thread().owner(), wg_figure_new_at(WG_SITE, context::of_thread(), title.s, &o), wg_figure_free)
    {
    }
    panel add(const text &title = "", const wg_panel_opts &o = wg_panel_opts(), WG_CALLER)
    {
        const panel p(wg_panel_new_at(WG_SITE, *this, title.s, &o), of());
        return detail::look(of()), p;
    }
    void save(const text &path, const wg_figure_save_opts &o = wg_figure_save_opts(), WG_CALLER)
    {
        wg_figure_save_at(WG_SITE, *this, path.s, &o), detail::look(of());
    }
};
/* y over x as a line, in a file. */
inline void plot(const value &x, const value &y, const text &path, const wg_panel_opts &o = wg_panel_opts(), WG_CALLER)
{
    figure f("", wg_figure_opts(), at);
    f.add("", o, at).line("", wg_series_opts(), at).add(x, y, at);
    f.save(path, wg_figure_save_opts(), at);
}

/* The words of libtorch for indices: using namespace wg::indexing; x.index({ Slice(), 1 }). */
namespace indexing
{
using Slice = range;
constexpr none None{};
constexpr const char *Ellipsis = "...";
} // namespace indexing

} // namespace wg
#endif
