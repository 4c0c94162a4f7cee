// pinn.c in C++: a net learns to solve u'' + u' = f with u(0) = u(1) = 0 from the equation alone.
#include <wengert/wengert.hpp>

static const int POINTS = 64, STEPS = 400;
static const double pi = 3.14159265358979323846;

// x (1 - x) is 0 at both ends, so u is.
static wg::value net(const wg::value &x, const wg::params &p)
{
    wg::value h = wg::nn::dense(x, p, "hidden.1", 16).tanh();
    wg::value out = wg::nn::dense(wg::nn::dense(h, p, "hidden.2", 16).tanh(), p, "out", 1);
    return x * (1 - x) * out;
}
int main()
{
    wg::context c({ .seed = 1, .dtype = WG_F64 });
    wg::params p(c);
    wg::lbfgs o(p);
    wg::graph g(c);
    std::vector<double> at;
    for (int i = 0; i < POINTS; i++) at.push_back((i + 0.5) / POINTS);
    for (int step = 0; step <= STEPS; step++) {
        g.begin();
        wg::value x = g.input("x", at, { POINTS, 1 }), u = net(x, p);
        wg::value u1 = wg::grad(u.sum(), x), u2 = wg::grad(u1.sum(), x);
        wg::value f = pi * cos(pi * x) - pi * pi * sin(pi * x);
        wg::value loss = square(u2 + u1 - f).mean(), off = abs(u - sin(pi * x)).max();
        loss.backward(p);
        if (step % 50 == 0)
            std::printf("step %3d  loss %.2e  largest error %.2e\n", step, loss.item(), off.item());
        o.step();
    }
}
