import { html, useEffect, useState } from '../vendor/preact.js';
import { api, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { FlowPage, flowHref, flowPath, other, useFlow, words } from '../flownav.js';
import { act, Awaits, findHref, LinkBadge, linkHref, linkPath, linkRecords, linkStates, Place, SyncNow } from '../records.js';
import { useSession } from '../session.js';
import { Ago, announce, Button, count, Empty, Field, List, Loading, Note, ProblemBox, Section, Select, TextInput, Time, Toggle } from '../ui.js';

/** Finds a record wherever it stands and says why; below, all that are linked. */
export default function Records({ params, query }) {
  const here = useFlow(params);
  const [text, setText] = useState(query.search ?? '');
  useEffect(() => setText(query.search ?? ''), [query.search]);
  const kinds = [{ value: '', text: 'Every kind' }, ...here.kinds.map(kind => ({ value: kind.name, text: kind.text }))];
  return html`
    <${FlowPage} params=${params} here=${here} title="Records" intro="Find out where a record is and why it did or did not sync, or look through all that are linked.">
      <${ProblemBox} error=${here.error} />
      <div class="card">
        <form class="find" role="search" onSubmit=${event => { event.preventDefault(); setQuery({ search: text.trim() }); }}>
          <div class="find-main"><${Field} label="Name or id of a record" hint="On either side: a part of the name is enough. What SyncFunctions remembers is searched, not the systems themselves.">
            <${TextInput} type="search" value=${text} onChange=${setText} autocomplete="off" />
          <//></div>
          <${Select} label="Kind of record" value=${query.kind ?? ''} options=${kinds} onChange=${kind => setQuery({ kind })} />
          <button class="button main">Find</button>
          ${query.search && html`<${Button} onClick=${() => setQuery({ search: '' })}>Show all linked<//>`}
        </form>
      </div>
      ${here.ready && (query.search ? html`<${Results} key=${`${query.search} ${query.kind}`} ...${{ params, query, here }} />` : html`<${Links} ...${{ params, query, here }} />`)}
    <//>`;
}

function Results({ params, query, here }) {
  const pages = usePages(flowPath(params, '/records'), { search: query.search, kind: query.kind }, { limit: 25 });
  const seen = new Set();
  const items = pages.items.filter(item => !seen.has(keyOf(item)) && seen.add(keyOf(item)));
  useEffect(() => { if (pages.first) announce(`${count(items.length, 'record')} found`); }, [pages.items]);

  // Only so many are looked through at a time: without a hit the search goes on by itself.
  useEffect(() => { if (items.length === 0 && pages.more && !pages.loading) pages.loadMore(); }, [pages.items, pages.loading]);

  // What is on its way is there a little later.
  const isMoving = items.length <= 25 && items.some(item => ['coming', 'retrying'].includes(item.place));
  useEffect(() => {
    if (!isMoving) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && pages.reload(), 5000);
    return () => clearInterval(timer);
  }, [isMoving, pages.reload]);
  const searching = pages.loading && items.length === 0;
  return html`
    <${Section} title=${`“${query.search}”`}>
      <${ProblemBox} error=${pages.error} retry=${pages.reload} />
      ${pages.first?.hindrances.map(text => html`<${Note} tone="warn" title=${text} action=${html`<a class="button plain" href=${flowHref(params)}>To the flow</a>`} />`)}
      ${searching && html`<${Loading} text="Searching" />`}
      ${items.length > 0 && html`<ul class="found">${items.map(item => html`<${Result} key=${keyOf(item)} ...${{ params, here, item, reload: pages.reload }} />`)}</ul>`}
      ${pages.more && !searching && html`<p class="list-foot"><span>${count(items.length, 'record')} so far, not everything has been looked through.</span><${Button} onClick=${pages.loadMore} busy=${pages.loading}>Search on<//></p>`}
      ${!searching && !pages.more && !pages.error && items.length === 0 && html`<${Empty} title="No such record is known here." text="It may be new, older than the flow and not taken over yet, or outside a filter. Ask the system itself below." />`}
      ${!pages.loading && !pages.more && html`<${Ask} ...${{ params, query, here }} />`}
    <//>`;
}

const keyOf = item => `${item.kind} ${item.link ?? ''} ${item.leftId ?? ''} ${item.rightId ?? ''}`;

/** One record: where it is, why, and the next step. */
function Result({ params, here, item, reload }) {
  const name = item.leftName ?? item.rightName;
  const held = item.work.find(work => work.reason === 'held');
  const retried = item.work.find(work => work.reason === 'retry');
  const awaited = item.work.find(work => work.awaits);
  return html`
    <li class="card">
      <div class="found-head">
        <h3>${item.link ? html`<a href=${linkHref(params, item.kind, item.link)}>${name}</a>` : name}</h3>
        <${Place} place=${item.place} />
      </div>
      <p class="small">
        ${here.kinds.find(kind => kind.name === item.kind)?.text ?? words(item.kind)}${item.leftId && `, ${item.leftId} in ${here.name('left')}`}${item.rightId && `, ${item.rightId} in ${here.name('right')}`}${item.rightName && item.leftName && item.rightName !== item.leftName && ` as ${item.rightName}`}
      </p>
      <p>${item.place === 'unmatched' ? sentence(item.why) : item.why}</p>
      ${item.kindOff && html`<p>${here.kinds.find(kind => kind.name === item.kind)?.text} are switched off in this flow. <a href=${flowHref(params, '/settings')}>Settings</a></p>`}
      ${held && html`<p>It goes over by itself <${Ago} at=${held.dueAt} coming /> (<${Time} at=${held.dueAt} />).</p>`}
      ${retried && html`<p>Attempt ${retried.attempts} failed; the next is <${Ago} at=${retried.dueAt} coming />.</p>`}
      ${awaited && html`<p><${Awaits} params=${params} item=${awaited} /></p>`}
      ${item.last && html`<p class="small">Last, <${Ago} at=${item.last.at} />: ${item.last.text}${item.whatToDo && ` ${item.whatToDo}`}</p>`}
      <div class="actions"><${Next} ...${{ params, here, item, reload }} /></div>
    </li>`;
}

export const sentence = text => text && (text.charAt(0).toUpperCase() + text.slice(1)).replace(/([^.!?])$/, '$1.');

/** What can be done next with a record that stands where it stands. */
function Next({ params, here, item, reload }) {
  const { can } = useSession();
  const [mayRecords, maySync] = [can('member', 'records', params.flow), can('member', 'sync', params.flow)];
  const side = item.side ?? item.work[0]?.side ?? (item.leftId ? 'left' : 'right');
  const id = side === 'left' ? item.leftId : item.rightId;
  const name = item.leftName ?? item.rightName;
  const kind = item.kind;
  const main = item.linkFirst && ['waiting', 'unmatched'].includes(item.place) ? 'first' : { held: 'release', givenUp: 'replay', waiting: 'awaited', paused: 'resume', quarantined: 'resume', unlinked: 'again', unmatched: 'match', dismissed: 'offer', braked: 'brake' }[item.place];
  const step = (key, call, text, done) => main === key && mayRecords && html`<${Button} tone="main" onClick=${act(call, done, reload)}>${text}<//>`;
  const work = item.work.find(row => row.reason === 'dead') ?? item.work[0];
  const awaited = item.work.find(row => row.awaits)?.awaits;
  return html`
    ${item.link && step('release', () => api.post(linkPath(params, kind, item.link, '/release')), 'Release it now')}
    ${work && step('replay', () => api.post(flowPath(params, '/work/replay'), { kind, side: work.side, id: work.recordId }), 'Try again', 'It is taken up again.')}
    ${item.link && step('resume', () => api.post(linkPath(params, kind, item.link, '/resume')), 'Resume')}
    ${main === 'again' && mayRecords && item.leftId && item.rightId && html`<${Button} tone="main" onClick=${() => linkRecords(params, kind, item.leftId, item.rightId)}>Link the two again<//>`}
    ${step('offer', () => api.post(flowPath(params, '/unmatched/offer'), { kind, side, id }), 'Offer it again')}
    ${main === 'match' && html`<a class="button main" href=${flowHref(params, `/unmatched?${new URLSearchParams({ kind, side, search: name })}`)}>Find its counterpart</a>`}
    ${main === 'first' && html`<a class="button main" href=${findHref(params, item.linkFirst.id, item.linkFirst.kind)}>Link ${item.linkFirst.name ?? `${words(item.linkFirst.kind)} ${item.linkFirst.id}`} first</a>`}
    ${main === 'awaited' && awaited && html`<a class="button main" href=${findHref(params, awaited.recordId, awaited.kind)}>Look at what it waits for</a>`}
    ${main === 'brake' && html`<a class="button main" href=${flowHref(params)}>Look at the brake</a>`}
    ${maySync && id && !['disconnected', 'dismissed', 'unlinked', 'paused', 'quarantined'].includes(item.place) && html`<${SyncNow} ...${{ params, here, kind, side, id, tone: main ? undefined : 'main', onDone: reload }} />`}
    ${item.link && html`<a class="button plain" href=${linkHref(params, kind, item.link)}>Compare both sides</a>`}
    <a class="button plain" href=${flowHref(params, `/log?${new URLSearchParams(item.link ? { link: item.link } : { recordId: id ?? '' })}`)}>Its log</a>`;
}

/** Has one record looked at in its system, whatever is known of it here. */
function Ask({ params, query, here }) {
  const { can } = useSession();
  const own = here.kinds.filter(kind => !kind.parent);
  const [kind, setKind] = useState(query.kind && own.some(one => one.name === query.kind) ? query.kind : own[0]?.name);
  const [side, setSide] = useState('left');
  const [id, setId] = useState(/^\S*\d\S*$/.test(query.search) ? query.search : '');
  if (!can('member', 'sync', params.flow)) return null;
  return html`
    <${Section} title="Is it somewhere else?" text="Give the id that the record has in its own system: it is looked at there and synchronised by the rules of the flow, and what became of it, or what stands in its way, is said at once.">
      <div class="find">
        <${Field} label="Kind"><${Select} value=${kind} onChange=${setKind} options=${own.map(one => ({ value: one.name, text: one.text }))} /><//>
        <${Field} label="System"><${Select} value=${side} onChange=${setSide} options=${['left', 'right'].map(one => ({ value: one, text: here.name(one) }))} /><//>
        <${Field} label="Id there"><${TextInput} value=${id} onChange=${setId} autocomplete="off" /><//>
        ${id.trim() && html`<${SyncNow} ...${{ params, here, kind, side, id: id.trim(), label: 'Look at it now' }} />`}
      </div>
    <//>`;
}

/** All links of a kind. */
function Links({ params, query, here }) {
  const kind = query.kind ?? here.kinds.find(one => !one.parent)?.name;
  const pages = usePages(flowPath(params, '/links'), { kind, state: query.state, locked: query.locked === 'yes' || undefined });
  const now = Date.now();
  const isLocked = link => link.lock && new Date(link.lock.until) > now;
  const filtered = query.state || query.locked;
  return html`
    <${Section} title=${`Linked ${here.kinds.find(one => one.name === kind)?.many ?? 'records'}`}>
      <${List} caption="Linked records" pages=${pages} search="Filter what is loaded" rowKey=${link => link.id} rowHref=${link => linkHref(params, link.kind, link.id)}
        filters=${html`
          <${Select} label="Kind" value=${kind} options=${here.kinds.map(one => ({ value: one.name, text: one.text }))} onChange=${value => setQuery({ kind: value })} />
          <${Select} label="State" value=${query.state ?? ''} options=${[{ value: '', text: 'Every state' }, ...linkStates]} onChange=${state => setQuery({ state })} />
          <${Toggle} label="Only locked" checked=${query.locked === 'yes'} onChange=${on => setQuery({ locked: on && 'yes' })} />`}
        columns=${[
          { key: 'left', title: here.name('left'), value: link => link.leftName, render: link => link.leftName || link.rightName || link.id },
          { key: 'leftId', title: 'Id', value: link => link.leftId, hideNarrow: true },
          { key: 'right', title: here.name('right'), value: link => link.rightName },
          { key: 'rightId', title: 'Id', value: link => link.rightId, hideNarrow: true },
          { key: 'state', title: 'State', value: link => link.state, render: link => html`<div><${LinkBadge} link=${link} />${link.reason && html`<p class="small">${link.reason}</p>`}</div>` },
          { key: 'lock', title: 'Lock', value: link => isLocked(link) ? link.lock.until : null, render: link => isLocked(link) && html`<span>${here.name(other(link.lock.source))} waits, ends <${Ago} at=${link.lock.until} coming /></span>` },
        ]}
        empty=${filtered
          ? { title: 'No link is like that.', action: html`<${Button} onClick=${() => setQuery({ state: '', locked: '' })}>Show all<//>` }
          : { title: 'Nothing of this kind is linked yet.', text: 'Records are linked by an import, as they change once the flow is live, or by hand.', action: html`<a class="button plain" href=${flowHref(params, `/unmatched?${new URLSearchParams({ kind })}`)}>Link by hand</a>` }} />
    <//>`;
}
