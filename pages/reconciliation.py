"""Reconciliation: do the figures that the source reports agree with the computed ones?"""

from okr_data.ui import filters, frame, reconciliation

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
found = view.data.reconciliation(view.filters)
reconciliation.render_sentence(view, found)
filters.nothing_under(view, found.items)
reconciliation.render_reconciliation(view, found, frame.palette())
