"""The RKPD proposal: the amount for the JKN sub-activity of a year, its risk, and all that the office's forms need.

``proposal`` holds the result, ``propose`` makes it from a district in memory; the rest are its parts.
"""
