"""The LeanPay door: a translator between the public API of LeanPay and the house, and nothing else. README.md beside this file is the map."""
