// ode.c in C++: fits the rate k of y' = k y (1 - y), by the Runge-Kutta method in a loop of C++.
#include <cmath>
#include <wengert/wengert.hpp>

static const int SEEN = 20, STEPS = 10;
static const double K = 0.8, Y0 = 0.05, H = 0.05;

static double seen(int i) { return 1 / (1 + (1 / Y0 - 1) * std::exp(-K * H * STEPS * (i + 1))); }

// For numbers and for values.
template <class T> T f(T y, T k) { return k * (y * (1 - y)); }
template <class T> T step(T y, T k, double h)
{
    T k1 = f(y, k), k2 = f(y + h / 2 * k1, k), k3 = f(y + h / 2 * k2, k), k4 = f(y + h * k3, k);
    T middle = 2 * (k2 + k3), ends = k1 + k4;
    return y + h / 6 * (ends + middle);
}
int main()
{
    wg::context c({ .dtype = WG_F64 });
    wg::params p(c);
    wg::graph g(c);
    wg::adam o(p, 0.05);
    for (int it = 0; it <= 400; it++) {
        g.begin();
        wg::value k = g.param(p, "k", {}, wg::constant(0.3)), y = Y0, loss = 0;
        for (int i = 0; i < SEEN; i++) {
            for (int s = 0; s < STEPS; s++) y = step(y, k, H);
            loss += square(y - seen(i));
        }
        const double l = o.step(loss);
        if (it % 100 == 0) std::printf("%3d  loss %.3e  k %.5f\n", it, l, p.item("k"));
    }
}
