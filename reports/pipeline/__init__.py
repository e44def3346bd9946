"""One month: every account's clients read, rendered, published and recorded."""
