"""Definitions: what every figure means, read from the code and the SQL that computes it."""

from okr_data.ui import definitions, frame

frame.open_page()
definitions.render_intro()
definitions.render_definitions()
