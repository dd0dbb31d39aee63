"""How a past night is made a second time: step by step, each from what is stored of the step before.

So one thing that differs does not make all behind it differ.

code          the lock file
snapshots     raw and feature tables hashed anew from their files, and the features built again
models        what the models had learned, and what they learn from the same ratings now
lists         the lists by the recorded models
"""
