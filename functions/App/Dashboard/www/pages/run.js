// One run: how far it is while it runs, what it did when it has ended, and of a dry run what it would have done.
import { html, useEffect, useState } from '../vendor/preact.js';
import { api, useData, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { useSession } from '../session.js';
import { Ago, Badge, Button, Confirm, Facts, List, Loading, Note, ProblemBox, Progress, Section, Select, Time, announce, count, duration, number, toast } from '../ui.js';
import { FlowPage, flowHref, flowPath, title, useFlow } from '../flownav.js';
import { PlanList } from '../plan.js';
import { modeText, outcomeBadge, triggerText } from '../runwords.js';

const columnsOf = (planned, shows) => [
  { key: 'kind', title: 'Kind', value: row => title(row.kind) },
  { key: 'done', title: 'Looked at', numeric: true, value: row => row.done, render: row => row.total > row.done ? `${number(row.done)} of ${number(row.total)}` : number(row.done) },
  { key: 'created', title: planned ? 'To be created' : 'Created', numeric: true, value: row => row.created },
  { key: 'updated', title: planned ? 'To be updated' : 'Updated', numeric: true, value: row => row.updated },
  { key: 'archived', title: planned ? 'To be archived' : 'Archived', numeric: true, value: row => row.archived },
  { key: 'linked', title: planned ? 'To be linked' : 'Linked', numeric: true, value: row => row.linked },
  { key: 'conflicts', title: 'Conflicts', numeric: true, value: row => row.conflicts },
  { key: 'held', title: 'Held', numeric: true, value: row => row.held },
  { key: 'parked', title: 'Waiting', numeric: true, value: row => row.parked },
  { key: 'skipped', title: 'Left alone', numeric: true, value: row => row.skipped },
  { key: 'failed', title: 'Failed', numeric: true, value: row => row.failed },
  { key: 'perMinute', title: 'A minute', numeric: true, value: row => row.perMinute ?? '' },
].filter(column => ['kind', 'done'].includes(column.key) || shows(column.key));

export default function Run({ params, query }) {
  const here = useFlow(params);
  const path = flowPath(params, `/runs/${encodeURIComponent(params.run)}`);
  const [running, setRunning] = useState(true);
  const run = useData(path, null, { every: running ? 2 : undefined });
  const data = run.data;
  const ended = Boolean(data?.endedAt);
  useEffect(() => {
    if (!data) return;
    setRunning(!data.endedAt && !data.pausedAt);
    if (data.endedAt && running) announce(`The run has ended: ${data.outcome}.`);
    else if (data.total) announce(`${Math.floor(10 * data.done / data.total) * 10} % are done.`);
  }, [data?.endedAt, data?.pausedAt, data?.total && Math.floor(10 * data.done / data.total)]);
  const dry = data?.mode === 'dryrun';
  return html`
    <${FlowPage} params=${params} here=${here} title=${data ? modeText(data.mode) : 'Run'} intro=${introOf(data)}
      actions=${data && html`<${Orders} ...${{ params, path, data, reload: run.reload }} />`}>
      ${!data && (run.error ? html`<${ProblemBox} error=${run.error} retry=${run.reload} />` : html`<${Loading} />`)}
      ${data && html`
        <${Head} data=${data} />
        <${Counts} data=${data} dry=${dry} />
        ${dry && ended && html`<${Section} title="What would be done" text="In the order in which it would be done."><${PlanList} params=${params} here=${here} run=${params.run} /><//>`}
        ${ended && !dry && data.report && html`<${Report} ...${{ params, data, path, query }} />`}`}
    <//>`;
}

function introOf(data) {
  if (!data) return undefined;
  if (data.mode === 'dryrun') return `What a full comparison would do${data.triesSettings ? ' under settings that were tried, not saved' : ''}. Nothing is changed.`;
  return `It began ${triggerText(data.trigger)}.${data.endedAt ? '' : ' You may leave this page: it goes on.'}`;
}

function Head({ data }) {
  return html`
    <div class="card stack">
      <p class="state-word">${outcomeBadge(data)} ${data.endedAt ? html`<span class="small">after ${duration((new Date(data.endedAt) - new Date(data.startedAt)) / 1000)}</span>` : data.pausedAt && html`<span class="small">since <${Time} at=${data.pausedAt} /></span>`}</p>
      ${data.detail && html`<p>${data.detail}</p>`}
      ${!data.endedAt && html`<${Progress} done=${data.done} total=${data.total} label="Records looked at" />`}
      <${Facts} items=${[
        { label: 'Began', value: html`<${Time} at=${data.startedAt} />` },
        data.endedAt && { label: 'Ended', value: html`<${Time} at=${data.endedAt} />` },
        { label: 'Records looked at', value: number(data.done) },
        data.perMinute && { label: 'Pace', value: `${number(data.perMinute)} a minute` },
        data.estimatedEndAt && { label: 'Expected to end', value: html`<${Ago} at=${data.estimatedEndAt} coming /> (<${Time} at=${data.estimatedEndAt} />)` },
        !data.endedAt && !data.pausedAt && data.total === null && { label: 'Expected to end', value: 'Not known: the systems do not tell how many records there are' },
      ]} />
    </div>`;
}

function Counts({ data, dry }) {
  const rows = Object.entries(data.counts).map(([kind, counts]) => ({ kind, ...counts, perMinute: data.pace?.[kind]?.perMinute }));
  const shows = member => rows.some(row => row[member]);
  return html`
    <${Section} title="By kind">
      <${List} caption="counts by kind" items=${rows} rowKey=${row => row.kind} columns=${columnsOf(dry, shows)}
        empty=${{ title: data.endedAt ? 'Nothing was looked at.' : 'It is about to begin.', text: data.endedAt ? 'There was nothing to do.' : 'Figures appear here as soon as the first records have been looked at.' }} />
    <//>`;
}

function Orders({ params, path, data, reload }) {
  const { can } = useSession();
  if (data.endedAt || !can('member', 'sync', params.flow)) return null;
  const order = (what, said) => async () => {
    await api.post(`${path}/${what}`);
    toast(said);
    reload();
  };
  return html`
    ${data.pausedAt
      ? html`<${Button} tone="main" onClick=${order('resume', 'It goes on where it was.')}>Go on<//>`
      : html`<${Button} onClick=${order('pause', 'It rests after the step that it is at.')}>Pause<//>`}
    <${Confirm} label="Cancel the run" title=${`Cancel this run (${modeText(data.mode).toLowerCase()})?`} onConfirm=${order('cancel', 'It ends after the step that it is at.')} text="It ends after the step that it is at. What was done stays done." />`;
}

function Report({ params, data, path, query }) {
  const skipped = Object.entries(data.report.skippedBy);
  const failures = data.report.failures;
  const codes = [...new Set([...skipped.map(([reason]) => `skipped-${reason}`), 'created', 'updated', 'archived', 'linked', 'unmatched', 'conflict', ...failures.map(line => line.code)])];
  const pages = usePages(`${path}/report`, { code: query.code, kind: query.kind }, { limit: 100 });
  const kinds = Object.keys(data.counts);
  return html`
    ${failures.length > 0 && html`
      <${Note} tone="warn" title=${`${count(failures.length, 'record')} failed${data.report.isComplete ? '' : ', or more'}`} action=${html`<a class="button" href=${flowHref(params, `/work?reason=dead`)}>See what was given up</a>`}>
        <p>Each is below with what to do. What failed for now is tried again by itself.</p>
      <//>`}
    ${skipped.length > 0 && html`
      <${Section} title="Left alone">
        <ul class="counts">${skipped.map(([reason, n]) => html`<li key=${reason}><a href=${flowHref(params, `/runs/${encodeURIComponent(params.run)}?code=skipped-${encodeURIComponent(reason)}`)}>${number(n)}</a> <span>${title(reason)}</span></li>`)}</ul>
      <//>`}
    <${Section} title="Record by record" actions=${html`<a class="button" href=${api.address(`${path}/report`, { format: 'csv', code: query.code, kind: query.kind })} download>Download as a table (CSV)</a>`}>
      <${List} caption="records of this run" pages=${pages} search="Find in what is shown" find=${line => `${line.recordId ?? ''} ${line.whatToDo ?? ''}`} rowKey=${line => `${line.at} ${line.code} ${line.kind} ${line.recordId} ${line.text}`}
        columns=${[
          { key: 'what', title: 'Record', value: line => line.label ?? line.recordId ?? '', render: line => html`<span>${line.linkId && line.kind ? html`<a href=${flowHref(params, `/records/${encodeURIComponent(line.kind)}/${encodeURIComponent(line.linkId)}`)}>${line.label ?? line.recordId}</a>` : line.label ?? line.recordId ?? ''}${line.kind && html`<br /><span class="small">${title(line.kind)}</span>`}</span>` },
          { key: 'text', title: 'What happened', value: line => line.text, render: line => html`<div>${line.level !== 'info' && html`<${Badge} tone=${line.level === 'error' ? 'bad' : 'warn'}>${line.level === 'error' ? 'Error' : 'Warning'}<//>`}<p>${line.text}</p>${line.whatToDo && html`<p class="small"><strong>What to do:</strong> ${line.whatToDo}</p>`}</div>` },
          { key: 'at', title: 'When', value: line => line.at, render: line => html`<${Time} at=${line.at} />` },
        ]}
        filters=${html`
          <${Select} label="What happened" value=${query.code} onChange=${code => setQuery({ code })} options=${[{ value: '', text: 'Everything' }, ...codes.map(code => ({ value: code, text: title(code) }))]} />
          ${kinds.length > 1 && html`<${Select} label="Kind of record" value=${query.kind} onChange=${kind => setQuery({ kind })} options=${[{ value: '', text: 'All kinds' }, ...kinds.map(kind => ({ value: kind, text: title(kind) }))]} />`}`}
        empty=${query.code || query.kind
          ? { title: 'No record is like that.', action: html`<${Button} onClick=${() => setQuery({ code: '', kind: '' })}>Show everything<//>` }
          : { title: 'It had nothing to tell.', text: 'Every record that it looked at was in step already.' }} />
    <//>`;
}
