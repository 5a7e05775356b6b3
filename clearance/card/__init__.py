"""Paper: the card as a PDF, drawn, read back and sealed.

`printer` is the door; the way through is `words` (facts as text) -> `layout` and `compose` (boxes) -> `sheet` and
`document` (PDF) -> `read_back` -> `seal`. `plastic` draws the same facts for card printers, `photo` prepares portraits
at entry.
"""
