# SPDX-License-Identifier: MIT
"""For pytest, which finds it where the package is installed: the fixture assert_gradient, the function of the
same name. Wengert and NumPy are loaded when it is called, so that pytest starts as before."""
import pytest

def assert_gradient(f, *x, grad=None, allow_inconclusive=False, **options):
    """Fails with the report of wengert.check(f, *x, grad=grad, **options) unless the gradient is right, and
    returns the report. What could not be compared well enough has failed, too, unless allow_inconclusive."""
    import wengert
    __tracebackhide__ = True
    report = wengert.check(f, *x, grad=grad, **options)
    if not report and not (allow_inconclusive and report.verdict == "inconclusive"):
        raise AssertionError(str(report))
    return report

@pytest.fixture(name="assert_gradient")
def _fixture():
    """assert_gradient(f, x, grad=g) fails unless g is the gradient of f at x: wengert.check says why."""
    return assert_gradient
