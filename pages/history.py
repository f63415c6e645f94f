"""History: what came in, when and by whom, what it changed, and the way back."""

from okr_data.ui import frame, history

data = frame.open_page()
imports = history.past()
history.render_sentence(imports)
chosen = history.render_imports(data, imports)
history.render_chosen(data, imports, chosen)
