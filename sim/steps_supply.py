"""Steps of the month at the facilities' stores: drugs are issued, requested, delivered and paid for."""

from __future__ import annotations

import numpy as np

from sim.facilities.drugs import (
    ACUTE,
    CHRONIC,
    CONSUMABLES,
    DAYS_PER_MONTH,
    GROUPS,
    Order,
    Payer,
    Settle,
    affordable,
)
from sim.facilities.purse import Purse
from sim.people import care, chronic
from sim.world import World

#: The account of the APBD drug line; what it holds is what the facilities may still draw at the district store.
DRUG_LINE = "district drug line"


def supply_drugs(world: World) -> None:
    """Issue what the month needed, publish the days without each group for next month, and order what is missing."""
    month, days = world.month, world.calendar.length(world.month)
    needed = _needs(world)
    without = np.zeros((len(world.stores), len(GROUPS)))
    for place, store in enumerate(world.stores):
        without[place] = store.issue(needed[place], world.calendar.start_day(month), days)
        _open_allotment(world, place)
        _order(world, place)
        if world.calendar.month_of_year(month) == 12:
            _lapse(world, world.allotments[place])
        if not _frozen(world, place):
            other = world.funds[place].spend_on_other()
            world.ledger.pay(f"fktp {place}", "suppliers", other, "operations")
    world.stockout = without / days
    world.record_facilities(
        stockout_days=without.max(axis=1),
        fund_balance=[fund.balance for fund in world.funds],
        fund_services_held=[fund.services for fund in world.funds],
        **{f"stockout_{group}": without[:, column] for column, group in enumerate(GROUPS)},
    )


def _needs(world: World) -> np.ndarray:
    """Drugs that the month asked for, (facilities, 3) rupiah: of treated sick visits, of patients who take the clinic's
    drugs, of recorded contacts and Prolanis sessions."""
    b, needs = world.b, np.zeros((len(world.stores), len(GROUPS)))
    needs[:, ACUTE] = world.counts[:, care.SICK_VISITS] * b["drugs.acute_per_visit"]
    needs[:, CHRONIC] = world.chronic[:, chronic.ON_DRUGS] * b["drugs.chronic_per_patient"]
    used = world.counts[:, care.CONTACTS] + world.chronic[:, chronic.ATTENDED]
    needs[:, CONSUMABLES] = used * b["drugs.consumables_per_contact"]
    return np.rint(needs).astype(np.int64)


def _frozen(world: World, place: int) -> bool:
    return bool(world.policy.fund_frozen[world.month, place])


def _open_allotment(world: World, place: int) -> None:
    """A twelfth of the year's APBD drug budget becomes available, times the policy's factor."""
    year, moy = world.facilities[place].drug_budget, world.calendar.month_of_year(world.month)
    twelfth = year * moy // 12 - year * (moy - 1) // 12
    amount = round(twelfth * float(world.policy.drug_budget_factor[world.month, place]))
    world.allotments[place].free += amount
    world.ledger.pay("district apbd", DRUG_LINE, amount, "drug budget")


def _lapse(world: World, allotment: Purse) -> None:
    """APBD money that no order of the year has claimed goes back."""
    world.ledger.pay(DRUG_LINE, "district apbd", allotment.free, "drug budget lapsed")
    allotment.free = 0


def _order(world: World, place: int) -> None:
    """Request what is missing: from the district store as far as the allotment pays, the rest from suppliers as far as
    operations money may go to drugs. With the feedback switched off nobody pays, and all comes as requested.

    Requests are planned with the usual lead time; luck and policy change how long it really takes.
    """
    b, month, store = world.b, world.month, world.stores[place]
    months = b["drugs.target_months"] + float(world.policy.drug_target_extra[month, place])
    luck = float(world.shocks.lead_days[month, place])
    lead = b["drugs.lead_days"] * luck * float(world.policy.drug_lead_factor[month, place])
    wanted = store.wanted(months + b["drugs.lead_days"] / DAYS_PER_MONTH)
    if b["feedback.money_to_drugs"] == 0:
        _send(world, place, wanted, lead, "nobody")
        return
    allotment, fund = world.allotments[place], world.funds[place]
    drawn = affordable(wanted, allotment.free)
    world.tell(place, "drugs wanted {wanted} rupiah; the APBD allotment holds {free}, the fund {cash} for operations",
               wanted=int(wanted.sum()), free=allotment.free, cash=fund.operations.free)  # fmt: skip
    if drawn.any():
        world.tell(place, "ordered from the district store: {amount} rupiah, {days} days on the way",
                   amount=int(drawn.sum()), days=round(lead))  # fmt: skip
        allotment.promise(int(drawn.sum()))
        _send(world, place, drawn, lead, "apbd")
    cash = 0 if _frozen(world, place) else int(b["drugs.own_share"] * fund.operations.free)
    # use in the lead time is that of whoever delivers: else stock on its slow way would pass for stock at hand
    by_store = min(1.0, float(drawn.sum() / store.use.sum()))
    lead_of_all = by_store * b["drugs.lead_days"] + (1 - by_store) * b["drugs.own_lead_days"]
    missing = np.minimum(wanted - drawn, store.wanted(months + lead_of_all / DAYS_PER_MONTH))
    bought = affordable(missing, cash)
    if bought.any():
        world.tell(place, "ordered from suppliers: {amount} rupiah, {days} days on the way",
                   amount=int(bought.sum()), days=round(b["drugs.own_lead_days"] * luck))  # fmt: skip
        fund.operations.promise(int(bought.sum()))
        _send(world, place, bought, b["drugs.own_lead_days"] * luck, "own")


def _send(world: World, place: int, goods: np.ndarray, lead_days: float, payer: Payer) -> None:
    """Send for ``goods`` (3,), which are ``lead_days`` on the way."""
    year = world.calendar.year(world.month)
    order = Order(goods, world.env.now + lead_days, world.b["drugs.fill_rate"], payer, year)
    world.stores[place].send(world.env, order, _settle(world, place))


def await_orders(world: World) -> None:
    """Let the orders that are under way come, in a world that goes on from a state."""
    for place, store in enumerate(world.stores):
        for order in store.orders:
            world.env.process(store.under_way(world.env, order, _settle(world, place)))


def _settle(world: World, place: int) -> Settle:
    """What happens at ``place`` when an order has come."""

    def settle(order: Order, come: int) -> None:
        ordered = int(order.goods.sum())
        if order.payer == "apbd":
            _pay_from_line(world, place, order.year, ordered, come)
        elif order.payer == "own":
            _pay_from_fund(world, place, ordered, come)

    return settle


def _pay_from_line(world: World, place: int, year: int, ordered: int, come: int) -> None:
    """An order of ``year`` has come from the district store: the APBD pays for what came."""
    allotment = world.allotments[place]
    world.tell(place, "came from the district store: {come} of {ordered} rupiah, paid from the APBD drug line",
               come=come, ordered=ordered)  # fmt: skip
    allotment.settle(ordered, come)
    _pay(world, place, DRUG_LINE, "apbd", come)
    if world.calendar.year(world.month) > year:  # what did not come was money of a year that is over
        allotment.free -= ordered - come
        world.ledger.pay(DRUG_LINE, "district apbd", ordered - come, "drug budget lapsed")


def _pay_from_fund(world: World, place: int, ordered: int, come: int) -> None:
    """A supplier has delivered: the fund pays at once, or when it is no longer frozen."""
    world.tell(place, "came from suppliers: {come} of {ordered} rupiah, paid from the fund unless frozen",
               come=come, ordered=ordered)  # fmt: skip
    world.funds[place].bills.append((ordered, come))
    if not _frozen(world, place):
        pay_bills(world, place)


def pay_bills(world: World, place: int) -> None:
    """The fund pays the suppliers for what has come."""
    _pay(world, place, f"fktp {place}", "own", world.funds[place].pay_bills())


def _pay(world: World, place: int, account: str, source: str, amount: int) -> None:
    world.ledger.pay(account, "suppliers", amount, "drugs")
    world.add_to_facility(place, **{"drug_spending": amount, f"drug_spending_{source}": amount})
