"""A stand-in for a transaction security broker: a real HTTPS service that signs when people have approved."""

from .approver import Approver, Client, Refused, use_policy
from .clock import ManualClock, ShiftedClock, SystemClock
from .knobs import Fault, Knobs
from .standin import Standin

__all__ = [
    "Approver",
    "Client",
    "Fault",
    "Knobs",
    "ManualClock",
    "Refused",
    "ShiftedClock",
    "Standin",
    "SystemClock",
    "use_policy",
]
