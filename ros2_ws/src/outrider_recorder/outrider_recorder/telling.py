"""What the recorder says of itself, once a second: its state and its health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from outrider_interfaces.msg import RecorderState

from outrider_node import Diagnosis
from outrider_recorder.clock import RideClock
from outrider_recorder.duty import Duty
from outrider_recorder.listening import Listening
from outrider_recorder.movement import Movement
from outrider_recorder.ring import Ring
from outrider_recorder.session import Session


@dataclass(frozen=True)
class Telling:
    """Looks at all parts of a recorder and changes none."""

    session: Session
    listening: Listening
    duty: Duty
    movement: Movement
    ring: Ring
    clock: RideClock
    profile: str

    def state(self, stamp: Any, *, waits: bool) -> RecorderState:
        """Return recorder/state; `waits`: a ride begins by itself, now that none is open."""
        session, status = self.session, self.session.status
        state = RecorderState(
            recording=session.writing, segment=status.segment, bytes_written=status.bytes,
            messages_written=status.messages, messages_lost=self.listening.lost + status.dropped,
            free_bytes=session.keeper.free_bytes, alarm=session.alarm, mode=self.duty.mode, profile=self.profile,
            waiting=not session.writing if session.open else waits, ring_s=self.ring.seconds,
            clock_known=self.clock.known)
        state.header.stamp = stamp
        if session.open:
            state.ride, state.duration_s, state.marks = session.folder.name, session.duration_s, session.marks
        return state

    def diagnosis(self) -> Diagnosis:
        """Return the health of the recorder."""
        session, lost, refused = self.session, self.listening.lost, self.listening.refused
        status = session.status
        values = {'topics': self.listening.topics, 'messages': status.messages, 'bytes': status.bytes,
                  'lost': lost, 'dropped': status.dropped, 'free_bytes': session.keeper.free_bytes,
                  'not_installed': ' '.join(sorted(refused)), 'profile': self.profile, 'mode': self.duty.mode,
                  'moving': self.movement.moving, 'still_s': f'{self.movement.still_s:.0f}',
                  'ring_s': f'{self.ring.seconds:.0f}', 'ring_mb': f'{self.ring.bytes / 1e6:.0f}',
                  'clock': self.clock.source or 'unknown', 'marks': session.marks}
        if session.alarm:
            return Diagnosis('error', session.alarm, values)
        if lost or refused:
            return Diagnosis('warn', f'recorder: {lost} messages lost on the way, {len(refused)} topics of types not '
                                     'installed', values)
        return Diagnosis('ok', f'recording {session.folder.name}' if session.open else 'not recording', values)
