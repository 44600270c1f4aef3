"""Figures of JKN that were published, by place and date, each with its source."""
