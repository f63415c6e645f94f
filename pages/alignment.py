"""Alignment: what leads to a company goal, who works for which one, and what could be aligned?"""

from okr_data.ui import alignment, contributing, filters, frame, suggesting

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
shown = view.data.alignment(view.filters)
part = alignment.choose_part()
if part not in ("suggestions", "overlaps"):
    alignment.render_sentence(view, shown)
if part == "ratios":
    alignment.render_ratios(view, shown, frame.palette())
if part == "goals":
    alignment.render_coverage(view, shown)
if part == "contribution":
    contributing.render_contribution(view, frame.palette())
if part == "suggestions":
    suggesting.render_suggestions(view, frame.palette())
if part == "overlaps":
    suggesting.render_overlaps(view)
