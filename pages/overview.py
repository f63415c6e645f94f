"""Overview: are we on pace, does everything lead to a company goal, and what needs attention?"""

from okr_data.ui import board, deck_button, filters, frame, overview, scorecard

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
board.go_to_department()
shown = view.data.overview(view.filters, view.frames)
overview.render_sentence(view, shown.headline)
found = view.data.findings(view.filters)
board.render_ways(view, shown.headline, found)
frame.sample_banner(data)
filters.nothing_under(view, shown.headline.objectives)
overview.render_tiles(shown, view.data.outlook(view.filters), view.data.settings())
board.render_attention(view, found)
carried = view.data.contribution(view.filters, view.frames, "all")
palette = frame.palette()
board.render_departments(view, shown.departments, carried, found, palette)
overview.render_levels_and_alignment(view, shown, palette)
board.render_scores(scorecard.chosen(view))
board.render_changes(view, view.data.movement())
overview.render_freshness(view, shown.headline)
deck_button.offer_deck(view)
