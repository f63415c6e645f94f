"""Findings: what needs attention, by which rule, and what to do about it?"""

from okr_data.ui import filters, findings, frame

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
view = filters.choose(data)
found = view.data.findings(view.filters)
findings.render_sentence(view, found)
filters.nothing_under(view, len(found.summary))
findings.render_findings(view, found, frame.palette())
