"""Looking over a whole deployment: what is wrong or soon will be, and the cure for each, in one line."""
