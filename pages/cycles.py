"""Cycles: how does this cycle stand beside the one before, and what was carried over?"""

from okr_data.ui import cycles, filters, frame

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.cycles(view.filters)
cycles.render_sentence(view, shown)
filters.nothing_under(view, int(shown.compared["objectives"].sum()))
cycles.render_tiles(view, shown)
cycles.render_pictures(view, shown, frame.palette())
cycles.render_table(view, shown)
cycles.render_carried(view, shown)
