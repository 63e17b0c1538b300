// API request details: calls to the two systems that failed, without anything secret.
import { html } from '../vendor/preact.js';
import { useData, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { Badge, Button, List, Loading, ProblemBox, Select, Time, duration } from '../ui.js';
import { FlowPage, flowHref, flowPath, hasProjects, title, useFlow } from '../flownav.js';

const failures = {
  rateLimited: ['warn', 'Too many calls', 'It is tried again by itself.'],
  transient: ['warn', 'Failed for now', 'It is tried again by itself.'],
  unavailable: ['warn', 'The system is away', 'It is tried again by itself.'],
  authExpired: ['bad', 'Not signed in', 'Sign in to the system again, on its connection.'],
  notFound: ['off', 'Not found', 'The record may have been deleted.'],
  conflict: ['warn', 'Changed meanwhile', 'It is looked at again by itself.'],
  misconfigured: ['bad', 'Not set up rightly', 'Look at what the system says, and at the settings of its connection.'],
  permanent: ['bad', 'Refused', 'Correct the record as the system says.'],
};
const failureOf = call => failures[call.failure ? call.failure.charAt(0).toLowerCase() + call.failure.slice(1) : ''] ?? ['bad', call.failure ? title(call.failure) : 'Failed', ''];

export default function Calls({ params, query }) {
  const here = useFlow(params);
  const side = query.side === 'right' ? 'right' : 'left';
  const connection = here.flow?.[side];
  const pages = usePages(connection ? `tenants/${encodeURIComponent(params.tenant)}/api-calls` : null, { connection, project: query.project });
  const projects = useData(hasProjects(here.pair) ? flowPath(params, '/projects') : null, { limit: 1000, showDisabled: true, showArchived: true });
  const project = link => projects.data?.items.find(one => one.link === link);
  const columns = [
    { key: 'at', title: 'When', value: call => call.at, render: call => html`<${Time} at=${call.at} />` },
    { key: 'call', title: 'Call', value: call => `${call.method} ${call.path}`, render: call => html`<code>${call.method} ${call.path}</code>` },
    { key: 'status', title: 'Status', numeric: true, value: call => call.status, render: call => call.status ?? html`<span class="soft">no answer</span>` },
    { key: 'message', title: 'What the system said', value: call => `${failureOf(call)[1]} ${call.message ?? ''}`, render: call => html`
      <div><${Badge} tone=${failureOf(call)[0]}>${failureOf(call)[1]}<//>${call.message && html`<p>${call.message}</p>`}<p class="small">${failureOf(call)[2]}</p></div>` },
    { key: 'took', title: 'Took', numeric: true, value: call => call.durationMilliseconds, render: call => duration(call.durationMilliseconds / 1000) },
    hasProjects(here.pair) && { key: 'project', title: 'Project', value: call => project(call.project)?.name ?? '', render: call => call.project ? html`<a href=${flowHref(params, `/projects/${encodeURIComponent(call.project)}`)}>${project(call.project)?.name ?? 'Project'}</a>` : html`<span class="soft">none</span>` },
  ].filter(Boolean);
  return html`
    <${FlowPage} params=${params} here=${here} title="Failed calls" intro="Requests to the two systems that failed: for whoever talks to their support. Addresses stand without queries; nothing secret is kept.">
      ${!here.ready && (here.error ? html`<${ProblemBox} error=${here.error} retry=${here.reload} />` : html`<${Loading} />`)}
      ${here.ready && html`
        <${List} caption="failed calls" columns=${columns} pages=${pages} search="Find in what is shown" find=${call => `${call.kind ?? ''} ${call.recordId ?? ''}`}
          rowKey=${call => `${call.at} ${call.method} ${call.path} ${call.durationMilliseconds}`}
          actions=${html`<${Button} onClick=${() => pages.reload()}>Refresh<//>`}
          filters=${html`
            <${Select} label="System" value=${side} onChange=${value => setQuery({ side: value === 'left' ? '' : value })} options=${['left', 'right'].map(value => ({ value, text: here.name(value) }))} />
            ${projects.data && html`<${Select} label="Project" value=${query.project} onChange=${value => setQuery({ project: value })} options=${[{ value: '', text: 'All projects' }, ...projects.data.items.map(one => ({ value: one.link, text: one.name ?? one.link }))]} />`}`}
          empty=${{ title: `No call to ${here.name(side)} has failed.`, text: 'Failed calls are kept for a limited time. What happened to the records stands in the log.', action: html`<a class="button" href=${flowHref(params, '/log')}>Look at the log</a>` }} />`}
    <//>`;
}
