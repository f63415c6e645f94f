"""Review: what moved since the last meeting, what is to be asked, and what was said?"""

from okr_data.ui import filters, frame, review

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
found, meeting, past = review.open_review(view)
agenda, at = review.choose_step(found, meeting)
review.render_step(view, found, meeting, past, frame.palette(), agenda, at)
