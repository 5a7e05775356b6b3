"""Cards as files: what the codes of a PDF or a picture say, and what the seal of a PDF is worth.

Shared by the desk and by the office's "check it as the airport does", so that both read a file in the same way. It
decodes and compares, and decides nothing about the person: that is `clearance.credential.gate`, for which this package
finds the text. `findings` are the values, free of any decoder; `apart` reads a stranger's file in a process of its own.
"""
