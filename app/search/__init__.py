"""The contract of the search index, for writer and reader, and its engines."""

import os

# A thread of OpenBLAS waits for work by spinning, which takes a core from other searches, and what it adds up
# depends on their number. numpy reads this when it loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
