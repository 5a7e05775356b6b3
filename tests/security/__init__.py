"""The promises of docs/THREATS.md and docs/ASVS.md, held against the code, the pages and the parts it is made of."""
