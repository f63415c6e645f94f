"""Trends: how did progress run against expected pace, and how do we keep up with it, week by week?"""

from okr_data.ui import filters, frame, trends

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.trends(view.filters)
trends.render_sentence(view, shown.whole)
filters.nothing_under(view, shown.objectives)
more = trends.courses_of(view)
settings, palette = view.data.settings(), frame.palette()
trends.render_tiles(shown, more, settings)
trends.render_trends(view, shown, more, palette)
trends.render_cycles_and_confidence(view, more, palette)
trends.render_check_ins(view, more, settings, palette)
trends.render_one(view, palette)
trends.render_forecasts(view, more)
