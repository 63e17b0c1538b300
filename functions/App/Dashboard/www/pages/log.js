// The integration log: what was done and what could not be done, in words, with what to do about it.
import { html, useMemo } from '../vendor/preact.js';
import { useData, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { Badge, Button, List, ProblemBox, Select, Time } from '../ui.js';
import { FlowPage, flowHref, flowPath, hasProjects, title, useFlow } from '../flownav.js';

const levels = { info: ['info', 'Information'], warning: ['warn', 'Warning'], error: ['bad', 'Error'] };

/** The codes that there may be; further ones can be asked for by the address. */
const codes = [
  ['created', 'Created'], ['updated', 'Updated'], ['archived', 'Archived'], ['deleted', 'Deleted'], ['linked', 'Linked'], ['unlinked', 'No longer linked'], ['unmatched', 'Without a counterpart'],
  ['conflict', 'Changed on both sides'], ['held', 'Held'], ['discarded', 'Held, and dropped'], ['parked', 'Waits for another record'], ['paused', 'Paused'], ['resumed', 'Goes on'], ['quarantined', 'Stopped: written to and fro'],
  ['failed-permanent', 'Refused'], ['failed-transient', 'Failed for now'], ['failed-notfound', 'Not found'], ['failed-authexpired', 'Not signed in'], ['failed-misconfigured', 'Not set up rightly'], ['failed-ratelimited', 'Too many calls'],
  ['skipped-status-locked', 'Left alone: locked status'], ['skipped-filtered', 'Left alone: outside a filter'], ['skipped-new-records-off', 'Left alone: new records are off'], ['skipped-value-unmapped', 'Left alone: a value without a counterpart'], ['skipped-reference-missing', 'Left alone: lacks a record it needs'], ['mass-delete-refused', 'Many deletions at once'], ['list-doubtful', 'A list that is not believed'], ['list-empty', 'A list that is empty'],
].map(([value, text]) => ({ value, text }));

export default function Log({ params, query }) {
  const here = useFlow(params);
  const asked = useMemo(() => Object.fromEntries(['level', 'code', 'kind', 'project', 'link', 'run', 'recordId'].map(name => [name, query[name]])), [JSON.stringify(query)]);
  const pages = usePages(flowPath(params, '/log'), asked, { limit: 100 });
  const projects = useData(hasProjects(here.pair) ? flowPath(params, '/projects') : null, { limit: 1000, showDisabled: true, showArchived: true });
  const isFiltered = Object.values(asked).some(Boolean);
  const all = text => ({ value: '', text });
  const known = codes.some(code => code.value === asked.code) || !asked.code ? codes : [...codes, { value: asked.code, text: title(asked.code) }];
  const columns = [
    { key: 'at', title: 'When', value: line => line.at, render: line => html`<${Time} at=${line.at} />` },
    { key: 'level', title: 'Level', value: line => levels[line.level]?.[1] ?? line.level, render: line => html`<${Badge} tone=${levels[line.level]?.[0]}>${levels[line.level]?.[1] ?? line.level}<//>` },
    { key: 'what', title: 'Record', value: line => line.label ?? line.recordId ?? '', render: line => html`<${Record} ...${{ params, here, line }} />` },
    { key: 'text', title: 'What happened', value: line => line.text, render: line => html`<${What} ...${{ params, line }} />` },
  ];
  return html`
    <${FlowPage} params=${params} here=${here} title="Log" intro="What was done, and what could not be done and why. The newest comes first.">
      ${here.error && html`<${ProblemBox} error=${here.error} retry=${here.reload} />`}
      <${List} caption="the log" columns=${columns} pages=${pages} search="Find in what is shown" find=${line => `${line.recordId ?? ''} ${line.whatToDo ?? ''} ${line.code}`}
        rowKey=${line => `${line.at} ${line.code} ${line.kind} ${line.recordId} ${line.text}`}
        actions=${html`<${Button} onClick=${() => pages.reload()}>Refresh<//>`}
        filters=${html`
          <${Select} label="Level" value=${asked.level} onChange=${level => setQuery({ level })} options=${[all('All levels'), ...Object.entries(levels).map(([value, [, text]]) => ({ value, text }))]} />
          <${Select} label="What happened" value=${asked.code} onChange=${code => setQuery({ code })} options=${[all('Everything'), ...known]} />
          <${Select} label="Kind of record" value=${asked.kind} onChange=${kind => setQuery({ kind })} options=${[all('All kinds'), ...here.kinds.map(kind => ({ value: kind.name, text: kind.text }))]} />
          ${projects.data && html`<${Select} label="Project" value=${asked.project} onChange=${project => setQuery({ project })} options=${[all('All projects'), ...projects.data.items.map(project => ({ value: project.link, text: project.name ?? project.link }))]} />`}
          ${isFiltered && html`<${Button} tone="link" onClick=${() => setQuery({ level: '', code: '', kind: '', project: '', link: '', run: '', recordId: '' })}>Show everything<//>`}`}
        empty=${isFiltered
          ? { title: 'No line is like that.', text: 'Lines are kept for a limited time. Choose less, or show everything.', action: html`<${Button} onClick=${() => setQuery({ level: '', code: '', kind: '', project: '', link: '', run: '', recordId: '' })}>Show everything<//>` }
          : { title: 'Nothing has happened yet.', text: 'Lines appear here as soon as something goes over.', action: html`<a class="button" href=${flowHref(params)}>Look at the status</a>` }} />
    <//>`;
}

function Record({ params, here, line }) {
  const text = line.label ?? line.recordId;
  if (!text) return html`<span class="soft">${line.kind ? title(line.kind) : ''}</span>`;
  return html`
    <span>${line.linkId && line.kind ? html`<a href=${flowHref(params, `/records/${encodeURIComponent(line.kind)}/${encodeURIComponent(line.linkId)}`)}>${text}</a>` : line.recordId && line.kind ? html`<a href=${flowHref(params, `/records?${new URLSearchParams({ search: line.recordId, kind: line.kind })}`)}>${text}</a>` : text}
      <br /><span class="small">${[line.kind && title(line.kind), line.side && `in ${here.name(line.side)}`].filter(Boolean).join(' ')}</span></span>`;
}

/** The words of a line, what to do, and where that is done. */
function What({ params, line }) {
  const values = Object.entries(line.values ?? {}).filter(([name]) => name !== 'conflict');
  return html`
    <div>
      <p>${line.text}</p>
      ${line.whatToDo && html`<p class="small"><strong>What to do:</strong> ${line.whatToDo}</p>`}
      ${(values.length > 0 || line.runId) && html`
        <details class="small"><summary>More</summary>
          ${values.length > 0 && html`<dl class="pairs">${values.map(([name, text]) => html`<div key=${name}><dt>${title(name)}</dt><dd>${text}</dd></div>`)}</dl>`}
          <p>${[
            html`<code>${line.code}</code> `,
            line.values?.conflict && html`<a href=${flowHref(params, `/conflicts?link=${encodeURIComponent(line.linkId ?? '')}`)}>The conflict</a> `,
            line.runId && html`<a href=${flowHref(params, `/runs/${encodeURIComponent(line.runId)}`)}>The run</a> `,
          ]}</p>
        </details>`}
    </div>`;
}
