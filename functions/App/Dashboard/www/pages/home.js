import { html } from '../vendor/preact.js';
import { useData } from '../api.js';
import { flowHref, plural } from '../flownav.js';
import { useSession } from '../session.js';
import { Ago, Badge, count, Empty, Loading, Page, ProblemBox } from '../ui.js';
import { verdict } from './flow.js';

const weight = { bad: 0, warn: 1, info: 2, ok: 3, off: 4 };

/** All flows at a glance: in step or not, since when, and what needs a person. */
export default function Home({ params }) {
  const { tenant, can } = useSession();
  const { data, error, reload } = useData(`tenants/${encodeURIComponent(params.tenant)}/overview`, null, { every: 15 });
  const flows = data?.flows;
  const shown = (flows ?? []).map(flow => ({ flow, state: verdict(flow) }))
    .sort((a, b) => weight[a.state.tone] - weight[b.state.tone] || a.flow.name.localeCompare(b.flow.name));
  const base = `#/t/${encodeURIComponent(params.tenant)}`;
  return html`
    <${Page} title=${tenant.name} intro="All flows at a glance: in step or not, since when, and what needs a person."
      actions=${can('administrator', 'settings') && flows?.length > 0 && html`<a class="button plain" href=${`${base}/flows/new`}>New flow</a>`}>
      ${error && html`<${ProblemBox} error=${error} retry=${reload} />`}
      ${!flows && !error && html`<${Loading} />`}
      ${flows?.length === 0 && html`
        <${Empty} title="There is no flow yet." text="A flow keeps two systems in step. Connect both, then say what is to go over."
          action=${can('administrator', 'settings') ? html`<a class="button main" href=${`${base}/flows/new`}>Set up the first flow</a><a class="button plain" href=${`${base}/connections`}>Connect a system</a>` : null} />`}
      <ul class="found">${shown.map(item => html`<${Card} key=${item.flow.id} ...${{ params, item }} />`)}</ul>
    <//>`;
}

function Card({ params, item: { flow, state } }) {
  const own = { ...params, flow: flow.id };
  return html`
    <li class="card">
      <div class="found-head"><h2><a href=${flowHref(own)}>${flow.name}</a></h2><${Badge} tone=${state.tone}>${state.text}<//></div>
      <p class="small">${flow.sides.map(side => side.systemName).join(' and ')}${state.since && html`, since <${Ago} at=${state.since} />`}</p>
      <p>${state.why}</p>
      ${flow.run && html`<p class="small"><a href=${flowHref(own, `/runs/${encodeURIComponent(flow.run.id)}`)}>${progress(flow.run)}</a></p>`}
      <ul class="needs">${needs(own, flow).map(need => html`<li key=${need.text}><a href=${need.href}>${need.text}</a></li>`)}</ul>
    </li>`;
}

function progress(run) {
  const done = run.total ? `${run.done} of ${count(run.total, 'record')}` : count(run.done, 'record');
  return `${run.pausedAt ? 'Rests' : 'Under way'}: ${done}`;
}

/** What a person may want to look at, each with where that is done. */
function needs(params, { sides, brakes, work, conflicts, unmatched, wentLiveAt, disconnectedAt }) {
  return [
    ...sides.filter(side => side.health !== 'connected').map(side => ({ text: `Sign in again: ${side.name}`, href: `#/t/${encodeURIComponent(params.tenant)}/connections/${encodeURIComponent(side.connection)}` })),
    ...brakes.map(brake => ({ text: `The brake for ${plural(brake.kind)} waits for a decision`, href: flowHref(params) })),
    work.dead > 0 && { text: `${count(work.dead, 'record')} given up`, href: flowHref(params, '/work?reason=dead') },
    conflicts > 0 && { text: `${count(conflicts, 'conflict')} since yesterday`, href: flowHref(params, '/conflicts') },
    work.held > 0 && { text: `${count(work.held, 'change')} held`, href: flowHref(params, '/work?reason=held') },
    work.parked > 0 && { text: count(work.parked, 'record waits for another', 'records wait for others'), href: flowHref(params, '/work?reason=parked') },
    work.retry > 0 && { text: `${count(work.retry, 'record')} being retried`, href: flowHref(params, '/work?reason=retry') },
    unmatched > 0 && wentLiveAt && { text: `${count(unmatched, 'record')} without a counterpart`, href: flowHref(params, '/unmatched') },
    !wentLiveAt && !disconnectedAt && { text: 'Go on with the setup', href: flowHref(params, '/setup') },
  ].filter(Boolean);
}
