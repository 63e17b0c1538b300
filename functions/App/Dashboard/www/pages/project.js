import { html, useEffect } from '../vendor/preact.js';
import { api, useData, usePages } from '../api.js';
import { FlowPage, flowHref, title, useFlow, words } from '../flownav.js';
import { act, Awaits, lineColumns, lineKey, linkHref, projectPath, StateBadge, StatusBadge, WorkBadge } from '../records.js';
import { useSession } from '../session.js';
import { Ago, announce, Button, count, duration, Facts, List, Loading, Note, number, ProblemBox, Section, Time } from '../ui.js';
import { Disconnect } from './projects.js';

/** All that is known of one project: its two records, what runs or waits, and what happened to it. */
export default function Project({ params, query }) {
  const here = useFlow(params);
  const { can } = useSession();
  const own = useData(projectPath(params, params.link), null, { every: 3 });
  const log = usePages(projectPath(params, params.link, '/log'));
  const panel = own.data;
  const project = panel?.project;
  const maySync = can('member', 'projects', params.flow);
  useEffect(() => { if (project) announce(`Status: ${words(project.status)}`); }, [project?.status]);

  // What a run has just done is in the log.
  useEffect(() => { if (project?.status === 'idle' && log.first && log.items.length <= 100) log.reload(); }, [project?.status]);
  useEffect(() => { if (query.show === 'log' && panel) document.getElementById('log')?.scrollIntoView(); }, [Boolean(panel)]);
  if (!panel || !here.ready) return html`
    <${FlowPage} params=${params} here=${here} title="Project"><${ProblemBox} error=${own.error ?? here.error} retry=${own.reload} />${!own.error && html`<${Loading} />`}<//>`;

  const reload = async () => { await own.reload(); await log.reload(); };
  const post = (rest, done, body) => act(() => api.post(projectPath(params, params.link, rest), body), done, reload);
  const name = project.name || project.leftName || 'Project';
  return html`
    <${FlowPage} params=${params} here=${here} title=${name} intro=${project.customer ? `A project of ${project.customer}, in both systems.` : 'One project, in both systems.'}
      actions=${html`
        ${maySync && html`<${Button} tone="main" disabled=${!project.can.sync} onClick=${post('/sync', 'The sync is requested.', { mode: 'delta' })}>Sync now<//>`}
        ${maySync && html`<${Button} disabled=${!project.can.sync} onClick=${post('/sync', 'The comprehensive sync is requested.', { mode: 'comprehensive' })}>Sync everything<//>`}
        ${maySync && project.can.enable && html`<${Button} onClick=${post('/enable', `${name} is on again; all of it is looked at.`)}>Enable<//>`}
        ${maySync && project.can.disable && html`<${Button} onClick=${post('/disable', `${name} is off.`)}>Disable<//>`}
        ${can('administrator', 'projects', params.flow) && project.can.disconnect && html`<${Disconnect} ...${{ params, here, project, reload }} />`}`}>
      <p class="up"><a href=${flowHref(params, '/projects')}>All projects</a></p>
      ${own.error && html`<${ProblemBox} error=${own.error} retry=${own.reload} />`}
      ${panel.synced
        ? html`<${Note} tone="ok" title="Synchronised.">Changes in ${here.name('left')} and ${here.name('right')} flow by themselves.<//>`
        : html`<${Note} tone="warn" title="Not synchronised.">${panel.whyNot}<//>`}
      ${project.problem && html`<${Note} tone="bad" title="The last sync could not be finished.">${project.problem}<//>`}
      <div class="card">
        <${Facts} items=${[
          { label: 'Status', value: html`<${StatusBadge} status=${project.status} />${project.since && project.status !== 'idle' && html` <span class="small">since <${Ago} at=${project.since} /></span>`}${project.why && html`<p class="small">${project.why}</p>`}` },
          { label: 'Enabled', value: html`<${StateBadge} state=${project.state} />${project.stateSince && html` <span class="small">since <${Time} at=${project.stateSince} /></span>`}${project.reason && html`<p class="small">${project.reason}</p>`}` },
          ...[['left', panel.left], ['right', panel.right]].map(([side, record]) => ({
            label: `In ${here.name(side)}`,
            value: html`${record.page ? html`<a href=${record.page} target="_blank" rel="noopener">${record.name || 'Open'}</a>` : record.name || 'Without a name'}<br /><span class="small">Id ${record.id ?? 'not known'}</span>`,
          })),
          project.board && { label: 'Board', value: project.board },
          { label: 'Work type', value: panel.workType.name ?? panel.workType.id },
          { label: 'Last sync', value: project.lastSyncAt ? html`<${Time} at=${project.lastSyncAt} /> (${project.lastSyncMode})` : 'never' },
          { label: 'Last delta', value: panel.lastDeltaAt ? html`<${Time} at=${panel.lastDeltaAt} />` : 'never' },
          { label: 'Last comprehensive', value: panel.lastComprehensiveAt ? html`<${Time} at=${panel.lastComprehensiveAt} />` : 'never' },
          panel.nextComprehensiveAt && { label: 'Next comprehensive', value: html`<${Ago} at=${panel.nextComprehensiveAt} coming />` },
          panel.coolsDownUntil && { label: 'Rests', value: html`until <${Time} at=${panel.coolsDownUntil} /><p class="small">After a sync a project rests for ${duration(panel.coolDownSeconds)}; what is asked for meanwhile is kept.</p>` },
          { label: 'First import', value: project.firstImportAt ? html`<${Time} at=${project.firstImportAt} />` : 'not yet' },
        ]} />
      </div>
      ${panel.inside.length > 0 && html`
        <${Section} title="Inside" text="What lives in this project and is linked one by one.">
          <${List} caption="What is inside" items=${panel.inside} rowKey=${part => part.kind} columns=${[
            { key: 'kind', title: 'Kind', value: part => title(part.kind) },
            { key: 'linked', title: 'Linked', numeric: true, value: part => part.linked, render: part => number(part.linked) },
            { key: 'waiting', title: 'Waiting', numeric: true, value: part => part.waiting, render: part => number(part.waiting) },
          ]} />
        <//>`}
      ${panel.waiting.length > 0 && html`
        <${Section} title=${`${count(panel.waiting.length, 'record')} waiting`} text="What of this project is still to be done, and why.">
          <${List} caption="What waits" items=${panel.waiting} rowKey=${item => `${item.kind} ${item.side} ${item.recordId}`} rowHref=${item => item.link && linkHref(params, item.kind, item.link)} columns=${[
            { key: 'name', title: 'Record', value: item => item.name ?? `${words(item.kind)} ${item.recordId}` },
            { key: 'kind', title: 'Kind', value: item => words(item.kind) },
            { key: 'why', title: 'Why', value: item => item.detail ?? '', render: item => html`<div><${WorkBadge} reason=${item.reason} /><p class="small">${item.awaits ? html`<${Awaits} params=${params} item=${item} />` : item.detail}</p></div>` },
            { key: 'due', title: 'Next look', value: item => item.dueAt, render: item => item.reason === 'dead' ? 'by a person' : html`<${Ago} at=${item.dueAt} coming />` },
          ]} />
        <//>`}
      <div id="log">
        <${Section} title="Log" text="What was done, what could not be done, and the calls for it that failed, newest first.">
          <${List} caption="Log of the project" pages=${log} search="Filter the log" columns=${lineColumns} rowKey=${lineKey} empty=${{ title: 'Nothing has happened to this project yet.' }} />
        <//>
      </div>
    <//>`;
}
