"""Laws and stories of the core: pure values in, pure values out, no database."""
