"""The manners of every door: who asks, what day it is, how large a request may be, one unit of work, one table of
operations."""
