"""What a BPJS branch reads: capitation by facility, claims by hospital, the cash call, the error of past forecasts."""
