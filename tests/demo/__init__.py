"""The demo company: what it is made of, how it is entered, and what a newcomer is shown."""
