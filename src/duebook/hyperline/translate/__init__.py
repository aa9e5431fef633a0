"""Between this door's structs and the house's words: drafts in, documents out, and places of drafts as places of the body. Nothing is
decided here.
"""
