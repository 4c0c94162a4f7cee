/* SPDX-License-Identifier: MIT */
/* wengert.hpp: Wengert for C++17 and later: values with operators, objects that free themselves, exceptions
 * if you want them. It is a header over the C functions, which stay usable beside it.
 *
 *     #include <wengert/wengert.hpp>
 *
 *     wg::context c;
 *     wg::graph   g(c);
 *     wg::value   x = g.input("x", { 1, 2, 3 });
 *     wg::value   y = wg::sum(x * x + 1);
 *     std::printf("%g\n", y.item());                              17
 *     for (double d : y.grad(x).to_vector()) std::printf("%g ", d);    2 4 6
 *
 * Every macro of the C headers takes and gives values: wg::value h = wg_nn_dense(x, p, "fc1", 64, .bias =
 * false). cplusplus.h says how options are written in C++.
 *
 * Errors are those of C: after a mistake the other calls do nothing, and finish(), or the end of the last
 * object of a context, prints the first error. After c.exceptions() the call that fails throws wg::error
 * instead, with the same text, and the context goes on. A macro of C throws where its result becomes a
 * value.
 *
 * Objects are handles: copies are the same object. The context lives until the last object made from it is
 * gone. */
#ifndef WENGERT_HPP
#define WENGERT_HPP

#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "values.hpp"

namespace wg
{
namespace detail
{

/* The context and the stream for its error. The last object that shares it finishes the context. */
struct owner {
    wg_context *c;
    FILE *errors;
    int status = 0;
    owner(wg_site here, const wg_start_opts &o, FILE *stream) : c(wg_start_at(here, &o)), errors(stream) {}
    owner(const owner &) = delete;
    owner &operator=(const owner &) = delete;
    ~owner() { finish(errors); }
    int finish(FILE *stream)
    {
        if (!c) return status;
        {
            std::lock_guard<std::mutex> hold(throwers().lock);
            throwers().contexts.erase(c);
        }
        status = wg_finish(c, stream);
        c = nullptr;
        return status;
    }
};
using shared = std::shared_ptr<owner>;

/* A handle to an object of C, freed by Free with its last copy unless the context has freed it. NULL as
 * Free: the context frees it. */
template <class T> class handle
{
  protected:
    shared owner_;
    std::shared_ptr<T> raw_;

  public:
    handle() = default;
    handle(shared o, T *raw, void (*release)(T *))
        : owner_(o), raw_(raw, [o, release](T *t) {
              if (t && release && o->c) release(t);
          })
    {
        look(o->c);
    }
    operator T *() const { return owner_ && owner_->c ? raw_.get() : nullptr; }
    wg_context *of() const { return owner_ ? owner_->c : nullptr; }
};

} // namespace detail

/* ---- contexts, parameters, optimizers, graphs, data ---- */

class context
{
    detail::shared owner_;

  public:
    /* errors: where the end of the context prints its first error; nullptr: nowhere. */
    explicit context(const wg_start_opts &o = {}, FILE *errors = stderr, WG_CALLER)
        : owner_(std::make_shared<detail::owner>(WG_SITE, o, errors))
    {
    }
    operator wg_context *() const { return owner_->c; }
    const detail::shared &owner() const { return owner_; }

    void exceptions(bool on = true)
    {
        std::lock_guard<std::mutex> hold(detail::throwers().lock);
        if (on) detail::throwers().contexts[owner_->c] = std::this_thread::get_id();
        else detail::throwers().contexts.erase(owner_->c);
    }
    wg_status failed() const { return owner_->c ? wg_failed(owner_->c) : WG_OK; }
    std::string message() const { return owner_->c ? wg_message(owner_->c) : ""; }
    void recover() { wg_recover(owner_->c); }
    /* Frees everything, now. Returns 0, or the status of the first error: for `return c.finish();` in main.
     * */
    int finish() { return owner_->finish(owner_->errors); }
};

/* The context frees a set of parameters: a graph may still have nodes of it. */
class params : public detail::handle<wg_params>
{
    params(detail::shared o, wg_params *p) : handle(o, p, nullptr) {}

  public:
    explicit params(const context &c) : params(c.owner(), wg_params_new(c)) {}
    params in(const char *prefix, WG_CALLER) const
    {
        return params(owner_, wg_params_in_at(WG_SITE, *this, prefix));
    }
    size_t size() const { return wg_params_size(*this); }
    double item(const char *name, WG_CALLER) const { return looked(wg_params_item_at(WG_SITE, *this, name)); }
    double grad_norm(WG_CALLER) const { return looked(wg_params_grad_norm_at(WG_SITE, *this)); }
    void save(const char *path, WG_CALLER) const { looked(wg_params_save_at(WG_SITE, *this, path)); }
    void load(const char *path, WG_CALLER) const { looked(wg_params_load_at(WG_SITE, *this, path)); }
    const detail::shared &owner() const { return owner_; }

  private:
    template <class R> R looked(R result) const { return detail::look(of()), result; }
};

class optimizer : public detail::handle<wg_optim>
{
  public:
    optimizer(const params &p, wg_optim *o) : handle(p.owner(), o, wg_optim_free) {}
    void step(WG_CALLER) { wg_optim_step_at(WG_SITE, *this), detail::look(of()); }
    void set_lr(double lr, WG_CALLER) { wg_optim_set_lr_at(WG_SITE, *this, lr), detail::look(of()); }
    double lr() const { return wg_optim_lr(*this); }
    double clip_norm(double most, WG_CALLER)
    {
        const double norm = wg_optim_clip_norm_at(WG_SITE, *this, most);
        return detail::look(of()), norm;
    }
};

#define WG_OPTIMIZER_(name)                                                           \
    inline optimizer name(const params &p, const wg_##name##_opts &o = {}, WG_CALLER) \
    {                                                                                 \
        return optimizer(p, wg_##name##_at(WG_SITE, p, &o));                          \
    }
WG_OPTIMIZERS(WG_OPTIMIZER_)
#undef WG_OPTIMIZER_

class graph : public detail::handle<wg_graph>
{
  public:
    explicit graph(const context &c, wg_mode mode = WG_TRAIN)
        : handle(c.owner(), wg_graph_new(c), wg_graph_free)
    {
        begin(mode);
    }
    /* Removes all values. */
    void begin(wg_mode mode = WG_TRAIN) { wg_begin(*this, mode), detail::look(of()); }

    value input(const char *name, const wg_tensor &t, WG_CALLER)
    {
        return wg_input_at(WG_SITE, *this, name, t);
    }
    /* float and double become the context's dtype, int32_t, int64_t and uint8_t stay what they are. Without a
     * shape it is a vector. */
    template <class T> value input(const char *name, const std::vector<T> &v, const wg::shape &s, WG_CALLER)
    {
        return typed(WG_SITE, name, v, s);
    }
    template <class T> value input(const char *name, const std::vector<T> &v, WG_CALLER)
    {
        return typed(WG_SITE, name, v, wg::shape{ static_cast<int64_t>(v.size()) });
    }
    value input(const char *name, std::initializer_list<double> v, WG_CALLER)
    {
        return typed(WG_SITE, name, std::vector<double>(v), wg::shape{ static_cast<int64_t>(v.size()) });
    }
    value input(const char *name, std::initializer_list<std::initializer_list<double>> rows, WG_CALLER)
    {
        std::vector<double> all;
        for (const auto &row : rows) all.insert(all.end(), row.begin(), row.end());
        const int64_t n = static_cast<int64_t>(rows.size()),
                      m = n ? static_cast<int64_t>(rows.begin()->size()) : 0;
        for (const auto &row : rows)
            if (static_cast<int64_t>(row.size()) != m) return uneven(WG_SITE, name);
        return typed(WG_SITE, name, all, wg::shape{ n, m });
    }
    value scalar(double v, WG_CALLER) { return wg_scalar_at(WG_SITE, *this, v); }
    value param(const params &p, const char *name, const wg::shape &s, wg_init init = wg_init(), WG_CALLER)
    {
        return wg_param_at(WG_SITE, *this, p, name, s, init);
    }

  private:
    value uneven(wg_site here, const char *name)
    {
        wg_fail(of(), here, WG_ERROR_SHAPE, "input %s: its rows have different lengths", name);
        detail::look(of());
        return value();
    }
    template <class T>
    value typed(wg_site here, const char *name, const std::vector<T> &v, const wg::shape &s)
    {
        if (wg_shape_size(s) != static_cast<int64_t>(v.size())) {
            char text[128];
            wg_fail(of(), here, WG_ERROR_SHAPE, "input %s: %zu elements are not a shape %s", name, v.size(),
                    wg_shape_text(s, text, sizeof text));
            detail::look(of());
            return value();
        }
        if constexpr (std::is_floating_point<T>::value) {
            if (wg_context_dtype(of()) == WG_F64) return converted<double>(here, name, WG_F64, v, s);
            return converted<float>(here, name, WG_F32, v, s);
        } else if constexpr (std::is_same<T, bool>::value)
            return converted<uint8_t>(here, name, WG_BOOL, v, s);
        else if constexpr (sizeof(T) == 1) return converted<uint8_t>(here, name, WG_U8, v, s);
        else if constexpr (sizeof(T) == 4) return converted<int32_t>(here, name, WG_I32, v, s);
        else return converted<int64_t>(here, name, WG_I64, v, s);
    }
    template <class To, class T>
    value converted(wg_site here, const char *name, wg_dtype t, const std::vector<T> &v, const wg_shape &s)
    {
        const std::vector<To> to(v.begin(), v.end());
        return wg_input_at(here, *this, name, wg_view(t, to.data(), s));
    }
};

class data : public detail::handle<wg_data>
{
  public:
    data(detail::shared o, wg_data *d) : handle(o, d, wg_data_free) {}
    data split(double share, WG_CALLER) { return data(owner_, wg_data_split_at(WG_SITE, *this, share)); }
    void normalise(const char *which, WG_CALLER)
    {
        wg_data_normalise_at(WG_SITE, *this, which), detail::look(of());
    }
    int64_t rows() const { return wg_data_rows(*this); }
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
inline data digits(const context &c, WG_CALLER) { return data(c.owner(), wg_data_digits_at(WG_SITE, c)); }
inline data csv(const context &c, const char *path, const wg_csv_opts &o = {}, WG_CALLER)
{
    return data(c.owner(), wg_data_csv_at(WG_SITE, c, path, &o));
}

/* ---- the gradient check ---- */

class report
{
    std::shared_ptr<wg_check> raw_;

  public:
    explicit report(wg_check *r) : raw_(r, wg_check_free) {}
    operator wg_check *() const { return raw_.get(); }
    bool passes() const { return wg_check_verdict(raw_.get()) == WG_PASS; }
    std::string verdict() const { return wg_verdict_name(wg_check_verdict(raw_.get())); }
    double ratio() const { return wg_check_facts_of(raw_.get())->ratio; }
    void print(FILE *out = stdout) const { wg_check_print(raw_.get(), out); }
};

/* The gradient of a loss by the parameters of p; without p by all named inputs. */
inline report check(const value &loss, wg_params *p = nullptr, const wg_gradcheck_opts &o = {},
                    WG_CALLER)
{
    report r(wg_gradcheck_at(WG_SITE, loss, p, &o));
    detail::look(detail::context_of(loss));
    return r;
}
/* A function of yours: it returns its value at x and, unless g is nullptr, writes its gradient to *g, which
 * has as many elements as x. What it throws is thrown again. */
using function = std::function<double(const std::vector<double> &x, std::vector<double> *g)>;

namespace detail
{

struct checked {
    const function *f;
    std::exception_ptr thrown;
    static double call(size_t n, const double *x, double *g, void *user) noexcept
    {
        checked *c = static_cast<checked *>(user);
        try {
            if (c->thrown) return __builtin_nan("");
            std::vector<double> gradient(g ? n : 0);
            const double y = (*c->f)(std::vector<double>(x, x + n), g ? &gradient : nullptr);
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

inline report check(const function &f, const std::vector<double> &x, const wg_gradcheck_opts &o = {},
                    WG_CALLER)
{
    detail::checked c{ &f, nullptr };
    const report r(wg_gradcheck_fn_at(WG_SITE, detail::checked::call, x.size(), x.data(), &c, &o));
    if (c.thrown) std::rethrow_exception(c.thrown);
    detail::look(nullptr);
    return r;
}

#undef WG_CALLER
#undef WG_SITE

} // namespace wg

#endif
