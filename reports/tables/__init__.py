"""Sheets of ``tables.xlsx`` that carry Excel's own charts, the cover, and the sheet that a planner edits."""
