"""The law as dated data: ``data/*.yaml`` holds it, :class:`Rules` answers what held on a date."""

from sim.rules.loader import load_rules
from sim.rules.values import RuleDateError, Rules, RuleValue

__all__ = ["RuleDateError", "RuleValue", "Rules", "load_rules"]
