"""Whether the benchmark compares like with like."""
