import { html, useEffect, useState } from '../vendor/preact.js';
import { api, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { FlowPage, flowHref, flowPath, other, useFlow, words } from '../flownav.js';
import { act, findHref, linkRecords, pairOf } from '../records.js';
import { useSession } from '../session.js';
import { Ago, announce, Button, Confirm, count, Dialog, Empty, List, Loading, Note, ProblemBox, Select, TextInput, Toggle } from '../ui.js';
import { sentence } from './records.js';

/** Records without a counterpart. Works while the flow or the kind is off. */
export default function Unmatched({ params, query }) {
  const here = useFlow(params);
  const { can } = useSession();
  const kinds = here.kinds.filter(kind => !kind.parent && !kind.partOf);
  const kind = query.kind ?? kinds[0]?.name;
  const side = query.side === 'right' ? 'right' : 'left';
  const dismissed = query.dismissed === 'yes';
  const [text, setText] = useState(query.search ?? '');
  useEffect(() => {
    const timer = setTimeout(() => setQuery({ search: text.trim() }), 250);
    return () => clearTimeout(timer);
  }, [text]);
  const pages = usePages(here.ready && kind ? flowPath(params, '/unmatched') : null, { kind, side, search: query.search, dismissed: dismissed || undefined }, { limit: 50 });

  // Only so many are looked through at a time: without a hit the search goes on by itself.
  useEffect(() => { if (pages.items.length === 0 && pages.more && !pages.loading) pages.loadMore(); }, [pages.items, pages.loading]);
  const own = kinds.find(one => one.name === kind);
  const may = can('member', 'records', params.flow);
  const creates = own && ['both', side === 'left' ? 'leftToRight' : 'rightToLeft', side === 'left' ? 'initiallyFromLeft' : 'initiallyFromRight'].includes(own.newRecords);
  const [choosing, setChoosing] = useState(null);
  const { name } = here;
  const post = (rest, body, done) => act(() => api.post(flowPath(params, rest), body), done, pages.reload);

  return html`
    <${FlowPage} params=${params} here=${here} title="Unmatched" intro="Records that have no counterpart on the other side: link them, have the counterpart made, or say that they are not to be matched.">
      <${ProblemBox} error=${here.error} />
      ${here.flow && !here.flow.enabled && html`<${Note} tone="info" title="The flow is switched off.">What you do here is done all the same; nothing else flows.<//>`}
      <${List} caption="Unmatched records" pages=${pages} rowKey=${record => record.id}
        filters=${html`
          <${Select} label="Kind" value=${kind} options=${kinds.map(one => ({ value: one.name, text: one.text }))} onChange=${value => setQuery({ kind: value })} />
          <${Select} label="System" value=${side} options=${['left', 'right'].map(one => ({ value: one, text: `In ${name(one)}` }))} onChange=${value => setQuery({ side: value })} />
          <input type="search" class="search" placeholder="Name or id" aria-label="Find unmatched records" value=${text} onInput=${event => setText(event.target.value)} />
          <${Toggle} label="Not to be matched" checked=${dismissed} onChange=${on => setQuery({ dismissed: on && 'yes' })} />`}
        columns=${[
          { key: 'name', title: name(side), value: record => record.label, render: record => html`<div>${record.label}<p class="small">Id ${record.id}, seen <${Ago} at=${record.seenAt} /></p></div>` },
          { key: 'why', title: 'Why', value: record => record.reason, render: record => sentence(record.reason) },
          !dismissed && {
            key: 'suggestions', title: `Suggested in ${name(other(side))}`, render: record => record.suggestions.length === 0 ? html`<span class="soft">none</span>` : html`
              <ul class="suggestions">${record.suggestions.map(suggestion => html`
                <li key=${suggestion.id}>
                  <div>${suggestion.label} <span class="small">${suggestion.id}</span><p class="small">${suggestion.reasons.join(', ')}</p></div>
                  ${may && html`<${Button} aria-label=${`Link ${record.label} with ${suggestion.label}`} onClick=${() => linkRecords(params, kind, ...pairOf(side, record.id, suggestion.id))}>Link<//>`}
                </li>`)}</ul>`,
          },
          may && {
            key: 'actions', title: '', render: record => dismissed
              ? html`<${Button} aria-label=${`Offer again: ${record.label}`} onClick=${post('/unmatched/offer', { kind, side, id: record.id }, `${record.label} is offered again.`)}>Offer again<//>`
              : html`<div class="row-wrap">
                <${Button} aria-label=${`Find a counterpart for ${record.label}`} onClick=${() => setChoosing(record)}>Find<//>
                ${creates && html`<${Confirm} label=${`Create in ${name(other(side))}`} title=${`Create ${record.label} in ${name(other(side))}`} tone="main" text=${`A new ${words(kind)} is made in ${name(other(side))} and linked with this one.`}
                  onConfirm=${act(() => api.post(flowPath(params, '/counterparts'), { kind, side, recordId: record.id }), null, pages.reload)} />`}
                <${Button} aria-label=${`Do not match ${record.label}`} onClick=${post('/unmatched/dismiss', { kind, side, id: record.id }, `${record.label} is not to be matched.`)}>Do not match<//></div>`,
          },
        ].filter(Boolean)}
        empty=${pages.more ? { title: 'Searching on…' }
          : query.search ? { title: 'No unmatched record has that name or id.', text: 'It may be linked, waiting or left alone: the search of all records says which.', action: html`<a class="button plain" href=${flowHref(params, `/records?${new URLSearchParams({ search: query.search })}`)}>Search all records</a><${Button} onClick=${() => setText('')}>Show all unmatched<//>` }
          : dismissed ? { title: 'Nobody has said of a record that it is not to be matched.' }
          : { title: `Every ${words(kind)} that is known in ${name(side)} has its counterpart.`, text: 'Those that were there before the flow are looked at when it goes live and by each import.', action: html`<${Button} onClick=${() => setQuery({ side: other(side) })}>Look in ${name(other(side))}<//>` }} />
      ${choosing && html`<${Choose} ...${{ params, here, kind, side, record: choosing, onClose: () => setChoosing(null) }} />`}
    <//>`;
}

/** Finds the counterpart of a record by a search that begins with its name. */
function Choose({ params, here, kind, side, record, onClose }) {
  const there = other(side);
  const [text, setText] = useState(record.label);
  const [search, setSearch] = useState(record.label);
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text]);
  const pages = usePages(flowPath(params, '/unmatched'), { kind, side: there, search }, { limit: 25 });
  useEffect(() => { if (pages.items.length === 0 && pages.more && !pages.loading) pages.loadMore(); }, [pages.items, pages.loading]);
  useEffect(() => { if (pages.first && !pages.loading) announce(`${count(pages.items.length, 'record')} found`); }, [pages.items]);
  return html`
    <${Dialog} title=${`The counterpart of ${record.label} in ${here.name(there)}`} onClose=${onClose} wide>
      <p class="soft">Change the name to search for another one, or empty it to page through all that are not linked.</p>
      <div class="list-head"><${TextInput} type="search" label=${`Name or id in ${here.name(there)}`} value=${text} onChange=${setText} /><${Button} onClick=${() => setText('')} disabled=${!text}>Show all<//></div>
      <${ProblemBox} error=${pages.error} retry=${pages.reload} />
      ${pages.loading && pages.items.length === 0 && html`<${Loading} text="Searching" />`}
      ${!pages.loading && !pages.more && !pages.error && pages.items.length === 0 && html`<${Empty} title=${`Nothing unlinked in ${here.name(there)} is called that.`} text="It may be linked with another record already." action=${search && html`<a class="button plain" href=${findHref(params, search)}>Look where it is</a>`} />`}
      <ul class="suggestions">
        ${pages.items.map(found => html`
          <li key=${found.id}><div>${found.label} <span class="small">${found.id}</span><p class="small">${sentence(found.reason)}</p></div>
            <${Button} aria-label=${`Link with ${found.label}`} onClick=${() => linkRecords(params, kind, ...pairOf(side, record.id, found.id))}>Link<//></li>`)}
      </ul>
      ${pages.more && pages.items.length > 0 && html`<p class="list-foot"><span>There are more.</span><${Button} onClick=${pages.loadMore} busy=${pages.loading}>Show more<//></p>`}
    <//>`;
}
