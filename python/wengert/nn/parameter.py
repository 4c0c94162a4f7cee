# SPDX-License-Identifier: MIT
"""torch.nn.parameter: the class of parameters."""
from wengert._tensors import Parameter  # noqa
