# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.

from . import data as data
