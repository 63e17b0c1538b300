// What a dry run found: record by record, with the values that would change.
import { html, useState } from './vendor/preact.js';
import { usePages } from './api.js';
import { Badge, List, Toggle } from './ui.js';
import { flowHref, flowPath, title } from './flownav.js';

const actions = {
  create: ['info', 'Create'],
  update: ['info', 'Update'],
  link: ['ok', 'Link'],
  archive: ['warn', 'Archive'],
  delete: ['bad', 'Delete'],
  conflict: ['warn', 'Conflict'],
  hold: ['off', 'Hold'],
  drop: ['warn', 'Drop'],
  wait: ['off', 'Wait'],
  ask: ['warn', 'Ask a person'],
  pause: ['warn', 'Pause'],
  resume: ['ok', 'Go on'],
  quarantine: ['bad', 'Stop'],
  unlink: ['warn', 'Unlink'],
  merge: ['info', 'Merge'],
  leave: ['off', 'Leaves the filter'],
  enter: ['ok', 'Enters the filter'],
  skip: ['off', 'Leave alone'],
  follow: ['off', 'Follows'],
  fail: ['bad', 'Cannot be read'],
  react: ['info', 'React'],
};

export const actionText = action => actions[action]?.[1] ?? title(action);

/** A field's value in words: blank, a list, a reference, a text that is only remembered by its length. */
export function valueText(value) {
  if (value === null || value === undefined || value === '') return '(blank)';
  if (Array.isArray(value)) return value.length ? value.join(', ') : '(none)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return value.link ?? value.record ?? (value.characters !== undefined ? `a text of ${value.characters} characters` : JSON.stringify(value));
  return String(value);
}

const columnsOf = (params, here) => [
  { key: 'label', title: 'Record', value: line => line.label, render: line => html`
    <span>${line.link ? html`<a href=${flowHref(params, `/records/${encodeURIComponent(line.kind)}/${encodeURIComponent(line.link)}`)}>${line.label}</a>` : line.label}<br /><span class="small">${title(line.kind)} in ${here.name(line.side)}</span></span>` },
  { key: 'action', title: 'Would', value: line => actionText(line.action), render: line => html`<span><${Badge} tone=${actions[line.action]?.[0]}>${actionText(line.action)}<//>${line.target && html`<br /><span class="small">in ${here.name(line.target)}</span>`}</span>` },
  { key: 'what', title: 'What', value: line => `${line.reason ?? ''} ${line.fields.map(field => `${field.name} ${valueText(field.before)} ${valueText(field.after)}`).join(' ')}`, render: line => html`
    <div>
      ${line.reason && html`<p>${line.reason}</p>`}
      ${line.fields.length > 0 && html`<dl class="pairs">${line.fields.map(field => html`<div key=${field.name}><dt>${title(field.name)}</dt><dd>${field.before !== null && html`<del>${valueText(field.before)}</del> `}${line.action === 'delete' ? '' : html`<ins>${valueText(field.after)}</ins>`}</dd></div>`)}</dl>`}
    </div>` },
];

/** The plan of a dry run that has ended; by itself only what would be written or linked. */
export function PlanList({ params, here, run, limit = 100 }) {
  const [all, setAll] = useState(false);
  const pages = usePages(flowPath(params, `/runs/${encodeURIComponent(run)}/plan`), { effects: !all }, { limit });
  return html`
    <${List} caption="what would be done" columns=${columnsOf(params, here)} pages=${pages} search="Find in what is shown" rowKey=${line => `${line.kind} ${line.side} ${line.recordId} ${line.action} ${line.reason}`}
      filters=${html`<${Toggle} label="Also what is left alone, held or asked" checked=${all} onChange=${setAll} />`}
      empty=${all ? { title: 'Nothing would be done.', text: 'Both sides are in step.' } : { title: 'Nothing would be written.', text: 'Records that are left alone, held or asked about are shown by the switch above.' }} />`;
}
