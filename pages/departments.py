"""Departments: how does one department stand, what does it carry, and what needs attention there?"""

from okr_data.ui import board, deck_button, departments, filters, frame, overview, scorecard

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.overview(view.filters, view.frames)
if departments.one_chosen(view):
    department = view.data.department(view.filters)
    matrix = view.data.contribution(view.filters, view.frames, "all")
    goals = departments.goals_of(matrix, department.name)
    palette = frame.palette()
    departments.render_sentence(view, department, goals)
    filters.nothing_under(view, department.headline.objectives)
    overview.render_tiles(shown, view.data.outlook(view.filters), view.data.settings())
    board.render_attention(view, view.data.findings(view.filters))
    departments.render_objectives(view, department)
    departments.render_course_and_contribution(view, department, goals, palette)
    board.render_scores(scorecard.chosen(view))
    departments.render_links_and_people(view, department)
    overview.render_freshness(view, shown.headline)
else:
    departments.render_list(view)
    filters.nothing_under(view, shown.headline.objectives)
deck_button.offer_deck(view)
