"""The demo: invented people, keys made on the spot, both programs started. Nothing here runs in production."""
