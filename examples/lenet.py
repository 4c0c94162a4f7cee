"""lenet.c in Python: LeNet-5 with ReLU and max pooling learns the digits that the library has."""
import wengert as wg

EPOCHS = 20


def model(x, p):
    h = x.reshape(-1, 8, 8, 1)
    h = wg.max_pool(wg.relu(wg.nn_conv(h, p, "conv1", 6, size=5, same=True)), size=2)
    h = wg.max_pool(wg.relu(wg.nn_conv(h, p, "conv2", 16, size=5, same=True)), size=2)
    h = wg.relu(wg.nn_dense(h.reshape(x.shape[0], -1), p, "fc1", 120))
    return wg.nn_dense(wg.relu(wg.nn_dense(h, p, "fc2", 84)), p, "out", 10)


def loss(x, y):
    logits = model(x, p)
    return wg.softmax_cross_entropy(logits, y), wg.accuracy(logits, y)


c = wg.Context(seed=1, dtype="float32")
train = wg.digits(c)
test = train.split(0.2)
p = wg.Params(c)
fitted = wg.fit(p, loss, train, epochs=EPOCHS, dev=test, optimizer=wg.adam(p, lr=2e-3), metric="accuracy",
                schedule=lambda lr, t, steps: wg.lr_cosine(lr, t * EPOCHS // steps, EPOCHS))
print("test %.2f %%" % (100 * fitted.dev_metric))
