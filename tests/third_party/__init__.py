"""Public TradingView clients, pointed at the simulator: an independent check of it.

`python -m tests.third_party` installs each in an environment of its own, lets it read
the same charts from a running simulator, and compares them with the simulator's own
bars. It needs the package registries, so it is no part of the test suite.
"""
