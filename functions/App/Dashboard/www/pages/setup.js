// The setup of a flow, step by step. Every step is stored, so that anybody may leave and anybody may go on.
import { html, useEffect, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { go } from '../address.js';
import { useSession } from '../session.js';
import { Ago, Badge, Button, Confirm, Empty, Facts, Field, Form, List, Loading, Note, Page, ProblemBox, Progress, Section, Select, TextInput, Time, announce, count, number, toast } from '../ui.js';
import { flowHref, flowPath, title, useFlow } from '../flownav.js';

const names = { signIn: 'Sign in', team: 'Match people', stages: 'Map stages', import: 'Import', done: 'Done' };
const states = { waiting: ['off', 'Later'], current: ['info', 'Now'], running: ['info', 'Under way'], done: ['ok', 'Done'], skipped: ['off', 'Left out'] };

export default function Setup({ params, query }) {
  const here = useFlow(params);
  const { tenant, can } = useSession();
  const setup = useData(flowPath(params, '/setup'), null, { every: 10 });
  const may = can('administrator', 'settings', params.flow);
  const name = here.flow?.name ?? params.flow;
  const data = setup.data;
  const asked = data?.steps.find(step => step.name === query.step && step.state === 'done' && !['done', 'import'].includes(data.step))?.name;
  const at = asked ?? data?.step;
  const error = !data && setup.error || here.error;
  const step = { params, here, setup: data, reload: setup.reload, may };
  return html`
    <${Page} title=${`Set up ${name}`} intro="Step by step to two systems in step. You may stop at any time: what is done stays done, and a colleague can go on."
      crumbs=${[{ text: tenant?.name ?? params.tenant, href: `#/t/${encodeURIComponent(params.tenant)}` }, { text: name, href: flowHref(params) }]}>
      ${error && html`<${ProblemBox} error=${error} retry=${() => { setup.reload(); here.reload(); }} />`}
      ${!error && !(data && here.ready) && html`<${Loading} />`}
      ${data && here.ready && html`
        <${Steps} params=${params} setup=${data} at=${at} />
        ${!may && data.step !== 'done' && html`<${Note} title="Only an administrator can go on here."><p>You see how far it has come.</p><//>`}
        ${at === 'signIn' && html`<${SignIn} ...${step} />`}
        ${at === 'team' && html`<${Team} ...${step} />`}
        ${at === 'stages' && html`<${Stages} ...${step} />`}
        ${(at === 'import' || at === 'done') && html`<${Import} ...${step} />`}
        ${may && !['done'].includes(data.step) && !data.importStartedAt && html`
          <p class="small setup-skip">Nothing to import? <${Confirm} label="Go live without an import" title=${`Let ${name} go live without an import?`} tone="main" onConfirm=${async () => {
            await api.post(flowPath(params, '/setup/skip'));
            toast(`${name} is live.`);
            go(flowHref(params));
          }} text="From now on new records and changes go over. What is in both systems already stays as it is; you can link it by hand under Unmatched." /></p>`}`}
    <//>`;
}

function Steps({ params, setup, at }) {
  return html`
    <ol class="steps" aria-label="Steps of the setup">
      ${setup.steps.map(step => html`
        <li key=${step.name} class=${step.state} aria-current=${step.name === at ? 'step' : undefined}>
          <p>${step.state === 'done' && !['done', 'import'].includes(setup.step) ? html`<a href=${flowHref(params, `/setup?step=${step.name}`)}>${names[step.name]}</a>` : html`<strong>${names[step.name]}</strong>`} <${Badge} tone=${states[step.state][0]}>${states[step.state][1]}<//></p>
          <p class="small">${step.detail}</p>
        </li>`)}
    </ol>`;
}

function SignIn({ params, here, may, reload }) {
  const sides = ['left', 'right'].map(side => ({ side, id: here.flow[side] }));
  const connections = useData(`tenants/${encodeURIComponent(params.tenant)}/connections`, null, { every: 5 });
  const known = sides.map(({ side, id }) => ({ side, id, connection: connections.data?.items.find(one => one.id === id) }));
  const ready = known.filter(one => one.connection?.health === 'connected').length;
  useEffect(() => { if (ready === 2) reload(); }, [ready]);
  return html`
    <${Section} title="Sign in to both systems" text="Each needs somebody who is an administrator there.">
      ${connections.error && !connections.data && html`<${ProblemBox} error=${connections.error} retry=${connections.reload} />`}
      <div class="cards">
        ${known.map(({ side, id, connection }) => html`
          <div class="card stack" key=${side}>
            <p class="state-word">${here.name(side)} ${connection?.health === 'connected' ? html`<${Badge} tone="ok">Connected<//>` : html`<${Badge} tone="warn">Not connected<//>`}</p>
            <${Facts} items=${[{ label: 'Account', value: connection?.accountName }, { label: 'Signed in as', value: connection?.userName }]} />
            ${connection?.healthDetail && html`<p>${connection.healthDetail}</p>`}
            ${may && html`<p><a class=${`button ${connection?.health === 'connected' ? '' : 'main'}`} href=${`#/t/${encodeURIComponent(params.tenant)}/connections/${encodeURIComponent(id)}?next=${encodeURIComponent(flowHref(params, '/setup'))}`}>${connection?.health === 'connected' ? 'Look at the connection' : 'Sign in'}</a></p>`}
          </div>`)}
      </div>
    <//>`;
}

const later = '';
const create = 'create';

function Team({ params, here, may, reload }) {
  const team = useData(flowPath(params, '/setup/team'));
  const [choices, setChoices] = useState({});
  if (!team.data) return team.error ? html`<${ProblemBox} error=${team.error} retry=${team.reload} />` : html`<${Loading} text="Reading the people of both systems" />`;
  const { left, right, matches, suggestions, signedInUser } = team.data;
  const before = Object.fromEntries([...suggestions.map(one => [one.leftId, one.rightId]), ...matches.map(one => [one.leftId, one.rightId ?? create])]);
  const choiceOf = person => choices[person.id] ?? before[person.id] ?? later;
  const chosen = left.map(person => ({ leftId: person.id, choice: choiceOf(person) })).filter(one => one.choice !== later);
  const takenBy = new Map(chosen.filter(one => one.choice !== create).map(one => [one.choice, one.leftId]));
  const nameOf = person => `${person.name}${person.email ? ` (${person.email})` : ''}${person.isActive ? '' : ', no longer active'}`;
  const suggested = person => suggestions.find(one => one.leftId === person.id && one.rightId === choiceOf(person));
  const save = async () => {
    await api.put(flowPath(params, '/setup/team'), { matches: chosen.map(one => ({ leftId: one.leftId, rightId: one.choice === create ? null : one.choice })) });
    toast('The people are matched.');
    go(flowHref(params, '/setup'));
    reload();
  };
  return html`
    <${Section} title="Match people" text=${`Say who in ${here.name('left')} is who in ${here.name('right')}. Who is nobody there yet can be created by the import, without a sign-in of their own.`}>
      ${signedInUser && !team.data.signedInUserMatched && html`
        <${Note} tone="warn" title=${`${signedInUser.name ?? signedInUser.email} signed in and has to be matched`}><p>That is how ${here.name(signedInUser.side)} knows whose changes these are. Choose the same person in ${here.name(signedInUser.side === 'left' ? 'right' : 'left')} below.</p><//>`}
      ${left.length === 0
        ? html`<${Empty} title=${`${here.name('left')} has no people.`} action=${html`<${Button} onClick=${team.reload}>Look again<//>`}
            text=${signedInUser ? `Add ${signedInUser.name ?? signedInUser.email} to the people of ${here.name('left')}, then look again.` : 'Save the empty match to go on, or add them there and look again.'} />`
        : html`<p class="small">${count(chosen.filter(one => one.choice !== create).length, 'person', 'people')} matched, ${number(chosen.filter(one => one.choice === create).length)} to be created, ${number(left.length - chosen.length)} left for later.</p>`}
      <${Form} onSubmit=${save} submit="Save and go on" disabled=${!may}>
        <div class="matches">
          ${left.map(person => html`
            <${Field} key=${person.id} label=${nameOf(person)} pointer=${`#/matches/${chosen.findIndex(one => one.leftId === person.id)}/rightId`}
              hint=${suggested(person) ? `Suggested: ${suggested(person).reasons.join(', ')}.` : undefined}>
              <${Select} value=${choiceOf(person)} disabled=${!may} onChange=${choice => setChoices({ ...choices, [person.id]: choice })} options=${[
                { value: later, text: 'Leave for later' },
                { value: create, text: `Create in ${here.name('right')}` },
                ...right.filter(other => !takenBy.has(other.id) || takenBy.get(other.id) === person.id).map(other => ({ value: other.id, text: nameOf(other) })),
              ]} />
            <//>`)}
        </div>
      <//>
    <//>`;
}

function Stages({ params, here, may, reload }) {
  const stages = useData(flowPath(params, '/setup/stages'));
  const [choices, setChoices] = useState({});
  if (!stages.data) return stages.error ? html`<${ProblemBox} error=${stages.error} retry=${stages.reload} />` : html`<${Loading} text="Reading the stages of both systems" />`;
  const { leftValues, rightValues } = stages.data;
  const before = Object.fromEntries(stages.data.stages.map(pair => [pair.left, pair.right]));
  const chosen = leftValues.map(left => ({ left, right: choices[left] ?? before[left] ?? '' })).filter(pair => pair.right !== '');
  const save = async () => {
    await api.put(flowPath(params, '/setup/stages'), { stages: chosen });
    toast('The stages are saved.');
    go(flowHref(params, '/setup'));
    reload();
  };
  return html`
    <${Section} title="Map stages" text=${`Which stage of ${here.name('left')} is which of ${here.name('right')}. Without a map stages stay as they are on each side: just save.`}>
      ${(leftValues.length === 0 || rightValues.length === 0) && html`<${Empty} title=${`${here.name(leftValues.length === 0 ? 'left' : 'right')} has no stages.`} text="There is nothing to map: save to go on. You can map stages later under Settings." />`}
      <${Form} onSubmit=${save} submit="Save and go on" disabled=${!may}>
        <div class="matches">
          ${rightValues.length > 0 && leftValues.map(left => html`
            <${Field} key=${left} label=${left} pointer=${`#/stages/${chosen.findIndex(pair => pair.left === left)}`}>
              <${Select} value=${choices[left] ?? before[left] ?? ''} disabled=${!may} onChange=${right => setChoices({ ...choices, [left]: right })} options=${[{ value: '', text: 'Not mapped' }, ...rightValues.map(right => ({ value: right, text: right }))]} />
            <//>`)}
        </div>
      <//>
    <//>`;
}

function Import({ params, here, may, setup, reload }) {
  const [under, setUnder] = useState(false);
  const found = useData(flowPath(params, '/setup/import'), null, { every: under ? 2 : undefined });
  const data = found.data;
  const percent = data?.run?.total ? Math.floor(10 * data.run.done / data.run.total) * 10 : null;
  const isMoving = data?.state === 'running' || Boolean(data?.completedAt) && ['notDue', 'claimed'].includes(data.mail);
  useEffect(() => { setUnder(isMoving); }, [isMoving]);
  useEffect(() => { if (under && percent !== null) announce(`${percent} % are imported.`); }, [under, percent]);
  useEffect(() => {
    if (!data?.completedAt) return;
    if (under) announce('The import is complete.');
    reload();
  }, [data?.completedAt]);
  if (!data) return found.error ? html`<${ProblemBox} error=${found.error} retry=${found.reload} />` : html`<${Loading} />`;
  if (data.completedAt) return html`<${Report} ...${{ params, here, data }} />`;
  if (setup.step === 'done') return html`
    <${Note} tone="ok" title="The flow is set up." action=${html`<a class="button main" href=${flowHref(params)}>See how it is doing</a>`}><p>It went live without an import.</p><//>`;
  return data.state === 'running'
    ? html`<${Running} ...${{ params, may, data, reload: found.reload }} />`
    : html`<${Begin} ...${{ params, here, may, data, reload: () => { found.reload(); reload(); } }} />`;
}

function Begin({ params, here, may, data, reload }) {
  const { me } = useSession();
  const [notify, setNotify] = useState(data.notify ?? me?.email ?? '');
  const source = here.pair.importFrom ?? 'left';
  const begin = async () => {
    await api.post(flowPath(params, '/setup/import'), { notify: notify.trim() || null });
    announce('The import has begun.');
    reload();
  };
  return html`
    <${Section} title=${data.startedAt ? 'Begin the import again' : 'Begin the import'} text=${`Records of ${here.name(source)} that have no counterpart yet are linked where they match, and created in ${here.name(source === 'left' ? 'right' : 'left')} otherwise. From then on both sides are kept the same.`}>
      ${data.startedAt && html`<${Note} tone="bad" title="The import stopped before its end"><p>${data.detail}</p><//>`}
      <${Form} onSubmit=${begin} submit="Begin the import" disabled=${!may}>
        <${Field} label="E-mail when it is complete" hint="One e-mail, with the report. Leave it empty for none." pointer="#/notify"><${TextInput} type="email" value=${notify} onChange=${setNotify} autocomplete="email" /><//>
      <//>
    <//>`;
}

function Running({ params, may, data, reload }) {
  const run = data.run;
  const rows = Object.entries(run?.counts ?? {}).map(([kind, counts]) => ({ kind, ...counts, pace: run.pace?.[kind]?.perMinute }));
  const order = (what, said) => async () => {
    await api.post(flowPath(params, `/runs/${encodeURIComponent(run.id)}/${what}`));
    toast(said);
    reload();
  };
  return html`
    <${Section} title="The import is under way" text="You may leave this page, close the browser and come back: it goes on without it."
      actions=${run && may && (run.pausedAt ? html`<${Button} tone="main" onClick=${order('resume', 'The import goes on where it was.')}>Go on<//>` : html`<${Button} onClick=${order('pause', 'It rests after the page that it is at.')}>Pause<//>`)}>
      <div class="card stack">
        ${run?.pausedAt && html`<p class="state-word"><${Badge} tone="warn">Paused<//> <span class="small">since <${Time} at=${run.pausedAt} /></span></p>`}
        <${Progress} done=${run?.done ?? 0} total=${run?.total} label="Records imported" />
        <${Facts} items=${[
          { label: 'Began', value: html`<${Time} at=${data.startedAt} />` },
          { label: 'Pace', value: run?.perMinute ? `${number(run.perMinute)} a minute` : null },
          { label: 'Expected to end', value: run?.estimatedEndAt ? html`<${Ago} at=${run.estimatedEndAt} coming />` : 'Not known yet' },
          { label: 'E-mail to', value: data.notify },
        ]} />
      </div>
      <${List} caption="kinds of records" items=${rows} rowKey=${row => row.kind}
        columns=${[
          { key: 'kind', title: 'Kind', value: row => title(row.kind) },
          { key: 'done', title: 'Looked at', numeric: true, value: row => row.done, render: row => row.total ? `${number(row.done)} of ${number(Math.max(row.total, row.done))}` : number(row.done) },
          { key: 'created', title: 'Created', numeric: true, value: row => row.created },
          { key: 'linked', title: 'Linked', numeric: true, value: row => row.linked },
          { key: 'failed', title: 'Failed', numeric: true, value: row => row.failed },
          { key: 'pace', title: 'A minute', numeric: true, hideNarrow: true, value: row => row.pace ?? '' },
        ]}
        empty=${{ title: 'It is about to begin.', text: 'Figures appear here with the first records.' }} />
    <//>`;
}

const mails = {
  notDue: 'It is sent as soon as everything is counted.',
  claimed: 'It is being sent.',
  sent: 'It was sent.',
  notWanted: 'Nobody asked for one.',
  notConfigured: 'None was sent: the app has no mail server.',
  failed: 'The mail server refused it.',
};

function Report({ params, here, data }) {
  const kinds = data.report?.kinds ?? [];
  const failed = kinds.reduce((sum, kind) => sum + kind.failed, 0);
  const unmatched = kinds.reduce((sum, kind) => sum + kind.unmatchedLeft + kind.unmatchedRight, 0);
  return html`
    <${Note} tone=${failed > 0 ? 'warn' : 'ok'} title="The import is complete. Both sides are kept the same from now on." action=${html`<a class="button main" href=${flowHref(params)}>See how it is doing</a>`}>
      <p>${failed === 0 ? 'Every record went over.' : html`${count(failed, 'record')} did not go over yet: <a href=${flowHref(params, '/work')}>see why, and what to do</a>.`}
        ${unmatched > 0 && html` ${count(unmatched, 'record')} ${unmatched === 1 ? 'has' : 'have'} no counterpart: <a href=${flowHref(params, '/unmatched')}>match them</a>.`}</p>
    <//>
    <${Section} title="What is on both sides" text=${data.report ? html`Counted <${Time} at=${data.report.countedAt} />.` : undefined}
      actions=${data.run && html`<a class="button" href=${flowHref(params, `/runs/${encodeURIComponent(data.run.id)}`)}>Record by record</a>`}>
      <${List} caption="kinds of records" items=${kinds} rowKey=${row => row.kind}
        columns=${[
          { key: 'kind', title: 'Kind', value: row => title(row.kind) },
          { key: 'left', title: `In ${here.name('left')}`, numeric: true, value: row => row.left },
          { key: 'right', title: `In ${here.name('right')}`, numeric: true, value: row => row.right },
          { key: 'linked', title: 'Linked', numeric: true, value: row => row.linked },
          { key: 'unmatchedLeft', title: `Only in ${here.name('left')}`, numeric: true, value: row => row.unmatchedLeft },
          { key: 'unmatchedRight', title: `Only in ${here.name('right')}`, numeric: true, value: row => row.unmatchedRight },
          { key: 'failed', title: 'Did not go over', numeric: true, value: row => row.failed },
        ]}
        empty=${{ title: 'There is no count yet.', text: 'It appears here in a moment.' }} />
      <${Facts} items=${[
        { label: 'Began', value: html`<${Time} at=${data.startedAt} />` },
        { label: 'Complete', value: html`<${Time} at=${data.completedAt} />` },
        { label: data.notify ? `E-mail to ${data.notify}` : 'E-mail', value: mails[data.mail] },
      ]} />
    <//>`;
}
