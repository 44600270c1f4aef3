"""The report of a run: one content, shown as a page, as a part of another page, and as a Word document."""

from reports.report.blocks import Report
from reports.report.content import build
from reports.report.html import STYLE, render_page, render_sections
from reports.report.word import write_document

__all__ = ["STYLE", "Report", "build", "render_page", "render_sections", "write_document"]
