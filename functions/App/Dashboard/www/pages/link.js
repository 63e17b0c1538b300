import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { FlowPage, flowHref, other, title, useFlow, words } from '../flownav.js';
import { act, arrow, LinkBadge, lineColumns, lineKey, linkPath, linkRecords, SyncNow, Value } from '../records.js';
import { useSession } from '../session.js';
import { Ago, announce, Badge, Button, Confirm, count, Empty, Facts, List, Loading, Note, ProblemBox, Section, Time, toast, Toggle } from '../ui.js';

/** Two linked records: both sides field by field, what flows and what does not, and what happened. */
export default function LinkPage({ params }) {
  const here = useFlow(params);
  const { can } = useSession();
  const own = useData(linkPath(params, params.kind, params.link), null, { every: 10 });
  const story = useStory(params);
  const [round, setRound] = useState(0);
  const link = own.data;
  if (!link || !here.ready) return html`
    <${FlowPage} params=${params} here=${here} title="Two linked records">${own.error?.name === 'not-found' ? html`<${Empty} title="These two are not linked, or not any more." text="The search of all records says where they are." action=${html`<a class="button plain" href=${flowHref(params, '/records')}>Find a record</a>`} />` : html`<${ProblemBox} error=${own.error ?? here.error} retry=${own.reload} />`}${!own.error && html`<${Loading} />`}<//>`;

  const kind = here.kinds.find(one => one.name === link.kind);
  const name = link.leftName || link.rightName;
  const isPart = Boolean(kind?.parent);
  const ended = link.state === 'tombstone';
  const mayRecords = can('member', 'records', params.flow);
  const reload = async () => { await own.reload(); await story.reload(); setRound(n => n + 1); };
  const post = rest => act(() => api.post(linkPath(params, params.kind, params.link, rest)), null, reload);
  const waits = link.lock && new Date(link.lock.until) > Date.now();
  const notes = [['left', link.notes.left], ['right', link.notes.right]].filter(([, text]) => text);

  return html`
    <${FlowPage} params=${params} here=${here} title=${name} intro=${`One ${words(link.kind)} in ${here.name('left')} and ${here.name('right')}: what differs, what flows, and what happened.`}
      actions=${html`
        ${!ended && can('member', 'sync', params.flow) && link.leftId && html`<${SyncNow} ...${{ params, here, kind: link.kind, side: 'left', id: link.leftId, isHere: true, onDone: reload }} />`}
        ${mayRecords && !isPart && ['active', 'quarantined'].includes(link.state) && html`<${Button} onClick=${post('/pause')}>Pause<//>`}
        ${mayRecords && !isPart && ['paused', 'quarantined'].includes(link.state) && html`<${Button} tone="main" onClick=${post('/resume')}>Resume<//>`}
        ${mayRecords && ended && !link.final && link.leftId && link.rightId && html`<${Button} tone="main" onClick=${() => linkRecords(params, link.kind, link.leftId, link.rightId)}>Link again<//>`}
        ${mayRecords && !ended && html`
          <${Confirm} label="Unlink" title=${`Unlink ${name}`} text=${`Both records live on, in ${here.name('left')} and in ${here.name('right')}, and their changes no longer flow. They are not linked again by themselves; by hand you can.`}
            onConfirm=${act(() => api.del(linkPath(params, params.kind, params.link)), 'The two are no longer linked.', reload)} />`}
        ${can('administrator', 'records', params.flow) && !isPart && !link.final && html`
          <${Confirm} label="Disconnect" title=${`Disconnect ${name}`} typed=${name} buttonTone="danger" text="For good: both records live on, but the two can never be linked again, not even by hand. If you may want them linked later, unlink them instead."
            onConfirm=${post('/disconnect')} />`}`}>
      <p class="up"><a href=${flowHref(params, `/records?${new URLSearchParams({ kind: params.kind })}`)}>All linked ${kind?.many ?? 'records'}</a></p>
      ${own.error && html`<${ProblemBox} error=${own.error} retry=${own.reload} />`}
      <div class="card">
        <${Facts} items=${[
          { label: 'State', value: html`<${LinkBadge} link=${link} />${link.stateSince && html` <span class="small">since <${Time} at=${link.stateSince} /></span>`}${link.reason && html`<p class="small">${link.reason}</p>`}` },
          { label: `In ${here.name('left')}`, value: html`${link.leftId ? link.leftName : 'being made'}<br /><span class="small">Id ${link.leftId ?? 'not known yet'}</span>` },
          { label: `In ${here.name('right')}`, value: html`${link.rightId ? link.rightName : 'being made'}<br /><span class="small">Id ${link.rightId ?? 'not known yet'}</span>` },
        ]} />
      </div>
      <div class="notes">
        ${notes.map(([side, text]) => html`<${Note} tone="warn" title=${`Some of it does not flow from ${here.name(side)}.`}>${text}<//>`)}
        ${waits && html`
          <${Note} tone="info" title=${`${here.name(link.lock.source)} was changed last: changes made in ${here.name(other(link.lock.source))} wait.`} action=${mayRecords && html`<${Button} onClick=${post('/release')}>Release the lock<//>`}>
            <p>The lock ends <${Ago} at=${link.lock.until} coming /> (<${Time} at=${link.lock.until} />). ${link.held.length === 0 ? 'It holds nothing now.' : 'It holds:'}</p>
            ${link.held.length > 0 && html`<ul>${link.held.map(item => html`<li>A change in ${here.name(item.side)}, held until <${Time} at=${item.dueAt} />${item.detail && html`: ${item.detail}`}</li>`)}</ul>`}
          <//>`}
      </div>
      ${ended
        ? html`<${Note} tone="off" title=${link.final ? 'Disconnected for good.' : 'No longer linked.'}>${link.final ? 'Both records live on; the two can never be linked again.' : 'There is nothing to compare. Linked again, the two are compared and flow as before.'}<//>`
        : html`<${Comparison} key=${round} ...${{ params, here, mayRecords, onPushed: () => { own.reload(); story.reload(); } }} />`}
      <${Section} title="What happened" text="To the two and to what lives inside them, newest first, with calls that failed.">
        <${List} caption="What happened" pages=${story} search="Filter what happened" columns=${lineColumns} rowKey=${lineKey} empty=${{ title: 'The log says nothing of these two.', text: 'It begins with the first change, and old lines are taken away after some months.' }} />
      <//>
    <//>`;
}

/** The log of the link, with the failed calls at their time. */
function useStory(params) {
  const path = linkPath(params, params.kind, params.link, '/story');
  const [state, setState] = useState({ lines: [], calls: [], continuation: null, loading: true, error: null });
  const load = async continuation => {
    setState(old => ({ ...old, loading: true }));
    try {
      const page = await api.get(path, { limit: 50, continuation });
      setState(old => ({ lines: continuation ? [...old.lines, ...page.log] : page.log, calls: page.apiCalls, continuation: page.continuation, loading: false, error: null }));
    } catch (error) {
      setState(old => ({ ...old, loading: false, error }));
    }
  };
  useEffect(() => { load(); }, [path]);
  const items = useMemo(() => [...state.lines.map(notice => ({ at: notice.at, notice })), ...state.calls.map(apiCall => ({ at: apiCall.at, apiCall }))].sort((a, b) => b.at.localeCompare(a.at)), [state]);
  return { items, first: items, more: Boolean(state.continuation), loading: state.loading, error: state.error, loadMore: () => load(state.continuation), reload: () => load() };
}

const syncs = { nothing: '', hold: 'held', leftToRight: 'flows', rightToLeft: 'flows' };

/** Both records as they are now. Fields are ticked, each its way, and applied together. */
function Comparison({ params, here, mayRecords, onPushed }) {
  const [found, setFound] = useState({ data: null, error: null, loading: true });
  const [ticked, setTicked] = useState({});
  const [all, setAll] = useState(null);
  const load = async () => {
    setFound(old => ({ ...old, loading: true }));
    try {
      const data = await api.get(linkPath(params, params.kind, params.link, '/differences'));
      setFound({ data, error: null, loading: false });
      setTicked({});
      announce(data.differ ? `${count(data.fields.filter(field => field.differs).length, 'field')} differ` : 'Both sides agree');
    } catch (error) {
      setFound(old => ({ ...old, error, loading: false }));
    }
  };
  useEffect(() => { load(); }, []);
  const { data } = found;
  const refresh = html`<${Button} onClick=${load} busy=${found.loading}>Refresh<//>`;
  if (!data) return html`<${Section} title="Field by field" actions=${found.error && refresh}>${found.error ? html`<${ProblemBox} error=${found.error} />` : html`<${Loading} text="Reading both records" />`}<//>`;

  const differing = data.fields.filter(field => field.differs);
  const onlyDiffering = all === null ? differing.length > 0 : !all;
  const fields = onlyDiffering ? differing : data.fields;
  const chosen = Object.entries(ticked);
  const offers = mayRecords && data.differ;
  const can = (field, direction) => direction === 'leftToRight' ? field.writableRight : field.writableLeft;
  const whyNot = (field, direction) => direction === 'leftToRight' ? field.whyNotRight : field.whyNotLeft;
  const tick = (field, direction) => setTicked(old => {
    const { [field.name]: before, ...rest } = old;
    return before === direction ? rest : { ...rest, [field.name]: direction };
  });
  const tickAll = direction => setTicked(Object.fromEntries(differing.filter(field => can(field, direction)).map(field => [field.name, direction])));
  const apply = async () => {
    const done = await api.post(linkPath(params, params.kind, params.link, '/push'), { fields: ticked });
    toast(done.detail);
    setTicked({});
    if (done.after) setFound({ data: { ...done.after, names: data.names }, error: null, loading: false });
    else await load();
    onPushed();
  };
  const goal = direction => here.name(direction === 'leftToRight' ? 'right' : 'left');

  return html`
    <${Section} title="Field by field" actions=${refresh}
      text=${mayRecords && differing.length > 0 ? 'Tick what is to be taken over and which way; all of it is applied together. Locks and held changes do not hold up what you apply.' : null}>
      ${found.error && html`<${ProblemBox} error=${found.error} />`}
      <p class="small">Read <${Ago} at=${data.left.readAt} /> in ${here.name('left')}, <${Ago} at=${data.right.readAt} /> in ${here.name('right')}.</p>
      ${[['left', data.left], ['right', data.right]].filter(([, side]) => !side.found).map(([side]) => html`<${Note} tone="bad" title=${`The record is not in ${here.name(side)} any more.`} />`)}
      ${[['left', data.left], ['right', data.right]].filter(([, side]) => side.blocked).map(([side, seen]) => html`<${Note} tone="warn" title=${`${here.name(side)}: ${seen.blocked}`} />`)}
      ${data.whyNoSync && data.differ && html`<${Note} tone="warn" title=${data.whyNoSync}>Differences stay until that changes, or until you apply them here.<//>`}
      ${data.differ
        ? html`<p class="compare-sum"><${Badge} tone="warn">${count(differing.length, 'field')} differ${differing.length === 1 ? 's' : ''}<//></p>`
        : html`<${Note} tone="ok" title="Both sides agree. There is nothing to apply." />`}
      <div class="list-head" role="group" aria-label="What is compared">
        <${Toggle} label="Show all fields" checked=${!onlyDiffering} onChange=${setAll} />
        ${mayRecords && differing.length > 1 && html`
          <${Button} onClick=${() => tickAll('leftToRight')}>Tick all → ${here.name('right')}<//>
          <${Button} onClick=${() => tickAll('rightToLeft')}>Tick all ← ${here.name('left')}<//>`}
      </div>
      ${fields.length > 0 && html`
        <div class="table-box">
          <table role="table" class="compare">
            <caption class="hidden">Both records, field by field</caption>
            <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Field</th><th role="columnheader" scope="col">${here.name('left')}</th>${offers && html`<th role="columnheader" scope="col">Take over</th>`}<th role="columnheader" scope="col">${here.name('right')}</th></tr></thead>
            <tbody role="rowgroup">
              ${fields.map(field => html`
                <tr role="row" key=${field.name} class=${field.differs ? 'differs' : ''}>
                  <td role="cell" class="first">${title(field.name)}${field.differs && html` <span class="hidden">differs</span>`}${syncs[field.sync] && html`<p class="small">${field.sync === 'hold' ? 'held by the lock' : `a sync takes it ${arrow(field.sync)} ${goal(field.sync)}`}</p>`}</td>
                  <td role="cell" data-label=${here.name('left')}><div><${Value} value=${field.left} names=${data.names} kind=${field.references} params=${params} /></div></td>
                  ${offers && html`
                    <td role="cell" class="ways">
                      ${field.differs && ['rightToLeft', 'leftToRight'].map(direction => can(field, direction)
                        ? html`<label><input type="checkbox" checked=${ticked[field.name] === direction} onChange=${() => tick(field, direction)} /><span>${arrow(direction)} <span class="way">to ${goal(direction)}</span></span></label>`
                        : html`<p class="small">Not ${arrow(direction)} ${goal(direction)}: ${whyNot(field, direction)}</p>`)}
                    </td>`}
                  <td role="cell" data-label=${here.name('right')}><div><${Value} value=${field.right} names=${data.names} kind=${field.references} params=${params} /></div></td>
                </tr>`)}
            </tbody>
          </table>
        </div>`}
      ${offers && html`
        <div class="form-actions">
          <${Button} tone="main" disabled=${chosen.length === 0} onClick=${apply}>${chosen.length === 0 ? 'Apply' : `Apply ${count(chosen.length, 'field')}`}<//>
          ${chosen.length > 0 && html`<${Button} onClick=${() => setTicked({})}>Untick all<//>`}
        </div>`}
    <//>`;
}
