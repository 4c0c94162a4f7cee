// kepler.c in C++: the orbit of a planet from a few places where it was seen; Kepler's equation as a fixed point.
#include <wengert/wengert.hpp>

// Where the planet is at the times t: [2, times].
static wg::value place(const wg::value &t, const wg::value &e, const wg::value &a, const wg::value &t0)
{
    wg::value M = 0.5 * (t - t0);
    wg::value E = wg::fixed_point(M, [&](wg::value z) { return M + e * sin(z); }, { .tol = 1e-13 });
    wg::value x = cos(E) - e, y = sqrt(1 - square(e)) * sin(E);
    return a * wg::stack({ x, y });
}
int main()
{
    wg::context c({ .dtype = WG_F64 });
    wg::params p(c);
    wg::graph g(c);
    std::vector<double> t;
    for (int i = 0; i < 12; i++) t.push_back(0.7 * i);
    const wg::value orbit = place(g.input("t", t), g.scalar(0.6), g.scalar(1.5), g.scalar(0.4));
    const std::vector<double> seen = orbit;

    wg::adam o(p, 0.02);
    for (int i = 0; i <= 600; i++) {
        g.begin();
        wg::value e = g.param(p, "e", {}, wg::constant(0.2)), a = g.param(p, "a", {}, wg::constant(1)),
                  t0 = g.param(p, "t0", {}, wg::constant(0));
        wg::value at = place(g.input("t", t), e, a, t0);
        const double loss = o.step(wg::mse(at, g.input("seen", seen, { 2, 12 })));
        if (i % 200 == 0)
            std::printf("%4d  loss %.1e  e %.6f  a %.6f  t0 %.6f\n", i, loss, p.item("e"), p.item("a"), p.item("t0"));
    }
}
