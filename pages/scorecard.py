"""Scorecard: how well is the organisation aligned, in the eight dimensions?"""

from okr_data.ui import filters, frame, scorecard

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = scorecard.chosen(view)
scorecard.render_sentence(view, shown)
filters.nothing_under(view, len(shown.checks))
scorecard.render_scorecard(view, shown, frame.palette())
