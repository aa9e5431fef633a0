"""What leaves the house: webhooks. The one room that calls other people's servers; it stores nothing and decides nothing."""
