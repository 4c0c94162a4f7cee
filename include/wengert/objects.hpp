/* SPDX-License-Identifier: MIT */
/* objects.hpp: contexts, graphs, parameters, optimizers and data sets that free themselves: a part of wengert.hpp. */
#ifndef WENGERT_OBJECTS_HPP
#define WENGERT_OBJECTS_HPP

#include <exception>
#include <utility>

#include "values.hpp"

namespace wg
{
namespace detail
{

/* A counted pointer to a T with the member `count`, which begins at 1. <memory> would cost half a second of each compilation. */
template <class T> class ref
{
    T *p_;

  public:
    ref() : p_(nullptr) {}
    explicit ref(T *adopted) : p_(adopted) {}
    ref(const ref &r) : p_(r.p_)
    {
        if (p_) __atomic_add_fetch(&p_->count, 1, __ATOMIC_RELAXED);
    }
    ref(ref &&r) noexcept : p_(r.p_) { r.p_ = nullptr; }
    ref &operator=(ref r) noexcept { return std::swap(p_, r.p_), *this; }
    ~ref()
    {
        if (p_ && !__atomic_sub_fetch(&p_->count, 1, __ATOMIC_ACQ_REL)) delete p_;
    }
    static ref share(T *p)
    {
        __atomic_add_fetch(&p->count, 1, __ATOMIC_RELAXED);
        return ref(p);
    }
    T *get() const { return p_; }
    T *operator->() const { return p_; }
    explicit operator bool() const { return p_; }
};
/* A thing of yours that nodes of a graph use. */
struct held {
    wg_graph *by = nullptr;
    held *next = nullptr;
    virtual ~held() {}
};
/* A set of parameters; of the node of a parameter its set. */
struct param_node {
    wg_node n;
    wg_params *p;
    param_node *next;
};

/* Whether a thing is gone, for those who remember it. */
struct life {
    long count = 1;
    bool over = false;
};
/* The context and what it needs. The last object that shares it finishes the context. */
struct owner {
    long count = 1;
    ref<life> its{ new life };
    wg_context *c;
    FILE *errors;
    int status = 0;
    std::exception_ptr thrown; /* by a function of yours that the library has called */
    held *kept = nullptr;      /* functions of yours that nodes of a graph call */
    param_node *sets = nullptr, *nodes = nullptr;
    wg_node last = wg_node(); /* whose backward() was called last */
    owner(wg_site here, const wg_start_opts &o, FILE *stream);
    owner(const owner &) = delete;
    owner &operator=(const owner &) = delete;
    ~owner() { finish(errors); }
    int finish(FILE *stream);
    /* Forgets what nodes of g used; NULL: of all graphs. */
    void forget_nodes(wg_graph *g)
    {
        for (held **h = &kept; *h;)
            if (!g || (*h)->by == g) {
                held *gone = *h;
                *h = gone->next;
                delete gone;
            } else h = &(*h)->next;
        for (param_node **n = &nodes; *n;)
            if (!g || (*n)->n.graph == g) {
                param_node *gone = *n;
                *n = gone->next;
                delete gone;
            } else n = &(*n)->next;
    }
};
using shared = ref<owner>;

inline owner *owner_of(wg_context *c) { return known(c).of; }
inline owner::owner(wg_site here, const wg_start_opts &o, FILE *stream) : c(wg_start_at(here, &o)), errors(stream)
{
    throw_errors(c, true, this);
}
inline int owner::finish(FILE *stream)
{
    if (!c) return status;
    forget(c);
    its->over = true;
    status = wg_finish(c, stream);
    c = nullptr;
    forget_nodes(nullptr);
    while (sets) {
        param_node *gone = sets;
        sets = gone->next;
        delete gone;
    }
    return status;
}
[[noreturn]] inline void raise(wg_context *c)
{
    const error e(wg_failed(c), in_cpp(wg_message(c)));
    owner *o = owner_of(c);
    std::exception_ptr thrown;
    if (o) std::swap(thrown, o->thrown);
    wg_recover(c);
    if (thrown && e.status() == WG_ERROR_USER) std::rethrow_exception(thrown);
    throw e;
}
/* Behind a call that goes on after an error in a function of yours, as the gradient check does. */
inline void rethrow(wg_context *c)
{
    owner *o = c ? owner_of(c) : nullptr;
    std::exception_ptr thrown;
    if (o) std::swap(thrown, o->thrown);
    if (thrown) std::rethrow_exception(thrown);
}
/* In a catch of what a function of yours has thrown, while the library waits for its result: the call that waits throws it
 * again. */
inline void keep_exception(wg_context *c, const char *what)
{
    owner *o = owner_of(c);
    if (o && throws(c) && !o->thrown) o->thrown = std::current_exception();
    try {
        throw;
    } catch (const std::exception &e) {
        wg_fail(c, "\n", WG_ERROR_USER, "%s: %s", what, e.what());
    } catch (...) {
        wg_fail(c, "\n", WG_ERROR_USER, "%s: a function of yours has thrown", what);
    }
}

/* An object of C, freed with the last handle to it unless the context has freed it. */
template <class T> struct box {
    long count = 1;
    shared owner;
    T *raw;
    void (*release)(T *); /* NULL: the context frees it */
    ref<life> its;
    box(const shared &o, T *r, void (*f)(T *)) : owner(o), raw(r), release(f), its(new life) {}
    ~box()
    {
        its->over = true;
        if (raw && release && owner->c) release(raw);
    }
};
template <class T> class handle
{
  protected:
    shared owner_;
    ref<box<T>> box_;
    T *raw() const { return box_ ? box_->raw : nullptr; }

  public:
    handle() = default;
    handle(const handle &) = default; /* no moves: an object that was moved from would crash at its next call */
    handle &operator=(const handle &) = default;
    handle(const shared &o, T *made, void (*release)(T *)) : owner_(o), box_(new box<T>(o, made, release)) { look(o->c); }
    operator T *() const { return owner_ && owner_->c ? raw() : nullptr; }
    wg_context *of() const { return owner_ ? owner_->c : nullptr; }
    const shared &owner() const { return owner_; }
};

/* The graphs that this thread has made or begun, the last one first. */
struct graph_here {
    wg_graph *g;
    ref<life> its, of; /* of: that of its context */
    graph_here *next;
    bool is_over() const { return its->over || (of && of->over); }
};
struct graphs_of_thread {
    graph_here *first = nullptr;
    ~graphs_of_thread()
    {
        while (first) drop(&first);
    }
    static void drop(graph_here **at)
    {
        graph_here *gone = *at;
        *at = gone->next;
        delete gone;
    }
    void begin(wg_graph *g, const ref<life> &its, const ref<life> &of = ref<life>())
    {
        for (graph_here **h = &first; *h;)
            if ((*h)->is_over() || (*h)->its.get() == its.get()) drop(h);
            else h = &(*h)->next;
        first = new graph_here{ g, its, of, first };
    }
};
inline graphs_of_thread &graphs_here()
{
    static thread_local graphs_of_thread all;
    return all;
}
/* Values are made in the graph g as long as this lives. */
struct inside {
    ref<life> its;
    explicit inside(wg_graph *g) : its(new life)
    {
        if (g) graphs_here().begin(g, its);
    }
    ~inside() { its->over = true; }
    inside(const inside &) = delete;
    inside &operator=(const inside &) = delete;
};

inline wg_node param(wg_node made, wg_params *p)
{
    owner *o = is_wrong(made) ? nullptr : owner_of(wg_graph_context(made.graph));
    if (o) o->nodes = new param_node{ made, p, o->nodes };
    return made;
}
inline void set_last(wg_node n)
{
    owner *o = n.graph ? owner_of(wg_graph_context(n.graph)) : nullptr;
    if (o) o->last = n;
}
inline wg_tensor numbers_of_parameter(wg_node n)
{
    owner *o = wg_node_leaf(n) == WG_LEAF_PARAM ? owner_of(wg_graph_context(n.graph)) : nullptr;
    const param_node *found = o ? o->nodes : nullptr;
    while (found && (found->n.graph != n.graph || found->n.index != n.index)) found = found->next;
    wg_params *p = found ? found->p : nullptr;
    const char *name = p ? wg_node_name(n) : "";
    int i = p ? wg_params_find(p, name) : -1;
    while (i < 0 && (name = std::strchr(name, '.'))) i = wg_params_find(p, ++name); /* of p.in("layer") */
    return i < 0 ? wg_tensor() : wg_params_tensor(p, i);
}
} // namespace detail

/* ---- contexts ---- */

class context
{
    detail::shared owner_;

  public:
    context(const context &) = default;
    context &operator=(const context &) = default;
    /* errors: where the end of the context prints its first error; nullptr: nowhere. */
    explicit context(const wg_start_opts &o = wg_start_opts(), FILE *errors = stderr, WG_CALLER)
        : owner_(new detail::owner(WG_SITE, o, errors))
    {
        detail::look(owner_->c);
    }
    operator wg_context *() const { return owner_->c; }
    const detail::shared &owner() const { return owner_; }
    /* The context of this thread, in double precision: that of values and objects that are made without one. */
    static context &of_thread()
    {
        struct for_now : context {
            for_now() : context(in_double()) {}
            ~for_now() { last_threads(owner()); }
        };
        static thread_local for_now c;
        return c;
    }
    /* false: errors are those of C. After a mistake the other calls do nothing, and finish() prints it. */
    void exceptions(bool on = true) { detail::throw_errors(owner_->c, on); }
    wg_status failed() const { return owner_->c ? wg_failed(owner_->c) : WG_OK; }
    std::string message() const { return owner_->c ? wg_message(owner_->c) : ""; }
    void recover() { wg_recover(owner_->c); }
    /* Frees everything, now. Returns 0, or the status of the first error: for `return c.finish();` in main. */
    int finish() { return owner_->finish(owner_->errors); }

  private:
    /* Values of a thread that has ended can be read for a while: its context is kept until 64 more threads have ended. */
    static void last_threads(const detail::shared &ended)
    {
        static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        static detail::shared *kept = new detail::shared[64];
        static unsigned n;
        const detail::lock hold(mutex);
        kept[n++ % 64] = ended;
    }
    static wg_start_opts in_double()
    {
        wg_start_opts o;
        o.dtype = WG_F64;
        return o;
    }
};

/* ---- graphs ---- */

class graph : public detail::handle<wg_graph>
{
  public:
    explicit graph(const detail::shared &o, wg_mode mode = WG_TRAIN) : handle(o, wg_graph_new(o->c), wg_graph_free)
    {
        begin(mode);
    }
    explicit graph(const context &c, wg_mode mode = WG_TRAIN) : graph(c.owner(), mode) {}
    explicit graph(wg_mode mode = WG_TRAIN) : graph(context::of_thread(), mode) {}
    /* Removes all values. Values without a graph of their own are made here from now on. */
    void begin(wg_mode mode = WG_TRAIN, WG_CALLER)
    {
        static_cast<void>(at);
        wg_begin(*this, mode);
        owner_->forget_nodes(raw());
        detail::graphs_here().begin(raw(), box_->its, owner_->its);
        detail::look(of());
    }
    wg_mode mode() const { return wg_graph_mode(*this); }
    int64_t size() const { return wg_graph_nodes(*this); }

    value input(const text &name, const wg_tensor &t, WG_CALLER) const { return wg_input_at(WG_SITE, *this, name.s, t); }
    /* Numbers of yours. Floats become the context's dtype, int32_t, int64_t and uint8_t stay what they are. */
    value input(const text &name, const array &a, WG_CALLER) const { return detail::input(at, *this, name.s, a); }
    value input(const text &name, std::initializer_list<element_of_list> list, WG_CALLER) const
    {
        return detail::input(at, *this, name.s, list);
    }
    value input(const text &name, array a, const wg::shape &s, WG_CALLER) const
    {
        if (s.numel() == static_cast<int64_t>(a.size())) return detail::input(at, *this, name.s, a.reshape(s));
        char buffer[128];
        wg_fail(of(), WG_SITE, WG_ERROR_SHAPE, "input %s: %zu elements are not a shape %s", name.s, a.size(),
                wg_shape_text(s, buffer, sizeof buffer));
        detail::look(of());
        return value();
    }
    value scalar(double v, WG_CALLER) const { return wg_scalar_at(WG_SITE, *this, v); }
    value param(wg_params *p, const text &name, const wg::shape &s, const wg_init &init = wg_init(), WG_CALLER) const
    {
        return detail::param(wg_param_at(WG_SITE, *this, p, name.s, s, init), p);
    }
    value state(wg_params *p, const text &name, const wg::shape &s, const wg_init &init = wg_init(), WG_CALLER) const
    {
        return wg_state_at(WG_SITE, *this, p, name.s, s, init);
    }
    void draw(const text &path, const wg_draw_opts &o = wg_draw_opts(), WG_CALLER) const
    {
        wg_draw_graph_at(WG_SITE, *this, path.s, &o), detail::look(of());
    }
};

namespace detail
{
/* A new graph for values of this thread, which the context frees. */
inline wg_graph *graph_of(const shared &o)
{
    wg_graph *g = wg_graph_new(o->c);
    wg_begin(g, WG_TRAIN);
    graphs_here().begin(g, ref<life>(new life), o->its);
    return g;
}
inline wg_graph *raw(const graph &g) { return g; }
inline wg_graph *current_graph()
{
    graphs_of_thread &here = graphs_here();
    while (here.first && here.first->is_over()) here.drop(&here.first);
    if (here.first) return here.first->g;
    return graph_of(context::of_thread().owner());
}
inline wg_node input_of_number(call_site at, wg_graph *g, double number)
{
    const float rounded = static_cast<float>(number);
    const bool wide = wg_context_dtype(wg_graph_context(g)) == WG_F64;
    const void *of = wide ? static_cast<const void *>(&number) : &rounded;
    return wg_input_at(WG_SITE, g, "", wg_view(wide ? WG_F64 : WG_F32, of, wg_shape()));
}
inline value input(call_site at, wg_graph *g, const char *name, const array &a)
{
    wg_context *c = wg_graph_context(g);
    if (!a.even()) {
        wg_fail(c, WG_SITE, WG_ERROR_SHAPE, "input%s%s: its rows have different lengths", *name ? " " : "", name);
        look(c);
        return value();
    }
    return a.with_tensor(wg_context_dtype(c),
                         [&](const wg_tensor &t) { return value(wg_input_at(WG_SITE, g, name, t)); });
}
} // namespace detail

/* y, h and c of a recurrent layer (recurrent.h). */
struct states {
    value y, h, c;
    states() = default;
    states(const wg_nn_states &s)
        : y(s.y), h(s.h), c(wg_is_none(s.c) ? value() : value(s.c))
    {
    }
    operator wg_nn_states() const
    {
        wg_nn_states s = WG_NO_STATES;
        s.y = y, s.h = h, s.c = c;
        return s;
    }
};

/* ---- parameters ---- */

class param_place;

/* The context frees a set of parameters: a graph may still have nodes of it. */
class params : public detail::handle<wg_params>
{
    params(const detail::shared &o, wg_params *p) : handle(o, p, nullptr) {}

  public:
    explicit params(const context &c) : params(c.owner(), wg_params_new(c))
    {
        if (owner_) owner_->sets = new detail::param_node{ wg_node(), raw(), owner_->sets };
    }
    params() : params(context::of_thread()) {}
    params in(const text &prefix, WG_CALLER) const
    {
        return params(owner_, wg_params_in_at(WG_SITE, *this, prefix.s));
    }
    /* A parameter, as a value of the graph of this thread. If p has none of that name, it is made with these first numbers. */
    value add(const text &name, const array &first, WG_CALLER) const
    {
        if (!has(name)) make(name, first, at);
        return get(name, at);
    }
    value add(const text &name, std::initializer_list<element_of_list> first, WG_CALLER) const
    {
        return add(name, array(first), at);
    }
    template <class V, class = detail::if_value<V>> value add(const text &name, const V &first, WG_CALLER) const
    {
        return add(name, array(first.to_vector(at)).reshape(first.shape()), at);
    }
    /* A parameter or state that is there, as a value of the graph of this thread. p["w"] = 0.5 makes it, or sets it. */
    value get(const text &name, WG_CALLER) const
    {
        const int i = wg_params_find(*this, name.s);
        if (i < 0) {
            wg_fail(of(), WG_SITE, WG_ERROR_USE, "params: there is no parameter \"%s\"; write p.add(\"%s\", first numbers)",
                    name.s, name.s);
            return looked(value());
        }
        const wg_shape s = wg_params_tensor(*this, i).shape;
        wg_graph *g = detail::current_graph();
        if (wg_graph_context(g) != of()) g = detail::graph_of(owner_); /* the first value of this context */
        if (wg_params_is_state(*this, i)) return wg_state_at(WG_SITE, g, *this, name.s, s, wg_init());
        return detail::param(wg_param_at(WG_SITE, g, *this, name.s, s, wg_init()), *this);
    }
    struct name_here {
        std::string name;
        call_site where;
        name_here(const char *n, WG_CALLER) : name(n), where(at) {}
        name_here(const std::string &n, WG_CALLER) : name(n), where(at) {}
    };
    inline param_place operator[](const name_here &name) const;
    bool has(const text &name) const { return wg_params_find(*this, name.s) >= 0; }
    size_t size() const { return wg_params_size(*this); } /* how many numbers are trained */
    std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        for (int i = 0; i < wg_params_count(*this); i++) all.push_back(wg_params_name(*this, i));
        return all;
    }
    double item(const text &name, WG_CALLER) const { return looked(wg_params_item_at(WG_SITE, *this, name.s)); }
    double grad_norm(WG_CALLER) const { return looked(wg_params_grad_norm_at(WG_SITE, *this)); }
    void save(const text &path, WG_CALLER) const { looked(wg_params_save_at(WG_SITE, *this, path.s)); }
    void load(const text &path, WG_CALLER) const { looked(wg_params_load_at(WG_SITE, *this, path.s)); }
    void freeze(const text &pattern, bool on = true, WG_CALLER) const
    {
        looked(wg_params_freeze_at(WG_SITE, *this, pattern.s, on));
    }

    /* Names and values: for (auto &[name, w] : p). */
    class iterator
    {
        const params *p_;
        int i_;
        call_site at_;

      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::pair<std::string, value>;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = value_type;
        iterator(const params *p, int i, call_site at) : p_(p), i_(i), at_(at) {}
        value_type operator*() const
        {
            const char *name = wg_params_name(*p_, i_);
            return value_type(name, p_->get(name, at_));
        }
        iterator &operator++() { return i_++, *this; }
        friend bool operator==(const iterator &a, const iterator &b) { return a.i_ == b.i_; }
        friend bool operator!=(const iterator &a, const iterator &b) { return a.i_ != b.i_; }
    };
    iterator begin(WG_CALLER) const { return iterator(this, 0, at); }
    iterator end(WG_CALLER) const { return iterator(this, wg_params_count(*this), at); }

  private:
    friend class param_place;
    template <class R> R looked(R result) const { return detail::look(of()), result; }
    void make(const text &name, const array &first, call_site at) const
    {
        first.with_tensor(wg_context_dtype(of()), [&](const wg_tensor &t) {
            return wg_params_find(*this, name.s) < 0 ? wg_params_make_at(WG_SITE, *this, name.s, t, false)
                                                     : wg_params_assign_tensor_at(WG_SITE, *this, name.s, t);
        });
        detail::look(of());
    }
};
/* A parameter by its name: a value, and what can be assigned numbers. */
class param_place : public value
{
    const params &p_;
    std::string name_;
    call_site at_;

  public:
    param_place(const params &p, const std::string &name, call_site at)
        : value(p.has(name) ? p.get(name, at) : value()), p_(p), name_(name), at_(at)
    {
    }
    const param_place &operator=(const wg::array &numbers) const { return p_.make(name_, numbers, at_), *this; }
    template <class V, class = detail::if_value<V>> const param_place &operator=(const V &v) const
    {
         return *this = wg::array(v.to_vector(at_)).reshape(v.shape());
    }
    const param_place &operator=(std::initializer_list<element_of_list> numbers) const { return *this = wg::array(numbers); }
};
inline param_place params::operator[](const name_here &n) const { return param_place(*this, n.name, n.where); }

/* ---- optimizers ---- */

class optimizer : public detail::handle<wg_optim>
{
    wg_params *p_;

  public:
    optimizer(const params &p, wg_optim *o) : handle(p.owner(), o, wg_optim_free), p_(p) {}
    void step(WG_CALLER) { wg_optim_step_at(WG_SITE, *this), detail::look(of()); }
    /* The gradients of a loss, and a step with them. Returns the loss. */
    double step(const value &loss, WG_CALLER)
    {
        loss.backward(p_, at);
        const double l = loss.item(at);
        step(at);
        return l;
    }
    void zero_grad() {} /* backward() replaces the gradients: there is nothing to do */
    void set_lr(double lr, WG_CALLER) { wg_optim_set_lr_at(WG_SITE, *this, lr), detail::look(of()); }
    void lr(double lr, WG_CALLER) { set_lr(lr, at); }
    double lr() const { return wg_optim_lr(*this); }
    double clip_norm(double most, WG_CALLER)
    {
        const double norm = wg_optim_clip_norm_at(WG_SITE, *this, most);
        return detail::look(of()), norm;
    }
    void clip_value(double most, WG_CALLER) { wg_optim_clip_value_at(WG_SITE, *this, most), detail::look(of()); }
    void group(const text &pattern, const wg_group_opts &o, WG_CALLER)
    {
        wg_optim_group_at(WG_SITE, *this, pattern.s, &o), detail::look(of());
    }
};

/* wg::adam opt(p, { .lr = 1e-3 }); wg::sgd opt(p, 0.1); auto opt = wg::lion(p); */
#define WG_OPTIMIZER_(name)                                                                           \
    class name : public optimizer                                                                     \
    {                                                                                                 \
        static wg_##name##_opts with_lr(double lr)                                                    \
        {                                                                                             \
            wg_##name##_opts o;                                                                       \
            o.lr = lr;                                                                                \
            return o;                                                                                 \
        }                                                                                             \
                                                                                                      \
      public:                                                                                         \
        explicit name(const params &p, const wg_##name##_opts &o = wg_##name##_opts(), WG_CALLER)     \
            : optimizer(p, wg_##name##_at(WG_SITE, p, &o))                                            \
        {                                                                                             \
        }                                                                                             \
        template <class N, class = if_number<N>>                                                      \
        name(const params &p, N lr, WG_CALLER) : name(p, with_lr(static_cast<double>(lr)), at)        \
        {                                                                                             \
        }                                                                                             \
    };
WG_OPTIMIZERS(WG_OPTIMIZER_)
#undef WG_OPTIMIZER_

/* ---- data ---- */

class data : public detail::handle<wg_data>
{
  public:
    data(const detail::shared &o, wg_data *d) : handle(o, d, wg_data_free) {}
    data split(double share, WG_CALLER) { return data(owner_, wg_data_split_at(WG_SITE, *this, share)); }
    data fold(int i, int of, WG_CALLER) { return data(owner_, wg_data_fold_at(WG_SITE, *this, i, of)); }
    void normalise(const text &which, WG_CALLER)
    {
        wg_data_normalise_at(WG_SITE, *this, which.s), detail::look(of());
    }
    void normalise_like(const data &other, WG_CALLER)
    {
        wg_data_normalise_like_at(WG_SITE, *this, other), detail::look(of());
    }
    void shuffle(bool on = true) { wg_data_shuffle(*this, on); }
    int64_t rows() const { return wg_data_rows(*this); }
    std::string column(int64_t k) const { return wg_data_column(*this, k); } /* the name of column k of x */
    int epoch() const { return wg_data_epoch(*this); }
    /* false: the epoch has ended. */
    bool next(wg_batch &b, int64_t size, WG_CALLER)
    {
        const bool more = wg_data_next_at(WG_SITE, *this, &b, size);
        return detail::look(of()), more;
    }
    wg_batch all()
    {
        wg_batch b = wg_batch();
        wg_data_all(*this, &b);
        return b;
    }
};
inline data digits(const context &c = context::of_thread(), WG_CALLER)
{
    return data(c.owner(), wg_data_digits_at(WG_SITE, c));
}
inline data mnist(const context &c, const text &folder, wg_mode part, WG_CALLER)
{
    return data(c.owner(), wg_data_mnist_at(WG_SITE, c, folder.s, part));
}
inline data csv(const context &c, const text &path, const wg_csv_opts &o = wg_csv_opts(), WG_CALLER)
{
    return data(c.owner(), wg_data_csv_at(WG_SITE, c, path.s, &o));
}
inline data csv(const text &path, const wg_csv_opts &o = wg_csv_opts(), WG_CALLER)
{
    return csv(context::of_thread(), path, o, at);
}
inline data make_data(const text &name, int64_t n = 0, const wg_make_opts &o = wg_make_opts(), WG_CALLER)
{
    const context &c = context::of_thread();
    return data(c.owner(), wg_data_make_at(WG_SITE, c, name.s, n, &o));
}

} // namespace wg
#endif
