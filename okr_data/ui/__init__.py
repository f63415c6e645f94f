"""What the pages are made of: frame, filters, cached answers, words and widgets."""
