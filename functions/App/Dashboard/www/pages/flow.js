// The status of a flow: whether it is in step, what it does now and next, and what a person may do about it.
import { html, useMemo } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { useSession } from '../session.js';
import { Ago, Badge, Button, Confirm, Empty, Facts, Loading, Note, ProblemBox, Progress, Section, Time, count, duration, number, toast } from '../ui.js';
import { Chart } from '../chart.js';
import { FlowPage, flowHref, flowPath, plural, title, useFlow } from '../flownav.js';
import { byHour, modeText, outcomeBadge } from '../runwords.js';

const laneText = { live: 'Changes', import: 'Import', sweep: 'Full comparison' };
const statusText = { idle: 'Idle', requested: 'Requested', inQueue: 'In queue', syncing: 'Syncing' };
const statusTone = { idle: 'ok', requested: 'info', inQueue: 'info', syncing: 'info' };
const statusHelp = {
  idle: 'Nothing runs and nothing waits.',
  requested: 'It was asked for, and waits for the next time it may begin.',
  inQueue: 'It may begin, and waits for its turn.',
  syncing: 'It is under way.',
};
const health = {
  connected: ['ok', 'Connected'],
  pending: ['warn', 'Not connected yet'],
  expired: ['bad', 'Has to be signed in again'],
  disconnected: ['bad', 'Disconnected'],
};
const workText = {
  webhook: ['Just reported by a system', ''],
  retry: ['To be tried again', ''],
  held: ['Held, because the other side was changed last', 'They go over by themselves when the hold ends.'],
  parked: ['Waiting for a record they refer to', 'They go over as soon as that one is linked.'],
  intent: ['Being written just now', ''],
  again: ['To be looked at again', ''],
  braked: ['Held by the brake on mass deletions', 'Confirm or dismiss it on this page.'],
  dead: ['Given up', 'Correct what is wrong, then take them up again.'],
  unread: ['Waiting until a list is read to its end', ''],
  reaction: ['Reactions still to be done', ''],
};

export default function FlowStatus({ params }) {
  const here = useFlow(params, { every: 60 });
  const status = useData(flowPath(params, '/status'), null, { every: 5 });
  const activity = useData(flowPath(params, '/activity'), null, { every: 60 });
  const setup = useData(flowPath(params, '/setup'));
  const reload = () => { status.reload(); here.reload(); };
  const data = status.data;
  return html`
    <${FlowPage} params=${params} here=${here} title=${here.flow?.name ?? params.flow}
      intro=${here.ready ? `Keeps ${here.name('left')} and ${here.name('right')} in step${here.flow.settings.direction === 'both' ? ', both ways' : here.flow.settings.direction === 'leftToRight' ? `, from ${here.name('left')} to ${here.name('right')} only` : `, from ${here.name('right')} to ${here.name('left')} only`}.` : undefined}
      actions=${data && html`<${Actions} ...${{ params, here, data, reload }} />`}>
      ${!data && status.error && html`<${ProblemBox} error=${status.error} retry=${status.reload} />`}
      ${!data && !status.error && html`<${Loading} />`}
      ${data && html`
        <${State} ...${{ params, here, data, setup: setup.data }} />
        ${data.brakes.map(brake => html`<${Brake} key=${brake.kind} ...${{ params, brake, reload }} />`)}
        ${data.lastRun && !data.lastRun.endedAt && html`<${Now} params=${params} run=${data.lastRun} />`}
        <${Section} title="What it does now" text="Changes, imports and full comparisons run beside each other.">
          <ul class="lanes">${data.lanes.map(lane => html`<${Lane} key=${lane.lane} ...${{ params, lane }} />`)}</ul>
        <//>
        <${Section} title="Plan">
          <${Facts} items=${[
            { label: 'Looks for changes', value: data.pollPlan.charAt(0).toUpperCase() + data.pollPlan.slice(1) },
            { label: 'Next look', value: data.enabled ? html`<${Ago} at=${data.nextDueAt} coming />` : 'Off' },
            { label: 'Next full comparison', value: data.nextSweepAt ? html`<${Ago} at=${data.nextSweepAt} coming />` : data.enabled && data.wentLiveAt ? 'Only by hand' : 'Off' },
            { label: 'Live since', value: data.wentLiveAt ? html`<${Time} at=${data.wentLiveAt} />` : 'Not yet' },
            data.lastRun && { label: 'Last run', value: html`<a href=${flowHref(params, `/runs/${encodeURIComponent(data.lastRun.id)}`)}>${modeText(data.lastRun.mode)}, <${Ago} at=${data.lastRun.startedAt} /></a>` },
          ]} />
        <//>
        <${Last24Hours} params=${params} activity=${activity} />
        <${Waiting} ...${{ params, work: data.work }} />
        <${Connections} ...${{ params, here, budgets: data.budgets }} />
        <${Ending} ...${{ params, here, data, reload }} />`}
    <//>`;
}

/** In a sentence: is it in step, and if not, why. */
export function verdict(data) {
  const broken = (data.sides ?? data.budgets).filter(side => side.health !== 'connected');
  if (data.disconnectedAt) return { tone: 'off', text: 'Disconnected', since: data.disconnectedAt, why: 'The flow was separated for good; nothing goes over any more.' };
  if (broken.length) return { tone: 'bad', text: 'Needs attention', why: broken.length > 1 ? 'Neither system is connected.' : 'One system has to be signed in again. What changes meanwhile goes over afterwards.' };
  if (!data.enabled) return { tone: 'off', text: 'Switched off', why: 'Nothing goes over until it is switched on. What changes meanwhile goes over then.' };
  if (!data.wentLiveAt) return { tone: 'warn', text: 'Not live yet', why: 'What is in both systems already is being looked at, or has to be set up first.' };
  if (data.brakes.length) return { tone: 'warn', text: 'Needs attention', since: data.brakes[0].since, why: 'Many records would be archived or deleted at once: a person has to say whether that is meant.' };
  if ((data.work.dead ?? 0) > 0) return { tone: 'warn', text: 'Needs attention', why: `${count(data.work.dead, 'record was', 'records were')} given up after many attempts. Everything else is in step.` };
  if (data.status !== 'idle') return { tone: 'info', text: statusText[data.status], since: data.since, why: data.why };
  const waiting = Object.entries(data.work).filter(([reason]) => ['retry', 'again', 'webhook', 'unread'].includes(reason)).reduce((sum, [, n]) => sum + n, 0);
  if (waiting) return { tone: 'info', text: 'Catching up', why: `${count(waiting, 'change goes', 'changes go')} over next.` };
  const kept = (data.work.held ?? 0) + (data.work.parked ?? 0);
  return { tone: 'ok', text: 'In step', since: data.since, why: kept ? `Every change that was made so far is on the other side, but for ${count(kept, 'record')} that ${kept === 1 ? 'waits' : 'wait'} as told below.` : 'Every change that was made so far is on the other side.' };
}

function State({ params, here, data, setup }) {
  const { tone, text, since, why } = verdict(data);
  const { can } = useSession();
  const unready = setup && !setup.skipped && !setup.completedAt && setup.step !== 'done' && !data.wentLiveAt && !data.disconnectedAt;
  return html`
    <div class="card state">
      <p class="state-word"><${Badge} tone=${tone}>${text}<//>${since && html`<span class="small">since <${Time} at=${since} /></span>`}</p>
      <p>${why}</p>
      ${unready && can('administrator', 'settings', params.flow) && html`<div class="actions"><a class="button main" href=${flowHref(params, '/setup')}>Go on with the setup</a></div>`}
      ${data.budgets.some(side => side.health !== 'connected') && html`
        <div class="actions">${data.budgets.filter(side => side.health !== 'connected').map(side => html`<a key=${side.side} class="button main" href=${`#/t/${encodeURIComponent(params.tenant)}/connections/${encodeURIComponent(side.connection)}`}>Sign in to ${here.name(side.side)}</a>`)}</div>`}
      ${(data.work.dead ?? 0) > 0 && html`<div class="actions"><a class="button" href=${flowHref(params, '/work?reason=dead')}>See what was given up</a></div>`}
    </div>`;
}

function Actions({ params, here, data, reload }) {
  const { can } = useSession();
  const mayRun = can('member', 'sync', params.flow) && !data.disconnectedAt;
  const maySwitch = can('administrator', 'settings', params.flow) && !data.disconnectedAt;
  const isIdle = lane => data.lanes.find(one => one.lane === lane)?.status === 'idle';
  const isLive = data.enabled && data.wentLiveAt;
  const start = (mode, text) => async () => {
    const run = await api.post(flowPath(params, '/sync'), { mode });
    toast(`${text} has begun.`);
    location.hash = flowHref(params, `/runs/${encodeURIComponent(run.runId)}`);
  };
  const turn = on => async () => {
    await api.post(flowPath(params, on ? '/enable' : '/disable'));
    toast(on ? 'The flow is on.' : 'The flow is off.');
    reload();
  };
  return html`
    ${mayRun && isLive && html`<${Button} tone="main" disabled=${!isIdle('live')} onClick=${start('delta', 'The look for changes')}>Sync now<//>`}
    ${mayRun && isLive && html`<${Button} disabled=${!isIdle('sweep')} onClick=${start('comprehensive', 'The full comparison')}>Compare everything<//>`}
    ${mayRun && here.pair?.kinds.some(kind => kind.isReference) && html`<${Button} disabled=${!isIdle('sweep')} onClick=${start('reference', 'Reading reference data')}>Read reference data<//>`}
    ${mayRun && html`<${Button} disabled=${!isIdle('sweep')} onClick=${start('dryRun', 'The dry run')}>What would happen?<//>`}
    ${maySwitch && (data.enabled
      ? html`<${Confirm} label="Switch off" title=${`Switch off ${here.flow?.name}?`} tone="main" onConfirm=${turn(false)} text="Nothing goes over until it is switched on again, and both systems are told to report no changes. Nothing is lost: what changes meanwhile goes over then." />`
      : html`<${Button} tone="main" onClick=${turn(true)}>Switch on<//>`)}`;
}

function Brake({ params, brake, reload }) {
  const { can } = useSession();
  const many = plural(brake.kind);
  const answer = (what, said) => async () => {
    await api.post(flowPath(params, `/brakes/${encodeURIComponent(brake.kind)}/${what}`));
    toast(said);
    reload();
  };
  return html`
    <${Note} tone="warn" title=${`${number(brake.waiting)} ${many} would be archived or deleted at once`}
      action=${can('administrator', 'records', params.flow) && html`
        <${Confirm} label="Let them go" title=${`Archive or delete ${number(brake.waiting)} ${many}?`} tone="danger" onConfirm=${answer('confirm', 'They are being archived or deleted.')}
          text=${`They are gone, or archived, on one side. On the other side they would be archived or deleted, too, as the settings of this flow say for ${many}.`} />
        <${Confirm} label="Leave them alone" title=${`Leave ${number(brake.waiting)} ${many} alone?`} tone="main" onConfirm=${answer('dismiss', 'They are left alone.')}
          text="They stay on the other side as they are." />`}>
      <p>${brake.reason} It has waited for a person since <${Time} at=${brake.since} />; everything else goes on meanwhile. <a href=${flowHref(params, `/work?reason=braked&kind=${encodeURIComponent(brake.kind)}`)}>See which</a></p>
    <//>`;
}

const Now = ({ params, run }) => html`
  <div class="card">
    <p><a href=${flowHref(params, `/runs/${encodeURIComponent(run.id)}`)}>${modeText(run.mode)}</a> ${outcomeBadge(run)}</p>
    <${Progress} done=${run.done} total=${run.total} label=${modeText(run.mode)} />
    ${run.estimatedEndAt && html`<p class="small">Done <${Ago} at=${run.estimatedEndAt} coming />, at ${number(run.perMinute)} records a minute.</p>`}
  </div>`;

const Lane = ({ params, lane }) => html`
  <li class="card">
    <p class="lane-name">${laneText[lane.lane]} <${Badge} tone=${lane.paused ? 'warn' : statusTone[lane.status]}>${lane.paused ? 'Paused' : statusText[lane.status]}<//></p>
    <p>${lane.why ?? statusHelp[lane.status]}</p>
    <p class="small">
      ${lane.since && html`<span>Since <${Time} at=${lane.since} />. </span>`}
      ${lane.notBefore && html`<span>Not before <${Time} at=${lane.notBefore} />. </span>`}
      ${lane.requested && html`<span>${modeText(lane.requested)} follows. </span>`}
      ${lane.run && html`<a href=${flowHref(params, `/runs/${encodeURIComponent(lane.run)}`)}>Look at it</a>`}
    </p>
  </li>`;

function Last24Hours({ params, activity }) {
  const points = useMemo(() => activity.data ? byHour(activity.data) : [], [activity.data]);
  if (!activity.data) return activity.error ? html`<${ProblemBox} error=${activity.error} retry=${activity.reload} />` : null;
  const { total } = activity.data;
  const all = total.created + total.updated + total.archived;
  return html`
    <${Section} title="The last 24 hours" actions=${html`<a href=${flowHref(params, '/runs')}>More of it</a>`}>
      ${all === 0 ? html`<p class="soft">Nothing has gone over.</p>` : html`
        <p>${count(all, 'change')} went over${total.measured > 0 ? html`, half of them within ${duration(total.p50Seconds)} and 95 of 100 within ${duration(total.p95Seconds)} of being made` : ''}.</p>
        <${Chart} caption="Changes an hour" of="Hour" points=${points} series=${[{ key: 'created', text: 'Created' }, { key: 'updated', text: 'Updated' }, { key: 'archived', text: 'Archived' }]} />`}
    <//>`;
}

function Waiting({ params, work }) {
  const reasons = Object.entries(work).filter(([, n]) => n > 0);
  return html`
    <${Section} title="What waits">
      ${reasons.length === 0 ? html`<p class="soft">Nothing waits.</p>` : html`
        <ul class="counts">${reasons.map(([reason, n]) => html`
          <li key=${reason}><a href=${flowHref(params, `/work?reason=${encodeURIComponent(reason)}`)}>${number(n)}${n >= 5000 ? ' or more' : ''}</a> <span>${workText[reason]?.[0] ?? title(reason)}. <span class="soft">${workText[reason]?.[1]}</span></span></li>`)}</ul>`}
    <//>`;
}

const Connections = ({ params, here, budgets }) => html`
  <${Section} title="Connections">
    <ul class="lanes">${budgets.map(side => html`
      <li class="card" key=${side.side}>
        <p class="lane-name"><a href=${`#/t/${encodeURIComponent(params.tenant)}/connections/${encodeURIComponent(side.connection)}`}>${here.name(side.side)}</a> <${Badge} tone=${health[side.health]?.[0] ?? 'warn'}>${health[side.health]?.[1] ?? title(side.health)}<//></p>
        ${side.healthDetail && html`<p>${side.healthDetail}</p>`}
        ${side.budget
          ? html`<${Progress} done=${side.budget.usedToday} total=${side.budget.limit} label=${`Calls to ${here.name(side.side)} today`} /><p class="small">Calls of today's ${number(side.budget.limit)}${side.budget.plan ? ` (plan ${side.budget.plan})` : ''}; the count begins anew at <${Time} at=${side.budget.resetsAt} />.</p>`
          : html`<p class="small">The system sets no limit of calls a day.</p>`}
      </li>`)}</ul>
  <//>`;

function Ending({ params, here, data, reload }) {
  const { can } = useSession();
  if (data.disconnectedAt || !can('administrator', 'settings', params.flow) || !here.flow) return null;
  const end = async () => {
    await api.post(flowPath(params, '/disconnect'));
    toast('The flow is disconnected.');
    reload();
  };
  return html`
    <${Section} title="End it for good" text="Disconnecting leaves every record where it is, on both sides. The flow can never be switched on again; a new one would begin anew.">
      <${Confirm} label="Disconnect" title=${`Disconnect ${here.flow.name}?`} typed=${here.flow.name} onConfirm=${end} text="Nothing goes over any more, for good. Both systems keep all their records." />
    <//>`;
}
