"""Run a module that ends with its parent: `python -m app.cli.serving.child MODULE ARGUMENT...`.

The parent keeps the other end of this process's standard input. However the parent dies, that end closes.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 12


def main() -> None:
    """Run the module that the first argument names as if it were the program."""
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    _, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
