"""What leaves the dashboard: pictures, the report, the workbook, the deck, and everything there is."""
