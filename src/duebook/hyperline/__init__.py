"""The Hyperline door: a translator between the public API of Hyperline and the house, and nothing else.

It is being built: so far it knows how ids are shown.
"""
