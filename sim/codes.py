"""The small integers that stand for segment, payer, status and presence in the person arrays.

A person's state is segment x payer x status (and, for the register's errors, presence). Codes are stable: stored
states and results use them.
"""

from __future__ import annotations

# Segment: index into sim.indicators.SEGMENTS.
NEVER_SEGMENT, PBI, PEMDA, PPU, PBPU, BP = range(6)
SEGMENT_CODE = {"pbi_jk": PBI, "pbpu_pemda": PEMDA, "ppu": PPU, "pbpu": PBPU, "bp": BP}

# Payer of the premium.
(PAYER_NONE, PAYER_CENTRAL, PAYER_DISTRICT, PAYER_PROVINCE, PAYER_THIRD, PAYER_STATE, PAYER_PRIVATE,
 PAYER_VILLAGE, PAYER_SELF) = range(9)  # fmt: skip
PAYER_CODE = {
    "central": PAYER_CENTRAL, "district": PAYER_DISTRICT, "province": PAYER_PROVINCE, "third_party": PAYER_THIRD,
    "state": PAYER_STATE, "private": PAYER_PRIVATE, "village": PAYER_VILLAGE, "self": PAYER_SELF,
}  # fmt: skip
PAYERS = 9

# Status on the register. Registered = all but NEVER.
NEVER, ACTIVE, PENDING, ARREARS, LAPSED = range(5)
STATUSES = 5

# Presence: who is really there. The register does not see it; that is its error.
FREE, RESIDENT, DEAD_ON_REGISTER, MOVED_ON_REGISTER, GONE = range(5)
PRESENCES = 5

# Chronic illness, one bit each. LETTER: under hospital care with a three-month letter; PRB: referred back from the
# hospital, with drugs of its own supply; ADHERENT: takes the drugs when there are any; SCREENED: a programme found the
# illness, which nobody would have known of.
(HT, HT_DIAGNOSED, HT_PROLANIS, DM, DM_DIAGNOSED, DM_PROLANIS, LETTER, ADHERENT, PRB,
 SCREENED) = (1 << bit for bit in range(10))  # fmt: skip

# What a household holds (bits, set when the month closes) and what happens to it this month (code).
HAS_PPU_PRIVATE, HAS_PPU_STATE, HAS_PPU_LAPSED, HAS_UNCOVERED = 1, 2, 4, 8
NO_EVENT, JOB_LOSS, JOB_LOSS_SELF, JOB_GAIN, JOIN, TAKEOVER, PBI_BACK, ASK_PEMDA = range(8)
NEED_CARE, NEED_HOSPITAL = 1, 2

# Bits of ``People.wish``: the lowest three count sick visits (0-7). WELL: a well contact; RECORDED: a contact would be
# entered in P-Care; EMERGENCY: a hospital emergency. Set when care is sought: TREATED: a visit was not given up in the
# waiting room; SEEN: a contact was entered in P-Care.
VISITS, WELL, RECORDED, SEEN, TREATED, EMERGENCY = 7, 8, 16, 32, 64, 128
#: Age in years beyond which all rates stay the same.
MAX_AGE = 100
