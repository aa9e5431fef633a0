"""The LeanPay door: its form, its books as a client sees them, its contract."""
