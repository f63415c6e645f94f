"""Objective: one objective or key result with its chain, its history and where its figures come from."""

from okr_data.ui import filters, frame, objective

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
item = objective.choose(view)
if item is None:
    objective.nothing_chosen(view)
else:
    palette = frame.palette()
    objective.render_sentence(view, item)
    objective.render_figures(view, item)
    objective.render_findings(view, item)
    objective.render_sight(view, item, palette)
    objective.render_key_results(view, item)
    objective.render_course(view, item, palette)
    objective.render_what_if(view, item)
    objective.render_statements(item)
    objective.render_changes(view, item)
