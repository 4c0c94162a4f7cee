# SPDX-License-Identifier: MIT
"""Ctrl-C while C calls functions of Python."""
import signal
import threading


class HeldCtrlC:
    """Within it, the handler of SIGINT waits until look() is called.

    ctypes prints and drops what is raised in a callback outside of its try. A signal that comes at the
    callback's first or last instruction would be lost there. The second one does not wait: a function that
    never returns can be ended."""

    def __enter__(self):
        self._came, self._handler = None, None
        if (threading.current_thread() is threading.main_thread()
            and callable(signal.getsignal(signal.SIGINT))):
            self._handler = signal.signal(signal.SIGINT, self._hold)
        return self

    def __exit__(self, kind, *of_error):
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        if kind is None:
            self.look()

    def _hold(self, *signal_and_frame):
        if self._came:
            self._handler(*signal_and_frame)
        self._came = signal_and_frame

    def look(self):
        """Calls the handler, which raises KeyboardInterrupt, if there was a signal."""
        came, self._came = self._came, None
        if came:
            self._handler(*came)
