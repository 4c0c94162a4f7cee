// gan.c in C++: a generator learns to draw numbers like those of a normal distribution, which it never sees.
#include <cmath>
#include <wengert/wengert.hpp>

static const int BATCH = 128, STEPS = 3000;

static wg::value generate(const wg::params &p)
{
    return wg::nn::dense(wg::random_normal({ BATCH, 1 }), p, "out", 1);
}
static wg::value judge(const wg::value &x, const wg::params &p)
{
    wg::value h = wg::nn::dense(x, p, "hidden.1", 32, { .share = true }).leaky_relu();
    h = wg::nn::dense(h, p, "hidden.2", 32, { .share = true }).leaky_relu();
    return wg::nn::dense(h, p, "out", 1, { .share = true });
}
static wg::value loss_of(const wg::value &logit, double is_real)
{
    return wg::bce_with_logits(logit, wg::full(logit.shape(), is_real));
}
int main()
{
    wg::context c({ .seed = 5 });
    wg::params generator(c), judge_p(c);
    wg::adam og(generator, { .lr = 2e-3, .beta1 = 0.5 }), oj(judge_p, { .lr = 2e-3, .beta1 = 0.5 });
    wg::average mean(generator, { .decay = 0.99 });
    wg::graph g(c);
    for (int step = 1; step <= STEPS; step++) {
        g.begin();
        wg::value real = wg::random_normal({ BATCH, 1 }, { .mean = 3, .deviation = 0.5 });
        wg::value fake = generate(generator), judged = judge(fake, judge_p);
        loss_of(judged, 1).backward(generator);
        wg::value of_fake = loss_of(judged, 0); // C makes its last argument first
        (loss_of(judge(real, judge_p), 1) + of_fake).backward(judge_p);
        og.step(), oj.step(), mean.step();
        if (step % 500) continue;
        g.begin(WG_EVAL);
        wg::value x = generate(generator);
        std::printf("step %4d  mean %.3f  deviation %.3f\n", step, x.mean().item(), x.std().item());
    }
    mean.use();
    std::printf("average of the weights: mean %.3f  deviation %.3f\n", generator.item("out.b"),
                std::fabs(generator.item("out.W")));
}
