"""The laws of the house: what a remark made twice has become."""
