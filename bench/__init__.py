"""The benchmark that docs/benchmarks.md publishes: `python -m bench`, or one part of it: import, get, lists, start, growth.

Every figure is taken on the real thing: `duebook serve` as its own processes on the embedded PostgreSQL, fsync on, the full schema,
the load from another process. What a figure is compared with runs right beside it, in turn, several times: where other work
disturbs the machine, ratios and medians hold longer than absolute numbers. Nothing here reads or changes an installation of yours:
the data lie in bench/out and are removed afterwards.
"""
