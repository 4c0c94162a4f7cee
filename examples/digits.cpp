#include <wengert/wengert.hpp>

static wg::value model(const wg::value &x, const wg::params &p)
{
    wg::value h = wg::relu(wg_nn_batch_norm(wg_nn_dense(x, p, "fc1", 64, .bias = false), p, "bn1"));
    return wg_nn_dense(wg_dropout(h, .keep_prob = 0.8), p, "out", 10);
}
int main()
{
    wg::context c(WG_OPTS(wg_start_opts, .seed = 42));
    wg::data train = wg::digits(c), dev = train.split(0.2);
    wg::params p(c);
    wg::optimizer adam = wg::adam(p, WG_OPTS(wg_adam_opts, .lr = 3e-3));
    wg::graph g(c);
    wg_batch b;
    for (int epoch = 1; epoch <= 20; epoch++) {
        while (train.next(b, 64)) {
            g.begin(WG_TRAIN);
            wg::value x = g.input("x", b.x), y = g.input("y", b.y);
            wg::value(wg_softmax_cross_entropy(model(x, p), y)).backward(p);
            adam.step();
        }
        b = dev.all();
        g.begin(WG_EVAL);
        wg::value x = g.input("x", b.x), y = g.input("y", b.y);
        std::printf("epoch %2d  dev %.1f %%\n", epoch, 100 * wg::accuracy(model(x, p), y).item());
    }
    p.save("digits.safetensors");
    return c.finish(); // 0, or the status of the first error of anything above
}
