"""What `view --where` understands: a few words into SQL, values apart from it. Pure.

    pass < 1 and night            rides with a close pass under 1 m at night
    urgent > 0 and after 2026-10-01
    car and pass < 0.8 and not simulated

Words about a pass (pass, speed, closing, night, day, a class, a side) all hold for one and the same pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone

from outrider_bringup.errors import UserError
from outrider_bringup.rides.story import CLASSES, SIDES

FORM = 'pass < 1 and night, urgent > 0, km > 5, after 2026-10-01, not simulated'
_PASS_NUMBERS = {'pass': 'clearance_m', 'clearance': 'clearance_m', 'speed': 'speed_mps * 3.6',
                 'closing': 'closing_mps * 3.6'}
_NUMBERS = {'km': 'way_m / 1000.0', 'minutes': 'length_s / 60.0', 'mb': 'bytes / 1e6', 'marks': 'marks',
            'urgent': 'urgent', 'warns': 'warns', 'passes': 'passes', 'silent': 'silent_s'}
_PASS_WORDS = {'night': 'p.night = 1', 'day': 'p.night = 0',
               **{name: f'p.class = {number}' for number, name in enumerate(CLASSES)},
               **{name: f'p.side = {number}' for number, name in enumerate(SIDES)}}
_WORDS = {'simulated': 'simulated = 1', 'marked': 'marks > 0', 'cut': 'whole = 0', 'gps': 'gps = 1',
          'camera': 'camera = 1', 'ramp': "rig = 'ramp'"}
_COMPARED = re.compile(r'([a-z]+)\s*(<=|>=|<|>|=)\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)')
_DATED = re.compile(r'(after|before)\s+([0-9]{4}-[0-9]{2}-[0-9]{2})')
_LONGEST = 400


@dataclass(frozen=True)
class Where:
    """The condition, and its values in order."""

    sql: str
    values: tuple[float, ...]


def parse(text: str) -> Where:
    """Return the condition on `ride r`. Raises UserError."""
    ride_terms, pass_terms = list[str](), list[str]()
    ride_values, pass_values = list[float](), list[float]()
    for term in re.split(r'\s+and\s+', text.strip().lower()[:_LONGEST]):
        denied = term.startswith('not ')
        sql, values, of_pass = _term(term[4:].strip() if denied else term)
        sql = f'NOT ({sql})' if denied else sql
        if of_pass:
            pass_terms.append(sql)
            pass_values += values
        else:
            ride_terms.append(sql)
            ride_values += values
    if pass_terms:
        ride_terms.append(f'EXISTS (SELECT 1 FROM pass p WHERE p.ride = r.id AND {" AND ".join(pass_terms)})')
    return Where(' AND '.join(ride_terms), (*ride_values, *pass_values))


def _term(term: str) -> tuple[str, list[float], bool]:
    compared, dated = _COMPARED.fullmatch(term), _DATED.fullmatch(term)
    if compared:
        name, sign, number = compared.groups()
        if name in _PASS_NUMBERS:
            return f'p.{_PASS_NUMBERS[name]} {sign} ?', [float(number)], True
        if name in _NUMBERS:
            return f'r.{_NUMBERS[name]} {sign} ?', [float(number)], False
    elif dated:
        try:
            day = datetime.strptime(dated.group(2), '%Y-%m-%d').replace(tzinfo=timezone.utc)
        except ValueError:
            raise UserError(f"'{dated.group(2)}' is no day, expected YYYY-MM-DD") from None
        return f'r.began_ns {">=" if dated.group(1) == "after" else "<"} ?', [day.timestamp() * 1e9], False
    elif term in _PASS_WORDS:
        return _PASS_WORDS[term], [], True
    elif term in _WORDS:
        return f'r.{_WORDS[term]}', [], False
    raise UserError(f"'{term[:60]}' is not understood after --where. Try: {FORM}")
