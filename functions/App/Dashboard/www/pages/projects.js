import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { api, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { FlowPage, flowPath, useFlow } from '../flownav.js';
import { act, projectHref, projectPath, StateBadge, StatusBadge } from '../records.js';
import { useSession } from '../session.js';
import { Ago, announce, Button, Confirm, count, Empty, List, Loading, Note, number, ProblemBox, Section, Select, Toggle } from '../ui.js';

const sorts = [
  { value: '', text: 'By customer' }, { value: 'name', text: 'By project' }, { value: 'board', text: 'By board' }, { value: 'externalId', text: 'By external id' },
  { value: '-lastSync', text: 'Last import, newest first' }, { value: 'lastSync', text: 'Last import, oldest first' }, { value: '-status', text: 'Busiest first' },
];

/** How far each project is synchronised. What is filtered, sorted and grouped is so on the server: there may be thousands. */
export default function Projects({ params, query }) {
  const here = useFlow(params);
  const { can } = useSession();
  const [words, setWords] = useState(query.search ?? '');
  useEffect(() => {
    const timer = setTimeout(() => setQuery({ search: words.trim() }), 250);
    return () => clearTimeout(timer);
  }, [words]);
  const byBoard = query.board === 'yes';
  const pages = usePages(flowPath(params, '/projects'), {
    search: query.search, sort: query.sort, groupBy: byBoard ? 'board' : undefined,
    showDisabled: query.disabled === 'yes' || undefined, showArchived: query.archived === 'yes' || undefined,
  });
  const { first } = pages;
  const isBusy = pages.items.some(project => project.status !== 'idle');

  // What runs moves; a list of which more was asked for stays as it is.
  useEffect(() => {
    if (!isBusy || pages.items.length > 100) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && pages.reload(), 10_000);
    return () => clearInterval(timer);
  }, [isBusy, pages.items.length > 100, pages.reload]);
  useEffect(() => { if (first && query.search) announce(`${count(first.totals.shown, 'project')} found`); }, [first]);

  const maySync = can('member', 'projects', params.flow);
  const mayEnd = can('administrator', 'projects', params.flow);
  const columns = useMemo(() => columnsOf({ params, here, maySync, mayEnd, reload: pages.reload }), [here, maySync, mayEnd, pages.items]);
  const isFiltered = Boolean(query.search);
  const empty = {
    title: isFiltered ? 'No project has that in its name, customer, id or board.' : 'There is no project here yet.',
    text: isFiltered ? 'Disabled and archived ones are only found when they are shown.' : 'Projects appear once both sides have them: after going live and the first import.',
    action: isFiltered ? html`<${Button} onClick=${() => setWords('')}>Show all<//>` : html`<a class="button plain" href=${`#/t/${params.tenant}/f/${params.flow}`}>To the status of the flow</a>`,
  };
  const filters = html`
    <input type="search" class="search" placeholder="Customer, project, id or board" aria-label="Find projects" value=${words} onInput=${event => setWords(event.target.value)} />
    <${Select} label="Sort projects by" value=${query.sort ?? ''} options=${sorts} onChange=${sort => setQuery({ sort })} />
    <${Toggle} label="Group by board" checked=${byBoard} onChange=${on => setQuery({ board: on && 'yes' })} />
    <${Toggle} label="Show disabled" checked=${query.disabled === 'yes'} onChange=${on => setQuery({ disabled: on && 'yes' })} />
    <${Toggle} label="Show archived" checked=${query.archived === 'yes'} onChange=${on => setQuery({ archived: on && 'yes' })} />`;
  const list = { columns, rowKey: project => project.link, rowHref: project => projectHref(params, project.link) };

  return html`
    <${FlowPage} params=${params} here=${here} title="Projects" intro="How far each project is synchronised, and what can be done with it."
      actions=${first?.site && html`<a class="button plain" href=${first.site} target="_blank" rel="noopener">Open ${here.name('left')}</a>`}>
      <${ProblemBox} error=${here.error} />
      ${first && !first.enabled && html`<${Note} tone="warn" title="The integration is switched off.">No project is synchronised until it is switched on again on the page of the flow.<//>`}
      ${first && first.enabled && !first.wentLiveAt && html`<${Note} tone="warn" title="The flow has not gone live yet.">Projects are synchronised from then on.<//>`}
      ${byBoard && first ? html`
        <div class="list"><div class="list-head" role="group" aria-label="Choose from projects">${filters}</div>
          <${ProblemBox} error=${pages.error} retry=${pages.reload} />
          ${pages.items.length === 0 && html`<${Empty} ...${empty} />`}
          ${grouped(pages.items).map(([board, items]) => html`
            <${Section} key=${board} title=${`${board || 'No board'} (${number(first.groups?.find(group => group.name.toLowerCase() === board.toLowerCase())?.count ?? items.length)})`}>
              <${List} caption=${`Projects of ${board || 'no board'}`} items=${items} ...${list} />
            <//>`)}
          ${pages.more && html`<p class="list-foot"><span>${number(pages.items.length)} of ${number(first.totals.shown)} shown</span><${Button} onClick=${pages.loadMore} busy=${pages.loading}>Show more<//></p>`}
        </div>`
      : byBoard && !pages.error ? html`<${Loading} />`
      : html`<${List} caption="Projects" pages=${pages} filters=${filters} empty=${empty} ...${list} />`}
      ${first && html`<p class="small">${count(first.totals.shown, 'project')} of ${number(first.totals.all)}. Look-up lists read <${Ago} at=${first.referencesAt} />${first.sweptAt && html`, every record looked at <${Ago} at=${first.sweptAt} />`}.</p>`}
    <//>`;
}

const columnsOf = ({ params, here, maySync, mayEnd, reload }) => [
  { key: 'project', title: 'Project', render: project => project.name || project.leftName || 'Without a name' },
  { key: 'customer', title: 'Customer', render: project => project.customer || html`<span class="soft">none</span>` },
  { key: 'externalId', title: 'External id', render: project => project.externalId ?? '' },
  { key: 'lastSync', title: 'Last import', render: project => project.lastSyncAt ? html`<span><${Ago} at=${project.lastSyncAt} /> <span class="small">(${project.lastSyncMode})</span></span>` : html`<span class="soft">never</span>` },
  { key: 'status', title: 'Status', render: project => html`<div><${StatusBadge} status=${project.status} />${project.problem && html`<p class="small">Not finished: ${project.problem}</p>`}${project.why && html`<p class="small">${project.why}</p>`}</div>` },
  { key: 'enabled', title: 'Enabled', render: project => html`<div><${StateBadge} state=${project.state} />${project.reason && html`<p class="small">${project.reason}</p>`}</div>` },
  {
    key: 'actions', title: '', render: project => html`<div class="row-wrap">
      <a class="button plain" href=${`${projectHref(params, project.link)}?show=log`} aria-label=${`Log of ${project.name}`}>Log</a>
      ${maySync && project.can.sync && html`<${Button} aria-label=${`Sync ${project.name}`} onClick=${act(() => api.post(projectPath(params, project.link, '/sync'), {}), `The sync of ${project.name} is requested.`, reload)}>Sync<//>`}
      ${maySync && project.can.enable && html`<${Button} aria-label=${`Enable ${project.name}`} onClick=${act(() => api.post(projectPath(params, project.link, '/enable')), `${project.name} is on again.`, reload)}>Enable<//>`}
      ${maySync && project.can.disable && html`<${Button} aria-label=${`Disable ${project.name}`} onClick=${act(() => api.post(projectPath(params, project.link, '/disable')), `${project.name} is off.`, reload)}>Disable<//>`}
      ${mayEnd && project.can.disconnect && html`<${Disconnect} ...${{ params, here, project, reload }} />`}</div>`,
  },
];

/** Ends a project for good. */
export const Disconnect = ({ params, here, project, reload }) => html`
  <${Confirm} label="Disconnect" title=${`Disconnect ${project.name}`} typed=${project.name} buttonTone="danger"
    text=${`Both copies live on, in ${here.name('left')} and in ${here.name('right')}, but nothing of this project is synchronised any more, and the two can never be linked again. If it is only to rest, disable it instead.`}
    onConfirm=${act(() => api.post(projectPath(params, project.link, '/disconnect')), `${project.name} is disconnected.`, reload)} />`;

function grouped(projects) {
  const boards = new Map();
  for (const project of projects) {
    const key = project.board.toLowerCase();
    if (!boards.has(key)) boards.set(key, [project.board, []]);
    boards.get(key)[1].push(project);
  }
  return [...boards.values()];
}
