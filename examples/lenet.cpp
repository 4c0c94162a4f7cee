// lenet.c in C++: LeNet-5 learns the digits that the library has, or MNIST from a folder: lenet data/mnist 10.
#include <cmath>
#include <cstdlib>
#include <wengert/wengert.hpp>

static wg::value model(const wg::value &x, const wg::params &p)
{
    const int64_t n = x.size(0), side = x.size(1) == 784 ? 28 : 8;
    wg::value h = x.reshape({ n, side, side, int64_t(1) });
    h = wg::nn::conv(h, p, "conv1", 6, { .size = 5, .same = side == 8 }).relu().max_pool({ .size = 2 });
    h = wg::nn::conv(h, p, "conv2", 16, { .size = 5, .same = side == 8 }).relu().max_pool({ .size = 2 });
    h = h.reshape({ n, int64_t(-1) });
    h = wg::nn::dense(h, p, "fc1", 120).relu();
    h = wg::nn::dense(h, p, "fc2", 84).relu();
    return wg::nn::dense(h, p, "out", 10);
}

static int epochs = 20;

int main(int argc, char **argv)
{
    wg::context c({ .seed = 1 });
    wg::data train = argc > 1 ? wg::mnist(c, argv[1], WG_TRAIN) : wg::digits(c);
    wg::data test = argc > 1 ? wg::mnist(c, argv[1], WG_EVAL) : train.split(0.2);
    if (argc > 2) epochs = std::atoi(argv[2]);
    wg::params p(c);
    wg::adam adam(p, 2e-3);
    const auto loss = [&](wg::value x, wg::value y) {
        wg::value logits = model(x, p);
        wg::accuracy(logits, y).named("accuracy");
        return wg::softmax_cross_entropy(logits, y);
    };
    const auto rate = [](double lr, double t, double steps) { // one rate for all steps of an epoch
        return wg::lr_cosine(lr, std::floor(t * epochs / steps), epochs);
    };
    wg_fitted f = wg::fit(p, loss, train, { .epochs = epochs, .dev = test, .optimizer = adam, .schedule = rate, .metric = "accuracy" });
    std::printf("test %.2f %%\n", 100 * f.dev_metric);
}
