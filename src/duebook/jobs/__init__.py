"""What happens without a request: followers of the journal, the calendar, and the process that runs them."""
