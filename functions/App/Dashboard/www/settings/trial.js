// What would change under settings that are not saved yet: a dry run, its progress, its plan, and then the question whether to save them.
import { html, useEffect } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { Button, Dialog, List, Loading, Note, ProblemBox, Progress, announce, count } from '../ui.js';
import { flowHref, flowPath, title } from '../flownav.js';
import { PlanList } from '../plan.js';

const columns = [
  { key: 'kind', title: 'Kind', value: row => title(row.kind) },
  ...[['created', 'Create'], ['updated', 'Update'], ['archived', 'Archive'], ['linked', 'Link'], ['conflicts', 'Conflicts'], ['held', 'Hold'], ['skipped', 'Leave alone'], ['failed', 'Cannot be read']]
    .map(([key, text]) => ({ key, title: text, numeric: true, value: row => row[key] })),
];

export function Trial({ params, here, run, onSave, onClose }) {
  const path = flowPath(params, `/runs/${encodeURIComponent(run)}`);
  const found = useData(path, null, { every: 1 });
  const data = found.data;
  const ended = Boolean(data?.endedAt);
  const rows = Object.entries(data?.counts ?? {}).map(([kind, counts]) => ({ kind, ...counts }));
  const writes = rows.reduce((sum, row) => sum + row.created + row.updated + row.archived, 0);
  const worked = ended && data.outcome.startsWith('succeeded');
  useEffect(() => {
    if (ended) announce(worked ? `${count(writes, 'record')} would be written.` : 'The dry run did not come to its end.');
  }, [ended]);
  const leave = () => {
    // Nobody waits for it any more.
    if (!ended) api.post(`${path}/cancel`).catch(() => {});
    onClose();
  };
  return html`
    <${Dialog} title="What would change" wide onClose=${leave}>
      <div class="stack">
        ${!data && (found.error ? html`<${ProblemBox} error=${found.error} retry=${found.reload} />` : html`<${Loading} />`)}
        ${data && !ended && html`
          <p>Every record of both systems is looked at under the new settings. Nothing is changed.</p>
          <${Progress} done=${data.done} total=${data.total} label="Records looked at" />`}
        ${ended && !worked && html`<${Note} tone="bad" title="It did not come to its end."><p>${data.detail ?? 'It was cancelled.'} The settings are not saved.</p><//>`}
        ${worked && html`
          <p><strong>${writes === 0 ? 'No record would be written.' : `${count(writes, 'record')} would be written by the next full comparison.`}</strong> This counts everything that is out of step, also what the settings before would bring.</p>
          <${List} caption="what would change by kind" columns=${columns.filter(column => ['kind', 'created', 'updated', 'archived'].includes(column.key) || rows.some(row => row[column.key] > 0))} items=${rows} rowKey=${row => row.kind} empty=${{ title: 'Nothing was looked at.', text: 'No kind of record is switched on.' }} />
          ${rows.length > 0 && html`<${PlanList} params=${params} here=${here} run=${run} limit=${20} />`}
          <p><a href=${flowHref(params, `/runs/${encodeURIComponent(run)}`)}>The whole plan on a page of its own</a></p>`}
        <div class="form-actions">
          <${Button} tone="main" onClick=${onSave}>${worked ? 'Save these settings' : 'Save without looking'}<//>
          <${Button} onClick=${leave}>Back, save nothing<//>
        </div>
      </div>
    <//>`;
}
