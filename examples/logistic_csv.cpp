// logistic_csv.c in C++: logistic regression of a CSV file by L-BFGS. Argument: the file (default: data/exam.csv).
#include <wengert/wengert.hpp>

int main(int argc, char **argv)
{
    wg::context c({ .dtype = WG_F64 });
    wg::data d = wg::csv(c, argc > 1 ? argv[1] : "data/exam.csv", { .y = "passed" });
    wg::params p(c);
    wg::lbfgs o(p);
    wg::graph g(c);
    const wg_batch b = d.all();
    for (int step = 0; step < 100; step++) {
        g.begin();
        wg::value x = g.input("x", b.x), y = g.input("y", b.y);
        wg::value w = g.param(p, "w", x.size(1), wg::zeros()), bias = g.param(p, "b", {}, wg::zeros());
        wg::value L = wg::bce_with_logits(wg::matmul(x, w) + bias, y);
        L.backward(p);
        std::printf("%3d  %.12f  |g| %.2e\n", step, L.item(), p.grad_norm());
        if (p.grad_norm() < 1e-8) break;
        o.step();
    }
    int64_t k = 0;
    for (double w : p["w"].to_vector()) std::printf("%s %.12f\n", d.column(k++).c_str(), w);
    std::printf("b %.12f\n", p.item("b"));
}
