"""The report of a run: one content, shown as a page, as a part of another page, and as a Word document."""
