"""What users see from outside: an accountant's stories, and a newcomer's first afternoon."""
