import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../api.js';
import { flowHref, flowPath, useCatalog } from '../flownav.js';
import { useSession } from '../session.js';
import { Ago, Badge, count, Empty, Loading, Page, ProblemBox } from '../ui.js';
import { verdict } from './flow.js';

const every = 15_000;
const day = 86_400_000;
const weight = { bad: 0, warn: 1, info: 2, ok: 3, off: 4 };

/** All flows at a glance: in step or not, since when, and what needs a person. */
export default function Home({ params }) {
  const { tenant, flows, can } = useSession();
  const catalog = useCatalog();
  const seen = useStatuses(params, flows);
  const shown = (flows ?? []).map(flow => ({ flow, ...seen[flow.id], state: seen[flow.id]?.status && verdict(seen[flow.id].status) }))
    .sort((a, b) => (weight[a.state?.tone] ?? 2) - (weight[b.state?.tone] ?? 2) || a.flow.name.localeCompare(b.flow.name));
  const base = `#/t/${encodeURIComponent(params.tenant)}`;
  return html`
    <${Page} title=${tenant.name} intro="All flows at a glance: in step or not, since when, and what needs a person."
      actions=${can('administrator', 'settings') && flows?.length > 0 && html`<a class="button plain" href=${`${base}/flows/new`}>New flow</a>`}>
      <${ProblemBox} error=${catalog.error} />
      ${!flows && html`<${Loading} />`}
      ${flows?.length === 0 && html`
        <${Empty} title="There is no flow yet." text="A flow keeps two systems in step. Connect both, then say what is to go over."
          action=${can('administrator', 'settings') ? html`<a class="button main" href=${`${base}/flows/new`}>Set up the first flow</a><a class="button plain" href=${`${base}/connections`}>Connect a system</a>` : null} />`}
      <ul class="found">${shown.map(item => html`<${Card} key=${item.flow.id} ...${{ params, item, catalog: catalog.data }} />`)}</ul>
    <//>`;
}

function Card({ params, item, catalog }) {
  const { flow, status, conflicts, error, state } = item;
  const own = { ...params, flow: flow.id };
  const pair = catalog?.pairs.find(one => one.name === flow.pair);
  const name = system => catalog?.systems.find(one => one.system === system)?.displayName ?? system;
  return html`
    <li class="card">
      <div class="found-head"><h2><a href=${flowHref(own)}>${flow.name}</a></h2>${state && html`<${Badge} tone=${state.tone}>${state.text}<//>`}</div>
      <p class="small">${pair && `${name(pair.leftSystem)} and ${name(pair.rightSystem)}`}${state?.since && html`, since <${Ago} at=${state.since} />`}${status?.lastRun && html`, last run <${Ago} at=${status.lastRun.startedAt} />`}</p>
      ${error && html`<${ProblemBox} error=${error} />`}
      ${!status && !error && html`<p class="soft">Looking…</p>`}
      ${state && html`<p>${state.why}</p>`}
      ${status && html`<ul class="needs">${needs(own, status, conflicts).map(need => html`<li key=${need.text}><a href=${need.href}>${need.text}</a></li>`)}</ul>`}
    </li>`;
}

/** What a person may want to look at, each with where that is done. */
function needs(params, status, conflicts) {
  const { work } = status;
  return [
    ...status.budgets.filter(side => side.health !== 'connected').map(side => ({ text: `Sign in again: ${side.connection}`, href: `#/t/${encodeURIComponent(params.tenant)}/connections/${encodeURIComponent(side.connection)}` })),
    status.brakes.length > 0 && { text: count(status.brakes.length, 'brake waits for a decision', 'brakes wait for a decision'), href: flowHref(params) },
    work.dead > 0 && { text: `${count(work.dead, 'record')} given up`, href: flowHref(params, '/work?reason=dead') },
    conflicts > 0 && { text: `${count(conflicts, 'conflict')} since yesterday`, href: flowHref(params, '/conflicts') },
    work.held > 0 && { text: `${count(work.held, 'change')} held`, href: flowHref(params, '/work?reason=held') },
    work.parked > 0 && { text: count(work.parked, 'record waits for another', 'records wait for others'), href: flowHref(params, '/work?reason=parked') },
    work.retry > 0 && { text: `${count(work.retry, 'record')} being retried`, href: flowHref(params, '/work?reason=retry') },
    !status.wentLiveAt && !status.disconnectedAt && { text: 'Go on with the setup', href: flowHref(params, '/setup') },
  ].filter(Boolean);
}

/** The status of each flow, and how many conflicts of it nobody has looked at since yesterday; read again while the page is visible. */
function useStatuses(params, flows) {
  const [seen, setSeen] = useState({});
  const ids = flows?.map(flow => flow.id).join(' ');
  useEffect(() => {
    if (!ids) return undefined;
    let here = true;
    const look = () => ids.split(' ').forEach(async id => {
      try {
        const own = { ...params, flow: id };
        const [status, conflicts] = await Promise.all([api.get(flowPath(own, '/status')), api.get(flowPath(own, '/conflicts'), { limit: 50 })]);
        const open = conflicts.items.filter(item => !item.restoredAt && Date.now() - new Date(item.at) < day).length;
        if (here) setSeen(old => ({ ...old, [id]: { status, conflicts: open } }));
      } catch (error) {
        if (here) setSeen(old => ({ ...old, [id]: { ...old[id], error } }));
      }
    });
    look();
    const timer = setInterval(() => document.visibilityState === 'visible' && look(), every);
    return () => { here = false; clearInterval(timer); };
  }, [ids]);
  return seen;
}
