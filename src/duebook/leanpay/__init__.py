"""The LeanPay door: a translator between LeanPay's public API and the house, and nothing else. README.md beside this file is the map."""
