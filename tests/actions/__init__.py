"""The actions where they meet time and each other: journal, review, writers at once."""
