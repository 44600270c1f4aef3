"""The proposal in the forms of the office: a page of forms, a one-page note, and a workbook that calculates."""

from reports.rkpd.files import write

__all__ = ["write"]
