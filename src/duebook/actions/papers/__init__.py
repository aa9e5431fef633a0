"""What issuing documents consists of: looking up what drafts name, judging each, and the receivable a final one makes."""
