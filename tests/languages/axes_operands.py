# The operands of axes_c.txt and axes_python.txt.
import numpy as np
rng = np.random.default_rng(7)
v = rng.normal(size=5)
m = rng.normal(size=(3, 4))
t = rng.normal(size=(2, 3, 4))
q = rng.normal(size=(1, 3, 1, 4))
i = np.array([2, 0], dtype=np.int64)
k = np.array([[3, 0], [1, 1], [2, 3]], dtype=np.int64)
