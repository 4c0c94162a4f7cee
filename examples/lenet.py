"""lenet.c in Python: LeNet-5 with ReLU and max pooling learns the digits that the library has."""
import wengert as wg

EPOCHS = 20


def model(x, p):
    h = x.reshape(-1, 8, 8, 1)
    h = wg.max_pool(wg.relu(wg.nn_conv(h, p, "conv1", 6, size=5, same=True)), size=2)
    h = wg.max_pool(wg.relu(wg.nn_conv(h, p, "conv2", 16, size=5, same=True)), size=2)
    h = wg.relu(wg.nn_dense(h.reshape(x.shape[0], -1), p, "fc1", 120))
    return wg.nn_dense(wg.relu(wg.nn_dense(h, p, "fc2", 84)), p, "out", 10)


c = wg.Context(seed=1, dtype="float32")
train = wg.digits(c)
test = train.split(0.2)
p = wg.Params(c)
adam = wg.adam(p, lr=2e-3)
g = wg.Graph(c)
for epoch in range(1, EPOCHS + 1):
    for x, y in train.batches(64):
        g.begin()
        wg.softmax_cross_entropy(model(wg.input("x", x), p), wg.input("y", y)).backward(p)
        adam.step()
    adam.lr = wg.lr_cosine(2e-3, epoch, EPOCHS)
    right = 0
    for x, y in test.batches(1000):
        g.begin("eval")
        right += len(x) * wg.accuracy(model(wg.input("x", x), p), wg.input("y", y)).item()
    print("epoch %2d  test %.2f %%" % (epoch, 100 * right / len(test)))
