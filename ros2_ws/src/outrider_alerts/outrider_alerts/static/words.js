// Numbers as a rider reads them.

const FOOT_M = 0.3048;

export function metres(distance_m, feet = false) {
  if (!Number.isFinite(distance_m)) return '';
  if (feet) return String(Math.round(distance_m / FOOT_M));
  return distance_m < 9.95 ? distance_m.toFixed(1) : String(Math.round(distance_m));
}

const SPEED = {'km/h': 3.6, mph: 3600 / 1609.344, 'm/s': 1};

export function speed(speed_mps, unit) {
  return Number.isFinite(speed_mps) ? (speed_mps * SPEED[unit]).toFixed(1) : '-';
}

export function seconds(time_s) {
  if (!Number.isFinite(time_s)) return '';
  return time_s < 9.95 ? time_s.toFixed(1) : String(Math.round(time_s));
}

export function age(age_ms) {
  if (!Number.isFinite(age_ms)) return '-';
  return age_ms < 59500 ? `${(age_ms / 1000).toFixed(age_ms < 9950 ? 1 : 0)} s` : `${Math.round(age_ms / 60000)} min`;
}

export function clock(duration_s) {
  const whole = Math.max(0, Math.floor(duration_s || 0));
  const hours = Math.floor(whole / 3600);
  const rest = `${Math.floor(whole / 60) % 60}`.padStart(hours ? 2 : 1, '0') + ':' + `${whole % 60}`.padStart(2, '0');
  return hours ? `${hours}:${rest}` : rest;
}

export function size(bytes) {
  if (!Number.isFinite(bytes)) return '';
  const step = bytes >= 1e9 ? [1e9, 'GB'] : [1e6, 'MB'];
  return `${(bytes / step[0]).toFixed(bytes / step[0] < 10 ? 1 : 0)} ${step[1]}`;
}

export const SIDE = {left: 'LEFT', right: 'RIGHT', behind: 'BEHIND', ahead: 'AHEAD'};
