"""Organisation: where does each team stand, which names are one unit, who belongs where?"""

from okr_data.ui import frame, organisation

data = frame.open_page()
frame.nothing_yet(data.catalogue().objectives)
known = data.organisation()
organisation.render_sentence(data, known)
organisation.render_spellings(data, known)
organisation.render_units(data, known)
organisation.render_people(data, known)
