"""How the laws are tried: without a deadline per example, since a busy machine proves nothing against a law."""

from hypothesis import settings

settings.register_profile("duebook", deadline=None)
settings.load_profile("duebook")
