import { html } from '../vendor/preact.js';
import { api, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { FlowPage, flowHref, flowPath, useFlow, words } from '../flownav.js';
import { act, Awaits, findHref, linkHref, linkPath, SyncNow, WorkBadge, workReasons } from '../records.js';
import { useSession } from '../session.js';
import { Ago, Button, Confirm, List, ProblemBox, Select } from '../ui.js';

/** What is still to be done and why: held, waiting, retried, given up. */
export default function Work({ params, query }) {
  const here = useFlow(params);
  const { can } = useSession();
  const { kind, reason } = query;
  const pages = usePages(flowPath(params, '/work'), { kind, reason });
  const [mayRecords, maySync] = [can('member', 'records', params.flow), can('member', 'sync', params.flow)];
  const replay = (body, done) => act(() => api.post(flowPath(params, '/work/replay'), body), done, pages.reload);
  const hasDead = pages.items.some(item => item.reason === 'dead');
  const named = item => item.name ?? `${words(item.kind)} ${item.recordId}`;
  return html`
    <${FlowPage} params=${params} here=${here} title="Waiting" intro="What is still to be done, why it waits, and until when. Most of it is done by itself; what was given up waits for a person."
      actions=${mayRecords && hasDead && html`
        <${Confirm} label="Try all given up again" title="Try again what was given up" tone="main" text=${`Everything that was given up${kind ? ` of this kind` : ''} is taken up again with fresh attempts. Correct the cause first where the systems refused a value.`}
          onConfirm=${act(() => api.post(flowPath(params, '/work/replay'), kind ? { kind } : {}), answer => `${answer.replayed} taken up again.`, pages.reload)} />`}>
      <${ProblemBox} error=${here.error} />
      <${List} caption="Waiting records" pages=${pages} search="Filter what is loaded" rowKey=${item => `${item.kind} ${item.side} ${item.recordId}`}
        rowHref=${item => item.link ? linkHref(params, item.kind, item.link) : findHref(params, item.recordId, item.kind)}
        filters=${html`
          <${Select} label="Why it waits" value=${reason ?? ''} options=${[{ value: '', text: 'For any reason' }, ...Object.entries(workReasons).map(([value, [, text]]) => ({ value, text }))]} onChange=${value => setQuery({ reason: value })} />
          <${Select} label="Kind" value=${kind ?? ''} options=${[{ value: '', text: 'Every kind' }, ...here.kinds.map(one => ({ value: one.name, text: one.text }))]} onChange=${value => setQuery({ kind: value })} />`}
        columns=${[
          { key: 'record', title: 'Record', value: named },
          { key: 'kind', title: 'Kind', value: item => words(item.kind), render: item => html`<div>${words(item.kind)}<p class="small">${here.name(item.side)} ${item.recordId}</p></div>` },
          { key: 'why', title: 'Why', value: item => `${workReasons[item.reason]?.[1]} ${item.detail ?? ''} ${item.awaitsName ?? ''}`, render: item => html`<div><${WorkBadge} reason=${item.reason} />${item.awaits && html`<p><${Awaits} params=${params} item=${item} /></p>`}${item.detail && html`<p class="small">${item.detail}</p>`}</div>` },
          { key: 'attempts', title: 'Attempts', numeric: true, value: item => item.attempts || null },
          { key: 'due', title: 'Next', value: item => item.reason === 'dead' ? null : item.dueAt, render: item => item.reason === 'dead' ? 'By a person' : item.reason === 'braked' ? html`<a href=${flowHref(params)}>Confirm the brake</a>` : html`<${Ago} at=${item.dueAt} coming />` },
          { key: 'since', title: 'Since', value: item => item.since, render: item => html`<${Ago} at=${item.since} />` },
          {
            key: 'actions', title: '', render: item => html`
              ${mayRecords && item.reason === 'dead' && html`<${Button} tone="main" aria-label=${`Try again: ${named(item)}`} onClick=${replay({ kind: item.kind, side: item.side, id: item.recordId }, `${named(item)} is taken up again.`)}>Try again<//>`}
              ${mayRecords && item.reason === 'held' && item.link && html`<${Button} aria-label=${`Release ${named(item)}`} onClick=${act(() => api.post(linkPath(params, item.kind, item.link, '/release')), null, pages.reload)}>Release<//>`}
              ${maySync && ['retry', 'parked'].includes(item.reason) && html`<${SyncNow} ...${{ params, here, kind: item.kind, side: item.side, id: item.recordId, label: 'Try now', onDone: pages.reload }} />`}`,
          },
        ]}
        empty=${reason || kind
          ? { title: 'Nothing waits for that reason.', action: html`<${Button} onClick=${() => setQuery({ reason: '', kind: '' })}>Show all that waits<//>` }
          : { title: 'Nothing waits. Everything that is known has been done.', text: 'Looking for one record that did not sync? The search says where it is.', action: html`<a class="button plain" href=${flowHref(params, '/records')}>Find a record</a>` }} />
    <//>`;
}
