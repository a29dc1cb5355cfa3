"""The page of a multiverse: its curves as pictures, in sentences and as rows."""
