"""A proposal made by hand, its rows those of a worked form: 465,111 person-months, Rp17,897,439,000, all adding up."""

from __future__ import annotations

from scenarios.rkpd.proposal import (
    Account,
    AccountChange,
    Basis,
    CashMonth,
    Change,
    LineOutcome,
    Money,
    Point,
    Proposal,
    Reserve,
    Restated,
    Revision,
    Row,
    Stage,
    Status,
    Variant,
    YearNeed,
)

PREMIUM, AID, PBI = "5.1.02.02.02.0003", "5.1.02.02.02.0004", "5.1.02.02.02.0002"
AMOUNT = 17_897_439_000
QUARTERS = (36_914, 37_322, 37_705, 38_096)  # Pemda heads, central
EXTRA, SELF = 1_250, 9_412

ROWS = (
    *(Row("premium", PREMIUM, 1 + 3 * at, 3 + 3 * at, heads, 3, 35_000) for at, heads in enumerate(QUARTERS)),
    Row("premium_extra", PREMIUM, 1, 12, EXTRA, 12, 35_000),
    *(Row("aid", AID, 1 + 3 * at, 3 + 3 * at, heads, 3, 2_800) for at, heads in enumerate(QUARTERS)),
    Row("aid_extra", AID, 1, 12, EXTRA, 12, 2_800),
    Row("aid_self", AID, 1, 12, SELF, 12, 2_800),
)


def _stage(key: str, month: str, year: int = 2027) -> Stage:
    return Stage(key, year, month, "Permendagri 86/2017; PP 12/2019", "made up for tests", "medium")


def _cash() -> tuple[CashMonth, ...]:
    """January is paid in February."""
    months = []
    for at in range(12):
        heads = QUARTERS[at // 3] + EXTRA
        premium, aid = heads * 35_000, heads * 2_800 + SELF * 2_800
        times = (0, 2, *[1] * 10)[at]
        months.append(CashMonth(f"2027-{at + 1:02d}", premium + aid, premium * times, aid * times, 0, 0))
    return tuple(months)


def _line(line: int, cut: float | None, empty: str | None, enough: float, lose: int, status: float) -> LineOutcome:
    months = 12.0 if empty is None else float(int(empty[5:]) - 1)
    return LineOutcome(
        line, line - AMOUNT, cut, 100, enough, {} if empty is None else {empty: 16}, empty, months, line // 38_480,
        lose, 0 if empty is None else AMOUNT - line, status, 1.0 if status == 12 else 0.0,
    )  # fmt: skip


def _variant(name: str, value: float, ratio: float, chance: float | None) -> Variant:
    amount, median = round(AMOUNT * ratio), round(17_330_439_000 * ratio)
    return Variant(name, value, ratio, ratio - 0.01, ratio + 0.01, amount, median, chance, "assumed", "assumed")


BILLION = 10**9
EXAMPLE = Proposal(
    year=2027,
    certainty=0.8,
    amount=AMOUNT,
    exact=AMOUNT - 200_000,
    need=YearNeed(2027, AMOUNT, 17_330_439_000, 16_600_000_000, 18_300_000_000, 465_111, 112_944, 0),
    forward=YearNeed(2028, 18_507_216_000, 17_900_000_000, 17_000_000_000, 19_100_000_000, 481_440, 110_280, 0),
    forward_rows=(
        Row("premium", PREMIUM, 1, 12, 40_120, 12, 35_000),
        Row("aid", AID, 1, 12, 40_120, 12, 2_800),
        Row("aid_self", AID, 1, 12, 9_190, 12, 2_800),
    ),
    curve=(
        Point(0.5, 17_330_439_000, 17_200_000_000, 17_450_000_000),
        Point(0.6, 17_500_000_000, 17_350_000_000, 17_650_000_000),
        Point(0.7, 17_690_000_000, 17_500_000_000, 17_900_000_000),
        Point(0.8, AMOUNT, 17_700_000_000, 18_100_000_000),
        Point(0.9, 18_300_000_000, 18_000_000_000, 18_700_000_000),
        Point(0.95, 18_600_000_000, 18_200_000_000, None),
    ),
    rows=ROWS,
    deductions=(),
    accounts=(Account(PBI, 0), Account(PREMIUM, 16_278_885_000), Account(AID, 1_618_554_000)),
    sources=(
        Money("pad_dau", 14_147_439_000, assumed=True),
        Money("dbh_cht", 2_100_000_000, month=4),
        Money("cigarette_tax", 1_650_000_000, month=6),
    ),
    cash=_cash(),
    status=Status(0.98, 0.80, 0.984, 0.811, 11.8, 0.94),
    reserve=Reserve(567_000_000, 0.5, 2_897_439_000, 0.99),
    before=16_566_009_600,
    line=15_000_000_000,
    debt=0,
    outside={"village": 2_220_000_000, "aid_outside": 0},
    lines=(
        _line(AMOUNT - 2 * BILLION, None, "2027-11", 0.02, 36_000, 9.5),
        _line(AMOUNT - BILLION, None, "2027-12", 0.2, 9_000, 11.1),
        _line(AMOUNT, 0.0, None, 0.8, 0, 11.8),
        _line(AMOUNT + BILLION, None, None, 0.97, 0, 12.0),
        _line(round(AMOUNT * 0.9), 0.1, "2027-12", 0.05, 12_000, 11.0),
        _line(round(AMOUNT * 0.8), 0.2, "2027-10", 0.0, 39_000, 8.0),
        _line(round(AMOUNT * 0.7), 0.3, "2027-09", 0.0, 39_000, 7.1),
    ),
    step=BILLION,
    restated=(
        Restated(_stage("initial_draft", "2026-01"), "2025-12", False, 17_400_000_000, 16_900_000_000, ()),
        Restated(_stage("musrenbang", "2026-03"), "2026-03", False, 17_600_000_000, 17_100_000_000,
                 (Change("stock", 200_000_000),)),
        Restated(_stage("final_draft", "2026-05"), "2026-04", True, AMOUNT, 17_330_439_000,
                 (Change("stock", 150_000_000), Change("rates", 147_439_000))),
    ),
    possible=(_variant("premium_rise", 48_000, 1.16, 0.3),),
    crowd_out=(
        _variant("off", 0.0, 0.98, None),
        _variant("default", 0.004, 1.0, None),
        _variant("high", 0.015, 1.05, None),
    ),
    revision=Revision((
        AccountChange(PREMIUM, 13_700_000_000, 16_278_885_000),
        AccountChange(AID, 1_300_000_000, 1_618_554_000),
    )),
    basis=Basis(
        district="bengkulu-utara", title="Kabupaten Bengkulu Utara", province="Bengkulu", kecamatan=19,
        scenario="uhc-non-cut-off",
        scenario_title={"id": "UHC non cut-off, status dijaga", "en": "UHC non-cut-off, status held"},
        regime="grace_then_drop", stage=_stage("final_draft", "2026-05"), last_data="2026-04", stock="2026-04",
        rebuilt=True, first_month="2026-05", last_month="2028-12", known_months=0, replicates=100, side_replicates=16,
        seed=1, posterior=("2024-05", "2026-04"), track_record=True, assumed=31, inputs=78,
    ),
)  # fmt: skip
