// What the pages of records, projects, conflicts and waiting work share: values, states in a word, and what can be done with one record.
import { html, useState } from './vendor/preact.js';
import { api } from './api.js';
import { go } from './address.js';
import { flowHref, flowPath, words } from './flownav.js';
import { Badge, Button, Dialog, Time, toast } from './ui.js';

const part = encodeURIComponent;

export const linkHref = (params, kind, link) => flowHref(params, `/records/${part(kind)}/${part(link)}`);

export const linkPath = (params, kind, link, rest = '') => flowPath(params, `/links/${part(kind)}/${part(link)}${rest}`);

export const projectHref = (params, link) => flowHref(params, `/projects/${part(link)}`);

export const projectPath = (params, link, rest = '') => flowPath(params, `/projects/${part(link)}${rest}`);

/** The address of the search that says where a record is and why. */
export const findHref = (params, search, kind) => flowHref(params, `/records?${new URLSearchParams({ search, ...kind && { kind } })}`);

export const arrow = direction => direction === 'leftToRight' ? '→' : '←';

/** A field's value; `names` of the links that it may refer to, `kind` of those. */
export function Value({ value, names, kind, params }) {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return html`<span class="soft">empty</span>`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object') return String(value);
  if (value.link !== undefined) return kind && params ? html`<a href=${linkHref(params, kind, value.link)}>${names?.[value.link] ?? words(kind)}</a>` : names?.[value.link] ?? 'a linked record';
  if (value.record !== undefined) return html`${value.record} <span class="small">not linked</span>`;
  return html`<span class="soft">a text of ${value.characters.toLocaleString()} characters</span>`;
}

const places = {
  linked: ['ok', 'Linked'],
  linkedInPart: ['warn', 'Linked in part'],
  coming: ['info', 'On its way'],
  held: ['warn', 'Held'],
  waiting: ['warn', 'Waiting'],
  retrying: ['warn', 'Being retried'],
  braked: ['bad', 'Stopped by a brake'],
  givenUp: ['bad', 'Given up'],
  paused: ['off', 'Paused'],
  quarantined: ['bad', 'Quarantined'],
  unlinked: ['off', 'Unlinked'],
  disconnected: ['off', 'Disconnected'],
  unmatched: ['warn', 'No counterpart'],
  dismissed: ['off', 'Not to be matched'],
  leftAlone: ['off', 'Left alone'],
};

export const Place = ({ place }) => html`<${Badge} tone=${places[place]?.[0]}>${places[place]?.[1] ?? words(place)}<//>`;

const states = {
  creating: ['info', 'Being made'],
  active: ['ok', 'Linked'],
  paused: ['off', 'Paused'],
  quarantined: ['bad', 'Quarantined'],
  tombstone: ['off', 'Unlinked'],
};

export const LinkBadge = ({ link }) => {
  const [tone, text] = link.final ? ['off', 'Disconnected'] : states[link.state] ?? ['info', words(link.state)];
  return html`<${Badge} tone=${tone}>${text}<//>`;
};

export const linkStates = Object.entries(states).map(([value, [, text]]) => ({ value, text }));

export const workReasons = {
  webhook: ['info', 'Just changed'],
  retry: ['warn', 'Being retried'],
  held: ['warn', 'Held'],
  parked: ['warn', 'Waits for another record'],
  intent: ['info', 'Being settled'],
  again: ['info', 'Looked at again'],
  unread: ['info', 'Waits for the other list'],
  braked: ['bad', 'Stopped by a brake'],
  dead: ['bad', 'Given up'],
};

export const WorkBadge = ({ reason }) => html`<${Badge} tone=${workReasons[reason]?.[0]}>${workReasons[reason]?.[1] ?? words(reason)}<//>`;

/** Where the record that a row of work waits for can be looked at. */
export const Awaits = ({ params, item }) => item.awaits && html`
  Waits for ${words(item.awaits.kind)} <a href=${findHref(params, item.awaits.recordId, item.awaits.kind)}>${item.awaitsName ?? item.awaits.recordId}</a>.`;

const projectStatuses = { idle: ['off', 'Idle'], requested: ['info', 'Requested'], inQueue: ['info', 'In Queue'], syncing: ['info', 'Syncing'] };

export const StatusBadge = ({ status }) => html`<${Badge} tone=${projectStatuses[status]?.[0]}>${projectStatuses[status]?.[1] ?? words(status)}<//>`;

const projectStates = {
  active: ['ok', 'On'],
  disabled: ['off', 'Disabled'],
  resting: ['off', 'Disabled: completed'],
  archived: ['off', 'Archived'],
  gone: ['warn', 'Deleted on one side'],
  quarantined: ['bad', 'Quarantined'],
  unlinked: ['off', 'Unlinked'],
  disconnected: ['off', 'Disconnected'],
};

export const StateBadge = ({ state }) => html`<${Badge} tone=${projectStates[state]?.[0]}>${projectStates[state]?.[1] ?? words(state)}<//>`;

const outcomes = {
  done: ['ok', 'Done'],
  nothing: ['ok', 'Nothing to do'],
  waiting: ['warn', 'It waits'],
  skipped: ['off', 'Left as it is'],
  failed: ['bad', 'It failed'],
};

const actions = {
  link: 'linked with its counterpart', create: 'created', update: 'updated', archive: 'archived', delete: 'deleted', conflict: 'conflict', hold: 'held', drop: 'dropped', wait: 'waits', ask: 'waits for a person',
  unlink: 'unlinked', pause: 'paused', quarantine: 'quarantined', resume: 'goes on', merge: 'merged', leave: 'left the filter', enter: 'inside the filter again', react: 'reaction', skip: 'left alone',
};

/** Synchronises one record now, and says what became of it. */
export function SyncNow({ params, here, kind, side, id, label = 'Sync now', tone, isHere, onDone }) {
  const [result, setResult] = useState(null);
  const sync = async () => setResult(await api.post(flowPath(params, `/records/${part(kind)}/${side}/${part(id)}/sync`), {}));
  const shut = () => {
    setResult(null);
    onDone?.();
  };
  return html`
    <${Button} tone=${tone} onClick=${sync}>${label}<//>
    ${result && html`
      <${Dialog} title="What the sync did" onClose=${shut}>
        <p><${Badge} tone=${outcomes[result.outcome]?.[0]}>${outcomes[result.outcome]?.[1] ?? result.outcome}<//></p>
        ${result.outcome !== 'done' && html`<p>${result.detail}</p>`}
        <ul class="plain-list">
          ${result.actions.filter(action => action.action !== 'skip' || action.reason !== result.detail).map(action => html`
            <li><strong>${actions[action.action] ?? action.action}${action.target && ` in ${here.name(action.target)}`}</strong>${action.fields.length > 0 && `: ${action.fields.map(field => words(field.name)).join(', ')}`}${action.reason && action.reason !== result.detail && html`<br />${action.reason}`}</li>`)}
        </ul>
        <div class="form-actions">
          <${Button} tone="main" onClick=${shut}>Close<//>
          ${result.link && !isHere && html`<a class="button plain" href=${linkHref(params, kind, result.link)}>Show the two records</a>`}
        </div>
      <//>`}`;
}

/** Does something by the API, says that it is done, and has what is shown read again. The focus of a button that goes away goes to the heading. */
export const act = (call, done, reload) => async () => {
  const answer = await call();
  toast(typeof done === 'function' ? done(answer) : done ?? answer?.detail ?? 'Done.');
  await reload?.();
  setTimeout(() => { if (document.activeElement === document.body) document.querySelector('h1')?.focus(); });
};

/** Links two records, and goes to the link. */
export async function linkRecords(params, kind, leftId, rightId) {
  const done = await api.post(flowPath(params, '/links'), { kind, leftId, rightId });
  toast(done.detail || 'Linked.');
  if (done.id) go(linkHref(params, kind, done.id));
}

export const pairOf = (side, id, otherId) => side === 'left' ? [id, otherId] : [otherId, id];

/** A line of the integration log or a failed call, as a list of what happened shows them. */
export const Line = ({ line }) => line.notice
  ? html`
    <p>${line.notice.level !== 'info' && html`<${Badge} tone=${line.notice.level === 'error' ? 'bad' : 'warn'}>${line.notice.level === 'error' ? 'Error' : 'Warning'}<//>${' '}`}${line.notice.text}</p>
    ${line.notice.whatToDo && line.notice.level !== 'info' && html`<p class="small">What to do: ${line.notice.whatToDo}</p>`}`
  : html`
    <p><${Badge} tone="bad">Failed call<//> ${line.apiCall.message}</p>
    <p class="small"><code>${line.apiCall.method} ${line.apiCall.path}</code> ${line.apiCall.status ? `answered ${line.apiCall.status}` : 'had no answer'}</p>`;

export const lineColumns = [
  { key: 'what', title: 'What', value: line => line.notice ? `${line.notice.label ?? ''} ${line.notice.text}` : `${line.apiCall.message} ${line.apiCall.path}`, render: line => html`<div class="said">${line.notice?.label && html`<p class="small">${line.notice.label}</p>`}<${Line} line=${line} /></div>` },
  { key: 'at', title: 'When', value: line => line.at, render: line => html`<span class="nowrap"><${Time} at=${line.at} /></span>` },
];

export const lineKey = line => `${line.at} ${line.notice ? `${line.notice.code} ${line.notice.recordId} ${line.notice.text}` : `${line.apiCall.method} ${line.apiCall.path}`}`;

