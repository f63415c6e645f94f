"""Cascade: what hangs on what, what is behind, and what leads nowhere?"""

from okr_data.ui import cascade, filters, frame

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.cascade(view.filters, view.frames)
cascade.render_sentence(view, shown)
filters.nothing_under(view, int((~shown.nodes["context"]).sum()))
cascade.render_cascade(view, shown, frame.palette())
