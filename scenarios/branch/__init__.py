"""A BPJS branch: several districts forecast alike, added up replicate by replicate."""
