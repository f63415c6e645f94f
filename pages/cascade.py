"""Cascade: what hangs on what, what is behind, and what leads nowhere?"""

from okr_data.ui import cascade, filters, frame

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
summary = view.data.cascade_summary(view.filters, view.frames)
cascade.render_sentence(view, summary)
filters.nothing_under(view, summary.objectives)
shown = cascade.choose(view)
cascade.render_search(view, shown)
cascade.render_way(view, shown)
cascade.render_picture(view, shown, summary, frame.palette())
