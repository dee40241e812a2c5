// What the screen says, from the newest alerts and how old they are. Pure: no clock, no page.

export const OLDEST_MS = 1000;

const SHOWN = {clear: 'clear', notice: 'clear', caution: 'caution', urgent: 'urgent', no_data: 'no_data'};
const UNLINKED = 'No link to the rig: look yourself';
const UNTOLD = 'Nothing was told yet: look yourself';
const SILENT = 'The alerter is silent: look yourself';
const RANK = {clear: 0, notice: 0, caution: 1, urgent: 2, no_data: 3};

// alerts: the section of /ws/state, or null; since_ms: how long ago it came in here, ms. Returns
// {level, alert, others, age_ms, why}: level is clear, caution, urgent or no_data; alert is the one shown large or
// null; others are what stands beside it, gravest first; age_ms is that of the oldest measurement on the screen.
export function judge(alerts, since_ms, linked) {
  if (!alerts) return nothing(null, linked ? UNTOLD : UNLINKED);
  const told_ms = age(alerts.age_ms, since_ms);
  if (told_ms > OLDEST_MS) return nothing(told_ms, linked ? SILENT : UNLINKED);
  const list = alerts.list || [];
  if (SHOWN[alerts.level] === 'no_data' || !(alerts.level in SHOWN)) {
    const told = list.find((one) => one.level === 'no_data') || null;
    return {...nothing(told_ms, told ? told.text : 'The rig knows nothing: look yourself'), alert: told};
  }
  const late = list.find((one) => RANK[one.level] > 0 && age(one.age_ms, since_ms) > OLDEST_MS);
  if (late) return nothing(age(late.age_ms, since_ms), 'What was seen is too old: look yourself');
  const alert = list.find((one) => one.level === alerts.level && RANK[one.level] > 0) || null;
  const oldest_ms = alert ? Math.max(told_ms, age(alert.age_ms, since_ms)) : told_ms;
  return {level: SHOWN[alerts.level], alert, others: list.filter((one) => one !== alert), age_ms: oldest_ms, why: ''};
}

function age(told_ms, since_ms) {
  return (Number.isFinite(told_ms) ? told_ms : 0) + since_ms;
}

function nothing(age_ms, why) {
  return {level: 'no_data', alert: null, others: [], age_ms, why};
}
