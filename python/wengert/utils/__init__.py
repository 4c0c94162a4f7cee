# SPDX-License-Identifier: MIT
"""wengert.utils.data: batches under PyTorch's names."""
