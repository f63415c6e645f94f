"""Line of sight: how does a person, team or objective lead to the company goals?"""

from okr_data.ui import filters, frame, sight

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
focus = sight.choose_focus(view)
if focus is None:
    filters.nothing_under(view, 0)
else:
    sight.render_page(view, *focus, frame.palette())
