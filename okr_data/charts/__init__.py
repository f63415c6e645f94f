"""Charts: a data step (tables in, tables out) and a figure step. No Streamlit, no DuckDB."""
