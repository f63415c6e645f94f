"""The dashboard: ``streamlit run app.py`` (``-- --data DIR`` for another data folder)."""

from okr_data.ui.frame import run_app

run_app()
