"""gan.c in Python: a generator learns to draw numbers like those of a normal distribution, which it never sees."""
import wengert as wg

BATCH, STEPS = 128, 3000


def generate(p):
    return wg.nn_dense(wg.random_normal(shape=(BATCH, 1)), p, "out", 1)


def judge(x, p):
    h = wg.leaky_relu(wg.nn_dense(x, p, "hidden.1", 32, share=True))
    return wg.nn_dense(wg.leaky_relu(wg.nn_dense(h, p, "hidden.2", 32, share=True)), p, "out", 1, share=True)


def loss_of(logit, is_real):
    return wg.bce_with_logits(logit, wg.fill(is_real, logit.shape))


c = wg.Context(seed=5, dtype="float32")
generator, judges = wg.Params(c), wg.Params(c)
og, oj = wg.adam(generator, lr=2e-3, beta1=0.5), wg.adam(judges, lr=2e-3, beta1=0.5)
mean = wg.average_new(generator, decay=0.99)
g = wg.Graph(c)
for step in range(1, STEPS + 1):
    g.begin()
    real = wg.random_normal(shape=(BATCH, 1), mean=3, deviation=0.5)
    judged = judge(generate(generator), judges)
    loss_of(judged, 1).backward(generator)
    (loss_of(judge(real, judges), 1) + loss_of(judged, 0)).backward(judges)
    og.step()
    oj.step()
    mean.step()
    if step % 500 == 0:
        g.begin("eval")
        x = generate(generator)
        print("step %4d  mean %.3f  deviation %.3f" % (step, x.mean().item(), x.std(ddof=0).item()))
mean.use(True)
print("average of the weights: mean %.3f  deviation %.3f" % (generator["out.b"][0], abs(generator["out.W"][0, 0])))
