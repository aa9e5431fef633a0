"""What the house can do, one module per verb and object. Actions work inside a unit of work and never commit."""
