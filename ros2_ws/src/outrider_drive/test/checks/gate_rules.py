"""Every rule of the gate and the exact piece of source that holds it. `mutate.py gate` takes them away one by one."""

from __future__ import annotations

from governor_rules import Rule


def _rule(name: str, source: str, without: str) -> Rule:
    return Rule(name, 'gate.py', source, without)


RULES = [
    _rule('a command ages in 100 ms', 'COMMAND_MAX_AGE_NS = 100 * MS', 'COMMAND_MAX_AGE_NS = 101 * MS'),
    _rule('a lease lasts 150 ms', 'LEASE_NS = 150 * MS', 'LEASE_NS = 151 * MS'),
    _rule('a person is heard for 200 ms', 'OPERATOR_MAX_AGE_NS = 200 * MS', 'OPERATOR_MAX_AGE_NS = 201 * MS'),
    _rule('a gap is more than 100 ms', 'GAP_NS = 100 * MS', 'GAP_NS = 101 * MS'),
    _rule('a governor is there for a second', 'GOVERNOR_QUIET_NS = 1000 * MS', 'GOVERNOR_QUIET_NS = 999 * MS'),
    _rule('what is dropped is counted', 'self.dropped[drop] += 1', 'pass'),
    _rule('numbers', 'if not sound:', 'if False:'),
    _rule('nothing from the future', 'if age < 0:', 'if False:'),
    _rule('now is not the future', 'if age < 0:', 'if age <= 0:'),
    _rule('nothing aged', 'if age > COMMAND_MAX_AGE_NS:', 'if False:'),
    _rule('100 ms are not too old', 'if age > COMMAND_MAX_AGE_NS:', 'if age >= COMMAND_MAX_AGE_NS:'),
    _rule('a second governor', 'now - self._heard_ns <= GOVERNOR_QUIET_NS:', 'False:'),
    _rule('exactly a second is a second one',
          'self._heard_ns <= GOVERNOR_QUIET_NS', 'self._heard_ns < GOVERNOR_QUIET_NS'),
    _rule('the first governor is no second one', 'self._heard_ns = self._foreign_ns = -GOVERNOR_QUIET_NS - 1',
          'self._heard_ns = self._foreign_ns = 5_000_000 * MS'),
    _rule('a second governor is remembered', 'self._foreign_ns = now\n', 'pass\n'),
    _rule('for a whole second',
          'now - self._foreign_ns > GOVERNOR_QUIET_NS', 'now - self._foreign_ns >= GOVERNOR_QUIET_NS'),
    _rule('a new governor is the governor', 'self._governor, self._sequence, sender = command.governor_id, -1,',
          '_, self._sequence, sender = command.governor_id, -1,'),
    _rule('a new governor counts from its start', 'sender = command.governor_id, -1, Sender.NEW',
          'sender = command.governor_id, self._sequence, Sender.NEW'),
    _rule('a new governor is told', '-1, Sender.NEW', '-1, Sender.SAME'),
    _rule('a governor is heard', '        self._heard_ns = now\n', ''),
    _rule('the epoch', 'if command.link_epoch != epoch:', 'if False:'),
    _rule('an older epoch', 'if command.link_epoch != epoch:', 'if command.link_epoch > epoch:'),
    _rule('a later epoch', 'if command.link_epoch != epoch:', 'if command.link_epoch < epoch:'),
    _rule('the order', 'if command.sequence <= self._sequence:', 'if False:'),
    _rule('the same once more', 'command.sequence <= self._sequence', 'command.sequence < self._sequence'),
    _rule('the sequence is kept', '        self._sequence = command.sequence\n', ''),
    _rule('a lease ends', '0 <= now - boottime_ns <= LEASE_NS', '0 <= now - boottime_ns'),
    _rule('a lease begins', '0 <= now - boottime_ns <= LEASE_NS', 'now - boottime_ns <= LEASE_NS'),
    _rule('a lease lasts to its last moment', 'boottime_ns <= LEASE_NS', 'boottime_ns < LEASE_NS'),
    _rule('a pad that is gone', 'operator.connected and ', ''),
    _rule('a pad that needs neutral', 'not operator.neutral_required and ', ''),
    _rule('a person of the future', 'since >= 0 and ', ''),
    _rule('an age below zero', 'operator.age_ns >= 0 \\\n        and ', ''),
    _rule('a person ages with the command', 'operator.age_ns + since <= OPERATOR_MAX_AGE_NS',
          'operator.age_ns <= OPERATOR_MAX_AGE_NS'),
    _rule('a person is as old as the pad says', 'operator.age_ns + since <= OPERATOR_MAX_AGE_NS',
          'since <= OPERATOR_MAX_AGE_NS'),
    _rule('it ends with the person',
          'min(command.boottime_ns + LEASE_NS, person_ns)', 'command.boottime_ns + LEASE_NS'),
    _rule('it ends with the lease', 'min(command.boottime_ns + LEASE_NS, person_ns)', 'person_ns'),
    _rule('the age of the person shortens it', ' - command.operator.age_ns', ''),
]
