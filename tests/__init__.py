"""Tests: stories and tables, on a real PostgreSQL. `make.py` makes companies and documents; `conftest.py` the databases."""
