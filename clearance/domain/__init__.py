"""The rules of the clearing office: pure values and functions, no input or output of any kind."""
