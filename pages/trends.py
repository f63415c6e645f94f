"""Trends: how did progress run against expected pace, week by week?"""

from okr_data.ui import filters, frame, trends

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.trends(view.filters)
trends.render_sentence(view, shown.whole)
filters.nothing_under(view, shown.objectives)
trends.render_trends(view, shown, frame.palette())
