"""Import: bring an export in, see what is wrong in which row, take it in or back."""

from okr_data.ui import frame, importing

data = frame.open_page()
importing.render_intro(data)
frame.sample_banner(data)
importing.render_upload(data)
importing.render_templates()
