"""Trends: how did progress run against expected pace, week by week?"""

from okr_data.ui import filters, frame, trends

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
whole = view.data.trends(view.filters, None)
trends.render_sentence(view, whole)
filters.nothing_under(view, len(whole))
trends.render_trends(view, frame.palette())
