// Who did what: changes, refusals, and what settings were before.
import { html } from '../vendor/preact.js';
import { useData, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { Badge, Button, Field, List, Page, Select, TextInput, Time } from '../ui.js';
import { useSession } from '../session.js';

const kinds = { user: '', apiKey: 'API key', operator: 'runs the app' };
const things = { flow: 'Flow', connection: 'Connection', kind: 'Kind', link: 'Link', id: 'Id', runId: 'Run', run: 'Run', user: 'Person', key: 'Key', group: 'Group', conflict: 'Conflict', side: 'Side', invitation: 'Invitation' };

/** A day of the person who looks, as the moment at which it begins. */
const begin = (day, days = 0) => {
  if (!day) return undefined;
  const date = new Date(`${day}T00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + days);
  return date.toISOString();
};

export default function Audit({ params, query }) {
  const { tenant, flows } = useSession();
  const base = `tenants/${encodeURIComponent(params.tenant)}`;
  const asked = { who: query.who, what: query.what, flow: query.flow, from: begin(query.from), to: begin(query.to, 1) };
  const pages = usePages(`${base}/audit`, asked, { limit: 100 });
  const people = useData(`${base}/users`);
  const keys = useData(`${base}/keys`);
  const isFiltered = Object.values(asked).some(Boolean);
  const everything = () => setQuery({ who: '', what: '', flow: '', from: '', to: '' });
  const who = [...(people.data?.items ?? []), ...(keys.data?.items ?? [])].map(one => ({ value: one.id, text: one.name }));
  const columns = [
    { key: 'at', title: 'When', value: entry => entry.at, render: entry => html`<${Time} at=${entry.at} />` },
    { key: 'who', title: 'Who', value: entry => entry.who.name, render: entry => html`<span>${entry.who.name}${kinds[entry.who.kind] && html` <span class="small">(${kinds[entry.who.kind]})</span>`}</span>` },
    { key: 'what', title: 'What', value: entry => entry.text, render: entry => html`<${What} entry=${entry} flows=${flows} />` },
    { key: 'address', title: 'From', value: entry => entry.address ?? '', hideNarrow: true },
  ];
  return html`
    <${Page} title="Audit log" intro="Who changed what, and who was not allowed to. The newest comes first."
      crumbs=${[{ text: tenant?.name ?? params.tenant, href: `#/t/${encodeURIComponent(params.tenant)}` }]}>
      <${List} caption="the audit log" columns=${columns} pages=${pages} search="Find in what is shown" find=${entry => `${Object.values(entry.target).join(' ')} ${entry.changes.map(change => change.member).join(' ')}`}
        rowKey=${entry => `${entry.at} ${entry.what} ${entry.who.id} ${JSON.stringify(entry.target)}`}
        actions=${html`<${Button} onClick=${() => pages.reload()}>Refresh<//>`}
        filters=${html`
          <${Select} label="Who" value=${query.who} onChange=${value => setQuery({ who: value })} options=${[{ value: '', text: 'Everybody' }, ...who, { value: 'operator', text: 'Who runs the app' }]} />
          <${Select} label="What" value=${query.what} onChange=${value => setQuery({ what: value })} options=${[{ value: '', text: 'Everything' }, ...Object.entries(pages.first?.things ?? {}).map(([value, text]) => ({ value, text })).sort((a, b) => a.text.localeCompare(b.text))]} />
          ${flows?.length > 0 && html`<${Select} label="Flow" value=${query.flow} onChange=${value => setQuery({ flow: value })} options=${[{ value: '', text: 'All flows' }, ...flows.map(flow => ({ value: flow.id, text: flow.name }))]} />`}
          <${Field} label="From"><${TextInput} type="date" value=${query.from ?? ''} onChange=${value => setQuery({ from: value })} /><//>
          <${Field} label="To"><${TextInput} type="date" value=${query.to ?? ''} onChange=${value => setQuery({ to: value })} /><//>
          ${isFiltered && html`<${Button} tone="link" onClick=${everything}>Show everything<//>`}`}
        empty=${isFiltered
          ? { title: 'Nothing is like that.', text: 'Choose less, or show everything. What is older than a year is not kept.', action: html`<${Button} onClick=${everything}>Show everything<//>` }
          : { title: 'Nobody has done anything yet.', text: 'What people and keys change appears here; what the sync does by itself is in the log of each flow.' }} />
    <//>`;
}

/** In words, with what it was done to and what is different since. */
function What({ entry, flows }) {
  const named = (name, id) => name === 'flow' ? flows?.find(flow => flow.id === id)?.name ?? id : id;
  const target = Object.entries(entry.target);
  return html`
    <div>
      <p>${entry.text} ${entry.status >= 400 && html`<${Badge} tone="warn">not allowed<//>`}</p>
      ${target.length > 0 && html`<p class="small">${target.map(([name, id], i) => html`${i > 0 ? ', ' : ''}${things[name] ?? name}: ${named(name, id)}`)}</p>`}
      ${entry.changes.length > 0 && html`
        <details class="small"><summary>What is different since (${entry.changes.length})</summary>
          <dl class="pairs">${entry.changes.map(change => html`<div key=${change.member}><dt>${change.member}</dt><dd><del>${change.before ?? 'nothing'}</del> → <ins>${change.after ?? 'nothing'}</ins></dd></div>`)}</dl>
        </details>`}
    </div>`;
}
