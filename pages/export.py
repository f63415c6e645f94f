"""Export: take the report, the slides, the workbook or everything along."""

from okr_data.ui import filters, frame, take_along

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
take_along.render(view)
