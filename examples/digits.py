import wengert as wg

def model(x, p):
    h = wg.nn_dense(x, p, "fc1", 64, bias=False).nn_batch_norm(p, "bn1").relu()
    return wg.nn_dense(wg.dropout(h, keep_prob=0.8), p, "out", 10)

c = wg.Context(seed=42, dtype="float32")
train = wg.digits(c)
dev = train.split(0.2)
p = wg.Params(c)
adam = wg.adam(p, lr=3e-3)
g = wg.Graph(c)
for epoch in range(1, 21):
    for images, classes in train.batches(64):
        g.begin("train")
        x, y = g.input("x", images), g.input("y", classes)
        wg.softmax_cross_entropy(model(x, p), y).backward(p)
        adam.step()
    g.begin("eval")
    x, y = g.input("x", dev.x), g.input("y", dev.y)
    print("epoch %2d  dev %.1f %%" % (epoch, 100 * wg.accuracy(model(x, p), y).item()))
p.save("digits.safetensors")
