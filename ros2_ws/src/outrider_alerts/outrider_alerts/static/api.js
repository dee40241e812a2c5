// Requests to the rig; whatever goes wrong comes back as one sentence.

export class Refused extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

// The rig's sentences begin small and have no end: they stand behind a name in a terminal.
export function sentence(text) {
  const full = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(full) ? full : `${full}.`;
}

const PATIENCE_MS = 8000;

export async function get(path) {
  return ask(path, {method: 'GET'});
}

export async function post(path, body = {}, patience_ms = PATIENCE_MS) {
  return ask(path, {method: 'POST', body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}},
             patience_ms);
}

async function ask(path, request, patience_ms = PATIENCE_MS) {
  let answer;
  try {
    answer = await fetch(path, {...request, cache: 'no-store', credentials: 'same-origin', redirect: 'error',
                                signal: AbortSignal.timeout(patience_ms)});
  } catch {
    throw new Refused('The rig does not answer. Come closer, or check that it is on.', 0);
  }
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return told;
  throw new Refused(sentence(told?.error || `the rig answered ${answer.status} and gave no reason`), answer.status);
}
