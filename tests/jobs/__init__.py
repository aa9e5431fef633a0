"""The worker: batches, settling, and what follows the journal, in this process."""
