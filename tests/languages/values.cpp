// values.cpp: wengert.hpp. Every expectation is computed by hand.
#include <wengert/wengert.hpp>

#include <cmath>
#include <functional>
#include <string>

static int wrong;

static void expect(int line, bool ok)
{
    if (!ok) std::printf("values.cpp:%d is wrong\n", line), wrong++;
}
#define EXPECT(ok) expect(__LINE__, ok)

using numbers = std::vector<double>;

static void arithmetic(const wg::context &c)
{
    wg::graph g(c);
    wg::value x = g.input("x", { 1, 2, 3 }), M = g.input("M", { { 1, 2, 3 }, { 4, 5, 6 } });
    EXPECT((2 * x - 1 / x + x / 2).to_vector() == (numbers{ 1.5, 4.5, 7.5 - 1.0 / 3 }));
    EXPECT((M + x).to_vector() == (numbers{ 2, 4, 6, 5, 7, 9 })); // broadcasting
    EXPECT((wg_relu(x - 2) + 1).to_vector<int>() == (std::vector<int>{ 1, 1, 2 })); // beside a node of C
    EXPECT((-x).to_vector() == (numbers{ -1, -2, -3 }) && (x > 1.5).to_vector<int>()[1] == 1);
    EXPECT(wg::matmul(M, M.T()).to_vector() == (numbers{ 14, 32, 32, 77 }));
    EXPECT(wg::sum(M, { 0 }).to_vector() == (numbers{ 5, 7, 9 }) && wg::mean(M).item() == 3.5);
    EXPECT(wg::sum(M, 1, true).shape().rank() == 2 && M.shape()[1] == 3 && M.dim(-1) == 3);
    EXPECT(M.shape()[-1] == 3 && M.shape()[-2] == 2);
    EXPECT(wg::pow(x, 2).to_vector()[2] == 9 && wg::maximum(2, x).to_vector()[0] == 2);
    EXPECT(wg::where(x > 2, x, 0).to_vector() == (numbers{ 0, 0, 3 }));
    EXPECT(M.item(0, 1) == 2 && M.item(1, -1) == 6 && x.item(2) == 3);
    EXPECT(M.reshape({ 3, -1 }).shape()[1] == 2 && std::fabs(wg::sum(wg::softmax(x)).item() - 1) < 1e-12);
    x += 1, x *= 2;
    EXPECT(x.to_vector() == (numbers{ 4, 6, 8 }));
    const std::vector<int32_t> classes{ 2, 0 };
    EXPECT(g.input("k", classes).dtype() == WG_I32);
    EXPECT(g.input("f", std::vector<float>{ 1 }).dtype() == WG_F64);
    EXPECT(g.input("t", numbers(6, 1.0), { 2, 3 }).shape()[0] == 2 && x.named("twice").name() == "twice");
}

static void derivatives(const wg::context &c)
{
    wg::graph g(c);
    wg::value x = g.input("x", { 1, 2, 3 }), w = g.scalar(2), y = w * wg::sum(x * x);
    EXPECT(y.grad(x).to_vector() == (numbers{ 4, 8, 12 }));
    const std::vector<wg::value> both = y.grads({ w, x });
    EXPECT(both[0].item() == 14 && wg::sum(both[1]).item() == 24);
    EXPECT(wg::sum(both[1]).grad(w).item() == 2 * 6); // of second order
    EXPECT(wg::check(y).passes());

    wg::params p(c);
    {
        wg::optimizer o = wg::sgd(p, WG_OPTS(wg_sgd_opts, .lr = 0.25));
        for (int i = 0; i < 50; i++) {
            g.begin();
            wg::value t = g.param(p, "t", {}, wg_const(5));
            wg::square(t - 3).backward(p); // t - 3 is halved by each step
            EXPECT(std::fabs(p.grad_norm() - 2 * 2 * std::pow(0.5, i)) < 1e-9);
            o.step();
        }
        EXPECT(o.lr() == 0.25);
    }
    wg::optimizer another = wg::adam(p); // the first one is gone
    EXPECT(std::fabs(p.item("t") - 3) < 1e-12);
    EXPECT(g.input("z", { 1 }).svg().find("<svg") == 0);
}

static double good(const numbers &x, numbers *g)
{
    if (g) *g = { 2 * x[0] * x[1], x[0] * x[0] };
    return x[0] * x[0] * x[1];
}

static void functions_of_yours()
{
    EXPECT(wg::check(good, { 1.5, -2 }).passes());
    const auto bad = [](const numbers &x, numbers *g) {
        if (g) *g = { x[0] };
        return x[0] * x[0]; // its derivative is 2 x
    };
    EXPECT(wg::check(bad, { 3 }).verdict() == "fail");
    bool thrown = false;
    try {
        wg::check([](const numbers &, numbers *) -> double { throw std::runtime_error("mine"); }, { 3 });
    } catch (const std::runtime_error &e) {
        thrown = e.what() == std::string("mine");
    }
    EXPECT(thrown);
}

static std::string message_of(const wg::value &a, const wg::value &b, int &line)
{
    try {
        line = __LINE__ + 1;
        static_cast<void>(a + b);
        return "";
    } catch (const wg::error &e) {
        EXPECT(e.status() == WG_ERROR_SHAPE);
        return e.what();
    }
}

static void errors()
{
    wg::context c({}, nullptr);
    c.exceptions(false);
    wg::graph g(c);
    wg::value x = g.input("x", { 1, 2, 3 }), y = g.input("y", { 1, 2 });
    const wg::value before = x + y; const int at = __LINE__;
    EXPECT(c.failed() == WG_ERROR_SHAPE && !before.ok() && std::isnan(before.item()));
    const std::string place = "values.cpp:" + std::to_string(at) + ": add: ";
    EXPECT(c.message().find(place) != std::string::npos && c.message().find("x [3]") != std::string::npos);
    c.recover();

    c.exceptions();
    int line = 0;
    const std::string text = message_of(x, y, line);
    EXPECT(text.find("values.cpp:" + std::to_string(line) + ": add: ") != std::string::npos);
    EXPECT(c.failed() == WG_OK && wg::sum(x).item() == 6); // the context goes on
    bool of_macro = false;
    try {
        static_cast<void>(wg::value(wg_sum(x, .axis = 7)));
    } catch (const wg::error &) {
        of_macro = true;
    }
    EXPECT(of_macro);
    c.exceptions(false);
    EXPECT(!g.input("ragged", { { 1, 2 }, { 3 } }).ok() && c.failed() == WG_ERROR_SHAPE);
    EXPECT(c.finish() == WG_ERROR_SHAPE); // g is freed afterwards, and is NULL now
    EXPECT(static_cast<wg_graph *>(g) == nullptr && c.finish() == WG_ERROR_SHAPE);
}

/* A call of a value that is none throws itself: the next call, which is right, goes on. */
static void errors_of_no_value()
{
    wg::context c({}, nullptr), quiet({}, nullptr);
    quiet.exceptions(false);
    wg::graph g(c), h(quiet);
    const wg::value x = g.input("x", { 1, 2, 3 }), y = h.input("y", { 1, 2, 3 });
    wg::value e, gone;
    {
        wg::graph k(c);
        gone = k.input("k", { 1, 2, 3 });
    }
    wg::params p(c);
    const double one[] = { 1 };
    std::vector<std::function<void()>> forms;
    for (const wg::value &v : { e, gone, y }) {
        const bool none = !v.ok(); // y alone is right in its own context
        forms.push_back([=] { v + x; });
        forms.push_back([=] { x * v; });
        forms.push_back([=] { wg::matmul(v, x); });
        forms.push_back([=] { wg::matmul(x, v); });
        forms.push_back([=] { wg::maximum(v, x); });
        forms.push_back([=] { wg::where(v, x, x); });
        forms.push_back([=] { wg::where(x > 1, x, v); });
        forms.push_back([=] { wg::sum(x).grad(v); });
        forms.push_back([=] { wg::sum(x).grads({ x, v }); });
        if (!none) continue;
        forms.push_back([=] { v + 1; });
        forms.push_back([=] { 1 / v; });
        forms.push_back([=] { v + v; });
        forms.push_back([=] { -v; });
        forms.push_back([=] { wg::exp(v); });
        forms.push_back([=] { wg::sum(v); });
        forms.push_back([=] { wg::softmax(v); });
        forms.push_back([=] { wg::value(wg_relu(v)); });
        forms.push_back([=] { v.item(); });
        forms.push_back([=] { v.item(0); });
        forms.push_back([=] { v.to_vector(); });
        forms.push_back([=] { v.dim(0); });
        forms.push_back([=] { v.named("v"); });
        forms.push_back([=] { v.keep(); });
        forms.push_back([=] { v.T(); });
        forms.push_back([=] { v.reshape({ 3 }); });
        forms.push_back([=] { v.grad(x); });
        forms.push_back([=] { v.grads({ x }); });
        forms.push_back([=] { v.set(wg_view_f64(one, wg::shape{ 1 })); });
        forms.push_back([=] { v.backward(p); });
        forms.push_back([=] { v.svg(); });
        forms.push_back([=] { v.draw("none.svg"); });
    }
    for (size_t i = 0; i < forms.size(); i++) {
        bool thrown = false;
        try {
            forms[i]();
        } catch (const wg::error &) {
            thrown = true;
        }
        if (!thrown) std::printf("form %zu does not throw\n", i), wrong++;
        EXPECT(!c.failed() && !quiet.failed() && wg::sum(x * x).item() == 14 && wg::sum(y).item() == 6);
    }
    EXPECT(forms.size() > 70);
}

/* All elements are what they are, as far as the type has them; what it has not becomes the nearest. */
static void elements()
{
    wg::context c(WG_OPTS(wg_start_opts, .dtype = WG_F64), nullptr);
    wg::graph g(c);
    const int64_t odd = (INT64_C(1) << 53) + 1;
    const std::vector<int64_t> whole{ odd, -odd, INT64_MAX, INT64_MIN, 0 };
    const wg::value x = g.input("x", whole);
    EXPECT(x.to_vector<int64_t>() == whole && wg::max(x).to_vector<int64_t>()[0] == INT64_MAX);
    EXPECT((x + 0).to_vector<int64_t>() == whole && x.to_vector()[0] == 9007199254740992.0);
    const wg::value f = g.input("f", { 2.9, -2.9, 1e300, -1e300, NAN, 3e9 });
    EXPECT(f.to_vector<int>() == (std::vector<int>{ 2, -2, INT32_MAX, INT32_MIN, 0, INT32_MAX }));
    EXPECT(f.to_vector<uint8_t>() == (std::vector<uint8_t>{ 2, 0, 255, 0, 0, 255 }));
    EXPECT(f.to_vector<int64_t>() == (std::vector<int64_t>{ 2, -2, INT64_MAX, INT64_MIN, 0, 3000000000 }));
    EXPECT(f.to_vector<float>()[0] == 2.9F && g.input("t", std::vector<bool>{ true, false }).to_vector<bool>()[0]);
    EXPECT(c.finish() == 0);
}

template <class F> static std::string thrown_by(F f)
{
    try {
        f();
    } catch (const std::exception &e) {
        return e.what();
    }
    return "nothing";
}
static bool has(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

/* What is assigned to a part changes the variable, and nothing else; it keeps its dtype. */
static void parts()
{
    wg::value x = { 1, 2, 3 }, old = x, A = { { 1, 2 }, { 3, 4 } }, b = { true, false }, n = { 1, INFINITY, NAN };
    x[0] = 5, x[x > 2] *= 10;
    EXPECT(x.to_vector() == (numbers{ 50, 2, 30 }) && old.to_vector() == (numbers{ 1, 2, 3 }));
    auto first = A[0], second = A[0];
    first[0] = 10, second[1] = 20;
    EXPECT(A.to_vector() == (numbers{ 10, 20, 3, 4 })); // both writes
    auto corner = A[1][0];
    corner = 7, corner += 1;
    EXPECT(A.item(1, 0) == 8 && corner.item() == 8);
    A[0] = A[1], A(1, 1) = x[1];
    EXPECT(A.to_vector() == (numbers{ 8, 4, 8, 2 }));
    b[1] = true, n[wg::all()] = 0;
    EXPECT(b.dtype() == WG_BOOL && b.to_vector<int>() == (std::vector<int>{ 1, 1 }) && n.to_vector() == (numbers{ 0, 0, 0 }));
    wg::value w = { 1, 2, 3 }, y = w * w;
    y[1] = 10 * w[0], y[wg::slice(2)] = { 7 };
    EXPECT(wg::grad(y.sum(), w).to_vector() == (numbers{ 2 + 10, 0, 0 })); // the gradient of what is still there
    wg::value one{ w }, same = { w };
    EXPECT(one.dim() == 1 && same.dim() == 1 && wg::stack({ w }).dim() == 2 && wg::hessian((w * w).sum(), { w }).dim() == 2);
    EXPECT(x[-1].item() == 30 && A.index({ "...", 1 }).item(0) == 4 && wg::view(A, wg::all(), 0).item(1) == 8);
    const wg::value three = wg::recompute_chain(w, [](wg::value v, int i) { return v * (i + 1); }, 3); // 3! w
    EXPECT(three.item(1) == 12 && wg::grad(three.sum(), w).item(0) == 6);
    EXPECT(w.slice(WG_WITH(.axis = 0, .from = 1)).item(0) == 2 && w.split(3)[2].item(0) == 3 && w.cast(WG_I32).dtype() == WG_I32);
    const wg::value flat = { { 1, 2 }, { 3, 4 } }, rows = std::vector<int>{ 0, 1 };
    EXPECT(flat.reshape({ -1 })[rows * flat.size(1) + rows].to_vector() == (numbers{ 1, 4 })); // as the message says
    EXPECT(has(thrown_by([&] { static_cast<void>(x[x.sum() > 0]); }), "has an axis at least"));
    EXPECT(has(thrown_by([&] { x[wg::slice(0, wg::none(), 2)] = { 1, 2 }; }), "a slice with steps takes one number"));
    EXPECT(has(thrown_by([&] { static_cast<void>((wg::value{ 1, 2 } & 1)); }), "are for bools"));
}

/* Two sets, two graphs, two calls: what one does the other does not see. */
static void two_of_each()
{
    wg::params p, q;
    wg::value a = p.add("w", 1.0), b = q.add("w", 2.0);
    ((a - 3) * (a - 3) + (b - 3) * (b - 3)).backward();
    wg::sgd of_p(p, 0.5);
    of_p.step();
    EXPECT(a.item() == 3 && b.item() == 2 && p["w"].item() == 3 && p.add("w", 9.0).item() == 3);
    p["w"] = 4.0;
    EXPECT(a.item() == 4 && p.in("layer").add("v", 1.5).item() == 1.5);

    wg::value x = 2.0;
    const auto bad = wg::op("bad", [](double) -> double { throw std::range_error("mine"); }, [](double) { return 1.0; });
    EXPECT(thrown_by([&] { bad(x).item(); }) == "mine");
    EXPECT(thrown_by([&] { static_cast<void>(wg::check(bad(x), x)); }) == "mine");
    EXPECT(has(thrown_by([&] { static_cast<void>(wg::value({ 1, 2 }) + wg::value({ 1, 2, 3 })); }), "add: shapes"));
    for (double k : { 2.0, 3.0 }) { // a rule with another number each time
        const auto scaled = wg::op("scaled", [](wg::value v) { return v * v; },
                                   [k](wg::value v, wg::value, wg::value gy) { return k * v * gy; });
        EXPECT(wg::grad(scaled(x), x).item() == k * 2);
        wg::value t = 1.0, end = wg::odeint(t, [k](wg::value, wg::value u) { return k * u; }, 0, 1, WG_WITH(.rtol = 1e-9));
        EXPECT(std::fabs(end.item() - std::exp(k)) < 1e-6 && std::fabs(wg::grad(end, t).item() - std::exp(k)) < 1e-6);
    }
    {
        wg::graph g;
        wg::value inside = 1.0;
        g.begin();
        EXPECT(!inside.ok() && wg::value(2.0).ok() && thrown_by([&] { static_cast<void>(inside + 1); }) != "nothing");
        wg::graph copy = g, moved = std::move(copy);
        copy.begin(); // what was moved from is the same graph
    }
    EXPECT(x.ok() && (x * x).item() == 4); // the graph of the thread again
    {
        wg::context c(WG_WITH(.dtype = WG_F32));
        wg::graph g(c);
        wg::value single = { 0.1 };
        EXPECT(single.dtype() == WG_F32);
        c.finish();
        EXPECT(wg::value({ 0.1 }).dtype() == WG_F64);
    }
    double sum = 0;
    int batches = 0;
    const wg::value X = { { 1, 2 }, { 3, 4 }, { 5, 6 } }, Y = { 1, 2, 3 };
    for (int epoch = 0; epoch < 2; epoch++)
        for (const auto &batch : wg::batches(X, Y, 2)) sum += double((batch.x.sum(1) * batch.y).sum()), batches++;
    wg::batches again(X, Y, 2);
    for (const auto &batch : again)
        if (batch.x.ok()) break;
    int64_t rows = 0;
    for (const auto &batch : again) rows += batch.x.size(0);
    EXPECT(rows == 3); // all rows, also after a loop that was left
    const wg::value k = std::vector<int>{ 0, 1 };
    EXPECT(has(thrown_by([&] { static_cast<void>(X(k, k)); }), "two lists of places"));
    EXPECT(has(thrown_by([&] { p["w"] = { 1, 2 }; }), "values.cpp:"));
    EXPECT(batches == 4 && sum == 2 * (3 * 1 + 7 * 2 + 11 * 3) && X.sum().item() == 21);
}

/* Numbers keep what they are. */
static void conversions()
{
    const wg::value A = std::vector<std::vector<int>>{ { 1, 2 }, { 3, 4 } }, v = { 1, 2, 3 };
    EXPECT(A.dtype() == WG_I64 && A.item(1, 0) == 3 && wg::value(std::vector<bool>{ true }).dtype() == WG_BOOL);
    const long long odd = (1LL << 53) + 1;
    const wg::value big = std::vector<long long>{ odd };
    EXPECT(big.to_vector<long long>()[0] == odd && big[0].item<int64_t>() == odd);
    const std::array<int, 3> three = v;
    const std::vector<float> floats = v;
    EXPECT(three[2] == 3 && floats[1] == 2.0F && has(thrown_by([&] { std::array<int, 2> two = v; two[0]++; }), "std::array"));
    EXPECT(has(thrown_by([] { static_cast<void>(wg::value{ { 1, 2 }, { 3 } }); }), "different lengths"));
    int n = 3, count = 0;
    for (double e : v) count += e > 1;
    EXPECT(count == 2 && (n > 2 && v[0] > 0) && !(v[0] > 1) && v.shape().size() == 3 - 2 && v.size() == 3);
    EXPECT(wg::pow(2, v).to_vector() == (numbers{ 2, 4, 8 }) && (v % 2).to_vector() == (numbers{ 1, 0, 1 }));
    EXPECT(A.sum(0, true).dim() == 2 && A.sum({ 0, 1 }).dim() == 0 && wg::softmax(v * 0, 0).item(2) == 1.0 / 3);
}

static wg::graph outlives() { return wg::graph(wg::context()); }

int main()
{
    {
        wg::context c(WG_OPTS(wg_start_opts, .threads = 1, .dtype = WG_F64));
        arithmetic(c), derivatives(c);
        if (c.finish()) wrong++;
    }
    functions_of_yours(), errors(), errors_of_no_value(), elements(), parts(), two_of_each(), conversions();
    wg::graph g = outlives(); // the context lives as long
    EXPECT(wg::sum(g.input("x", { 1, 2 })).item() == 3);
    return wrong != 0;
}
