"""What changed: what moved between two days, and what was decided meanwhile?"""

from okr_data.ui import changes, filters, frame

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
since = changes.choose_since(view)
if since is None:
    changes.render_one_day(view)
else:
    found = changes.found_between(view, since)
    changes.render_sentence(view, found)
    changes.render_changes(view, found, frame.palette())
