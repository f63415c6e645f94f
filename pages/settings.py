"""Settings: which rules made these figures, and how are they changed?"""

from okr_data.ui import frame, settings

data = frame.open_page()
in_force = data.settings()
settings.render_sentence(data, in_force)
settings.render_file(in_force)
settings.render_in_words(in_force)
settings.render_settings(in_force)
settings.render_how_to(in_force)
