"""Definitions: what every figure means, read from the headers of the SQL that computes it."""

from okr_data.ui import definitions, frame

frame.open_page()
definitions.render_intro()
definitions.render_views()
definitions.render_formulas()
definitions.render_issue_codes()
