// Words and figures about runs and activity that several pages share.
import { html } from './vendor/preact.js';
import { Badge } from './ui.js';

const modes = {
  delta: 'Look for changes',
  comprehensive: 'Full comparison',
  import: 'Import',
  inventory: 'Taking note of what is there',
  reference: 'Reference data',
  dryrun: 'Dry run',
  dryRun: 'Dry run',
  manual: 'By hand',
};

export const modeText = mode => modes[mode] ?? mode;

export const triggerText = trigger => ({ poll: 'by itself', 'poll, in place': 'by itself', manual: 'by hand', sweep: 'by itself', schedule: 'by itself' })[trigger] ?? trigger;

const outcomes = {
  running: ['info', 'Running'],
  succeeded: ['ok', 'Done'],
  succeededWithErrors: ['warn', 'Done, with failures'],
  failed: ['bad', 'Failed'],
  cancelled: ['off', 'Cancelled'],
  paused: ['warn', 'Paused'],
};

export function outcomeBadge(run) {
  const [tone, text] = outcomes[run.outcome] ?? ['info', run.outcome];
  return html`<${Badge} tone=${tone}>${text}<//>`;
}

const hour = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

function steps(activity, length, label, short) {
  const known = new Map(activity.items.map(item => [new Date(item.at).getTime(), item.total]));
  const points = [];
  for (let at = new Date(activity.from).getTime(); at < new Date(activity.to).getTime(); at += length) {
    const total = known.get(at);
    points.push({ key: at, label: label.format(at), short: short.format(at), values: { created: total?.created ?? 0, updated: total?.updated ?? 0, archived: total?.archived ?? 0, p50: total?.p50Seconds ?? 0, p95: total?.p95Seconds ?? 0 } });
  }
  return points;
}

/** A point for every hour of an activity, in the viewer's zone, also for those in which nothing went over. */
export const byHour = activity => steps(activity, 3_600_000, hour, clock);

/** A point for every day, by UTC. */
export const byDay = activity => steps(activity, 86_400_000, day, date);
