"""Overview: are we on pace, and does everything lead to a company goal?"""

from okr_data.ui import filters, frame, overview

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.overview(view.filters, view.frames)
overview.render_sentence(view, shown.headline)
frame.sample_banner(data)
filters.nothing_under(view, shown.headline.objectives)
overview.render_tiles(shown)
overview.render_levels_and_alignment(shown, frame.palette())
overview.render_departments(shown)
overview.render_freshness(view, shown.headline)
