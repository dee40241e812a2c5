"""Every rule of the motors' judge, guards and braking and its exact piece of source, for `mutate.py motors`."""

from __future__ import annotations

from governor_rules import Rule


def _judge(name: str, source: str, without: str) -> Rule:
    return Rule(name, 'judge.py', source, without)


def _guards(name: str, source: str, without: str) -> Rule:
    return Rule(name, 'guards.py', source, without)


def _braking(name: str, source: str, without: str) -> Rule:
    return Rule(name, 'braking.py', source, without)


def _setpoints(name: str, source: str, without: str) -> Rule:
    return Rule(name, 'setpoints.py', source, without)


def _link(name: str, source: str, without: str) -> Rule:
    return Rule(name, 'link.py', source, without)


RULES = [
    # Judge: what is taken
    _judge('it begins latched', 'self.latch: Latch | None = Latch.LINK', 'self.latch: Latch | None = None'),
    _judge('the link is wrong at first', 'self._wrong: Latch | None = Latch.LINK', 'self._wrong: Latch | None = None'),
    _judge('a speed is a number', 'math.isfinite(command.speed_mps) and ', ''),
    _judge('a current is a number', ' and math.isfinite(command.brake_current_a)', ''),
    _judge('a second governor stops', '            self._trip(Latch.TWO_GOVERNORS)\n', '            pass\n'),
    _judge('a new governor begins with a stop', '            self._trip(Latch.NEW_GOVERNOR, epoch=False)\n',
           '            pass\n'),
    _judge('a new governor keeps the epoch', 'self._trip(Latch.NEW_GOVERNOR, epoch=False)',
           'self._trip(Latch.NEW_GOVERNOR)'),
    _judge('what is dropped is not taken', '        if drop is not None:\n            return drop\n', ''),
    _judge('only a stop ends a latch', 'if command.mode is not Mode.DRIVE and self._wrong', 'if self._wrong'),
    _judge('not while something is wrong', ' and self._wrong is None and self._gate', ' and self._gate'),
    _judge('not beside a second governor', ' and self._gate.alone(now):', ':'),
    _judge('a latch can end', '            self.latch = None\n', '            pass\n'),
    _judge('what is wrong latches', '            self._trip(wrong)\n', '            pass\n'),
    _judge('what lasts latches once', ' and wrong is not self._wrong:', ':'),
    _judge('what is wrong is kept', '        self._wrong = wrong\n', ''),
    _judge('a frame is remembered', '        self._wrote_ns = now\n', '        pass\n'),
    _judge('a reopened port voids', '        self._trip(Latch.LINK)\n', '        pass\n'),
    _judge('the end', '        self._ending = True\n', ''),
    _judge('the end latches', '        self._trip(Latch.ENDING)\n', ''),
    # Judge: what is sent
    _judge('a gap', 'now - self._wrote_ns > GAP_NS:', 'False:'),
    _judge('100 ms are no gap', 'now - self._wrote_ns > GAP_NS', 'now - self._wrote_ns >= GAP_NS'),
    _judge('a gap latches', '            self._trip(Latch.GAP)\n', ''),
    _judge('a gap is judged once', '            self._wrote_ns = None  # judged; the next gap is another one\n', ''),
    _judge('an end only stops', 'if command is None or self._ending:', 'if command is None:'),
    _judge('the lease', 'if not in_lease(command.boottime_ns, now):', 'if False:'),
    _judge('off releases', 'if command.mode is Mode.OFF:', 'if False:'),
    _judge('only DRIVE drives',
           'if command.mode is not Mode.DRIVE:\n            return self._stop',
           'if False:\n            return self._stop'),
    _judge('the person', 'if not heard(command.operator, now):', 'if False:'),
    _judge('a latch holds',
           'if self.latch is not None:\n            return self._stop()', 'if False:\n            return self._stop()'),
    _judge('never SET_RPM 0', 'Order(Act.DRIVE, erpm) if erpm else self._stop()', 'Order(Act.DRIVE, erpm)'),
    _judge('the lowered clamp', 'most = min(self.max_erpm, self.limits.max_erpm)', 'most = self.limits.max_erpm'),
    _judge('the clamp is never raised', 'most = min(self.max_erpm, self.limits.max_erpm)', 'most = self.max_erpm'),
    _judge('the clamp ahead', 'max(-most, min(most, self', 'max(-most, min(1e9, self'),
    _judge('the clamp astern', 'max(-most, min(most, self', 'max(-1e9, min(most, self'),
    _judge('the controllable minimum', 'erpm if abs(erpm) >= self.limits.min_erpm else 0', 'erpm'),
    _judge('the minimum itself drives', 'abs(erpm) >= self.limits.min_erpm', 'abs(erpm) > self.limits.min_erpm'),
    _judge('what lapsed latches', '        if command.mode is Mode.DRIVE:\n            self._trip(why)\n', ''),
    _judge('a stop lapses without a latch',
           '        if command.mode is Mode.DRIVE:\n            self._trip(why)',
           '        if True:\n            self._trip(why)'),
    _judge('the epoch rises', '            self.epoch += 1\n', '            pass\n'),
    _judge('once for a fresh start',
           '(self.latch is None or self.latch is Latch.NEW_GOVERNOR or why is Latch.LINK)', 'True'),
    _judge('after a new governor', 'self.latch is Latch.NEW_GOVERNOR or ', ''),
    _judge('always for the link', ' or why is Latch.LINK):', '):'),
    _judge('a trip voids',
           '            self.epoch += 1\n        self._command = None\n', '            self.epoch += 1\n'),
    _judge('the gravest is kept', 'why if self.latch is None else min(self.latch, why)', 'why'),
    _judge('a brake current within the limit', 'wanted_a if 0.0 < wanted_a < limit_a else limit_a', 'wanted_a'),
    _judge('a stop always brakes', '0.0 < wanted_a < limit_a', 'wanted_a < limit_a'),
    _judge('it expires', 'else obeyed_until_ns(command)', 'else None'),
    _judge('a stop does not expire', 'command is None or command.mode is not Mode.DRIVE else', 'command is None else'),
    _judge('limits that can drive', 'if not (0 < self.min_erpm <= self.max_erpm <= 100_000):', 'if False:'),
    _judge('limits that can stop', 'if not (0.0 < self.stop_current_a <= self.motor_current_a <= 200.0):', 'if False:'),
    # Guards
    _guards('silence lasts 150 ms', 'SILENT_NS = 150 * MS', 'SILENT_NS = 190 * MS'),
    _guards('a wrong sign lasts 200 ms', 'WRONG_SIGN_NS = 200 * MS', 'WRONG_SIGN_NS = 240 * MS'),
    _guards('over speed lasts 100 ms', 'OVER_SPEED_NS = 100 * MS', 'OVER_SPEED_NS = 140 * MS'),
    _guards('a difference lasts 500 ms', 'UNEQUAL_NS = 500 * MS', 'UNEQUAL_NS = 540 * MS'),
    _guards('standing lasts a second', 'STANDING_NS = 1000 * MS', 'STANDING_NS = 1040 * MS'),
    _guards('1.2 of the limit', 'OVER_SPEED = 1.2', 'OVER_SPEED = 1.3'),
    _guards('30 percent', 'UNEQUAL = 0.3', 'UNEQUAL = 0.4'),
    _guards('half of the current', 'self._limits.motor_current_a / 2', 'self._limits.motor_current_a'),
    _guards('a fault', 'any(motor.fault for motor in motors)', 'False'),
    _guards('a fault of either', 'any(motor.fault for motor in motors)', 'all(motor.fault for motor in motors)'),
    _guards('a wrong sign of either',
            'any(_against(motor.erpm, wanted_erpm) for', 'all(_against(motor.erpm, wanted_erpm) for'),
    _guards('a wrong sign', 'erpm * wanted_erpm < 0', 'False'),
    _guards('a standing motor has no sign', 'not _stands(erpm) and erpm * wanted', 'erpm * wanted'),
    _guards('over speed', 'faster > OVER_SPEED * self._limits.max_erpm', 'False'),
    _guards('over speed astern',
            'faster = max(abs(motor.erpm) for motor in motors)', 'faster = max(motor.erpm for motor in motors)'),
    _guards('a difference', 'differ > UNEQUAL * faster', 'False'),
    _guards('a difference only while driving', '(Latch.UNEQUAL, wanted_erpm != 0 and ', '(Latch.UNEQUAL, '),
    _guards('a difference of turning motors', 'faster > STANDING_ERPM and ', ''),
    _guards('standing', 'any(_stands(motor.erpm) and abs(motor.current_a) > half_a', 'any(False'),
    _guards('standing under current', ' and abs(motor.current_a) > half_a', ''),
    _guards('standing under current either way', 'abs(motor.current_a) > half_a', 'motor.current_a > half_a'),
    _guards('standing only while driving', '(Latch.STANDING, wanted_erpm != 0 and ', '(Latch.STANDING, '),
    _guards('silence', '(Latch.SILENT, any(_silent(motor, now) for motor in motors), -1)', '(Latch.SILENT, False, -1)'),
    _guards('silence of either', 'any(_silent(motor', 'all(_silent(motor'),
    _guards('who never spoke is silent', 'motor.at_ns is None or now', 'motor.at_ns is not None and now'),
    _guards('longer than it is bearable', '> bearable_ns and', '>= bearable_ns and'),
    _guards('the gravest is named', ' and worst is None:', ':'),
    _guards('what ends begins anew', '            self._since.pop(latch, None)\n', '            pass\n'),
    _guards('all have to stand', 'return all(motor.at_ns is not None', 'return any(motor.at_ns is not None'),
    _guards('standing on fresh answers', ' and now - motor.at_ns <= max_age_ns and _stands', ' and _stands'),
    _guards('standing is slow', ' and _stands(motor.erpm)\n               for', '\n               for'),
    _guards('standing astern', 'abs(erpm) <= STANDING_ERPM', 'erpm <= STANDING_ERPM'),
    # Braking
    _braking('full within 200 ms', 'RAMP_NS = 160 * MS', 'RAMP_NS = 220 * MS'),
    _braking('a stop begins with its first frame', 'FIRST_SHARE = 0.125', 'FIRST_SHARE = 0.0'),
    _braking('it rises', 'min(1.0, FIRST_SHARE + (1.0 - FIRST_SHARE) * gone_ns / RAMP_NS)', '1.0'),
    _braking('at most the limit', 'share = min(1.0, ', 'share = max(0.0, '),
    _braking('brake before handbrake', 'gone_ns >= RAMP_NS and standing', 'standing'),
    _braking('handbrake only at rest', ' and standing(motors, now, STANDING_MAX_AGE_NS):', ':'),
    _braking('handbrake at rest', '            self.held = True\n        heard', '            pass\n        heard'),
    _braking('patience', 'gone_ns >= PATIENCE_NS and not heard', 'False'),
    _braking('patience lasts', 'gone_ns >= PATIENCE_NS and not heard', 'not heard'),
    _braking('turning motors are not held', 'gone_ns >= PATIENCE_NS and not heard', 'gone_ns >= PATIENCE_NS'),
    _braking('a stop has its beginning', '            self._began_ns = now\n', '            self._began_ns = 0\n'),
    _braking('the next stop begins anew',
             '        self._began_ns = None\n        self.held = False\n', '        self.held = False\n'),
    _braking('an end lets go',
             '        self._began_ns = None\n        self.held = False\n', '        self._began_ns = None\n'),
    # Set-points and the end
    _setpoints('a change goes at once', 'if not changed and now <', 'if now <'),
    _setpoints('a repetition waits', 'if not changed and now < self.due_ns - EARLY_NS:', 'if False:'),
    _setpoints('nothing is caught up', 'now if late else self.due_ns', 'self.due_ns'),
    _setpoints('the last word holds',
               'codec.handbrake(most_a) if self.held else codec.brake(most_a)', 'codec.brake(most_a)'),
    _setpoints('the last word brakes',
               'codec.handbrake(most_a) if self.held else codec.brake(most_a)', 'codec.handbrake(most_a)'),
    _setpoints('to every controller', 'for can_id in self._setup.cans', 'for can_id in self._setup.cans[:1]'),
    _link('an end brakes in the middle of the proof',
          ' and proof.under_way and not self._ending', ' and proof.under_way'),
    _link('judged by the time of the frame', 'now if self._clock_ns is None else self._clock_ns()', 'now'),
    _link('an end begins no proof', 'proof = None if self._ending else pair.proof', 'proof = pair.proof'),
    _link('a drive is asked for again after its end',
          '            if self.judge.expires_ns is not None:\n', '            if False:\n'),
    _link('what drives does not queue up',
          'if self._proving or self._doubtful else', 'if self._proving else'),
]
