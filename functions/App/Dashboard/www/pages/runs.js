// The history of a flow: how many changes went over and how long they took, and every run.
import { html, useMemo } from '../vendor/preact.js';
import { useData, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { Button, Facts, List, Loading, ProblemBox, Section, Select, Time, duration, number } from '../ui.js';
import { Chart } from '../chart.js';
import { FlowPage, flowHref, flowPath, title, useFlow } from '../flownav.js';
import { byDay, byHour, modeText, outcomeBadge, triggerText } from '../runwords.js';

const spans = { day: ['The last 24 hours', 'hour', 1], week: ['The last 7 days', 'day', 7], month: ['The last 30 days', 'day', 30], quarter: ['The last 90 days', 'day', 90] };
const sum = (run, member) => Object.values(run.counts).reduce((all, counts) => all + (counts[member] ?? 0), 0);

export default function Runs({ params, query }) {
  const here = useFlow(params);
  const pages = usePages(flowPath(params, '/runs'), null, { limit: 50 });
  const columns = [
    { key: 'at', title: 'Began', value: run => run.startedAt, render: run => html`<${Time} at=${run.startedAt} />` },
    { key: 'mode', title: 'What', value: run => modeText(run.mode), render: run => html`<span>${modeText(run.mode)} <br /><span class="small">${triggerText(run.trigger)}</span></span>` },
    { key: 'outcome', title: 'Outcome', value: run => run.outcome, render: run => html`<span>${outcomeBadge(run)}${run.detail && html`<br /><span class="small">${run.detail}</span>`}</span>` },
    { key: 'took', title: 'Took', numeric: true, value: run => (run.endedAt ? new Date(run.endedAt) : new Date()) - new Date(run.startedAt), render: run => run.endedAt ? duration((new Date(run.endedAt) - new Date(run.startedAt)) / 1000) : 'still running' },
    { key: 'done', title: 'Looked at', numeric: true, value: run => run.done },
    { key: 'changes', title: 'Went over', numeric: true, value: run => sum(run, 'created') + sum(run, 'updated') + sum(run, 'archived') },
    { key: 'failed', title: 'Failed', numeric: true, value: run => sum(run, 'failed'), render: run => sum(run, 'failed') > 0 ? html`<strong class="bad-text">${number(sum(run, 'failed'))}</strong>` : '0' },
  ];
  return html`
    <${FlowPage} params=${params} here=${here} title="Runs" intro="What went over, how long it took, and each run with its outcome. A look for changes that found nothing leaves no run.">
      ${here.error && html`<${ProblemBox} error=${here.error} retry=${here.reload} />`}
      <${Activity} params=${params} here=${here} span=${spans[query.span] ? query.span : 'day'} />
      <${Section} title="Runs">
        <${List} caption="runs" columns=${columns} pages=${pages} rowKey=${run => run.id} rowHref=${run => flowHref(params, `/runs/${encodeURIComponent(run.id)}`)} search="Find in what is shown"
          actions=${html`<${Button} onClick=${() => pages.reload()}>Refresh<//>`}
          empty=${{ title: 'No run yet.', text: 'Runs begin by themselves once the flow is switched on and set up.', action: html`<a class="button" href=${flowHref(params)}>Look at the status</a>` }} />
      <//>
    <//>`;
}

function Activity({ params, here, span }) {
  const [text, by, days] = spans[span];
  const from = useMemo(() => days === 1 ? undefined : new Date(Date.now() - (days - 1) * 86_400_000).toISOString(), [days]);
  const activity = useData(flowPath(params, '/activity'), { by, from }, { every: 60 });
  const points = useMemo(() => activity.data ? (by === 'hour' ? byHour : byDay)(activity.data) : [], [activity.data]);
  const total = activity.data?.total;
  const of = by === 'hour' ? 'Hour' : 'Day (UTC)';
  return html`
    <${Section} title="What went over" actions=${html`<${Select} label="Span" value=${span} onChange=${value => setQuery({ span: value === 'day' ? '' : value })} options=${Object.entries(spans).map(([value, [text]]) => ({ value, text }))} />`}>
      ${!activity.data && (activity.error ? html`<${ProblemBox} error=${activity.error} retry=${activity.reload} />` : html`<${Loading} />`)}
      ${total && html`
        <${Facts} items=${[
          { label: 'Created', value: number(total.created) },
          { label: 'Updated', value: number(total.updated) },
          { label: 'Archived or deleted', value: number(total.archived) },
          { label: 'Half took no longer than', value: total.measured ? duration(total.p50Seconds) : 'Not measured' },
          { label: '95 of 100 took no longer than', value: total.measured ? duration(total.p95Seconds) : 'Not measured' },
        ]} />
        <div class="charts">
          <${Chart} caption=${`Changes: ${text.toLowerCase()}`} of=${of} points=${points} series=${[{ key: 'created', text: 'Created' }, { key: 'updated', text: 'Updated' }, { key: 'archived', text: 'Archived' }]} />
          ${total.measured > 0 && html`<${Chart} caption="Within this time 95 of 100 changes were on the other side" of=${of} points=${points} series=${[{ key: 'p95', text: '95 of 100 within' }]} text=${duration} />`}
        </div>
        ${total.kinds.length > 0 && html`<${Kinds} here=${here} kinds=${total.kinds} />`}`}
    <//>`;
}

const Kinds = ({ here, kinds }) => html`
  <${List} caption="what went over by kind" items=${kinds} rowKey=${kind => `${kind.kind} ${kind.to}`} columns=${[
    { key: 'kind', title: 'Kind', value: kind => title(kind.kind) },
    { key: 'to', title: 'To', value: kind => here.name(kind.to) },
    { key: 'created', title: 'Created', numeric: true, value: kind => kind.created },
    { key: 'updated', title: 'Updated', numeric: true, value: kind => kind.updated },
    { key: 'archived', title: 'Archived', numeric: true, value: kind => kind.archived },
  ]} />`;
