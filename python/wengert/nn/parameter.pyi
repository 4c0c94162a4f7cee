# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.

from wengert import Parameter as Parameter
