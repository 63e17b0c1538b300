import { html, useEffect, useState } from '../vendor/preact.js';
import { api, useData, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { useSession } from '../session.js';
import { Ago, Badge, Button, Confirm, Copy, Dialog, Field, Form, List, Loading, Note, Page, ProblemBox, Section, Select, TagsInput, TextInput, Toggle, toast } from '../ui.js';

const events = {
  reconnectNeeded: 'A connection has to be renewed',
  massDeleteRefused: 'Many deletions wait to be confirmed',
  deadLetter: 'Records could not be brought over',
  conflict: 'Records were changed on both sides',
  importFinished: 'An import is complete, or stopped',
  keyChanged: 'Keys, secrets, users or invitations were made or changed',
  dailyDigest: 'The digest of the day',
};

const eventText = name => events[name] ?? (name === 'test' ? 'A test' : name);

const roles = { administrator: 'Administrators', member: 'Members', viewer: 'Viewers' };

const states = { waiting: ['info', 'on its way'], sent: ['ok', 'sent'], givenUp: ['bad', 'given up'] };

const channels = { email: 'E-mail', webhook: 'Webhook', teams: 'Teams' };

/** Who is told what by which channel, what one does not want to get, and what was sent. */
export default function Notices({ params, query }) {
  const { me, tenant, can } = useSession();
  const path = `tenants/${encodeURIComponent(params.tenant)}/notices`;
  return html`
    <${Page} title="Notifications" intro="What people are told without looking: by e-mail, by a webhook, or in Teams."
      crumbs=${[{ text: tenant?.name ?? params.tenant, href: `#/t/${encodeURIComponent(params.tenant)}` }]}>
      ${can('administrator', 'settings') && html`<${Rules} params=${params} path=${path} />`}
      ${me?.kind === 'user' && html`<${Mine} path=${path} />`}
      ${can('administrator', 'settings') && html`<${Sent} params=${params} path=${path} wanted=${query.delivery} />`}
    <//>`;
}

function Rules({ params, path }) {
  const { flows } = useSession();
  const [found, setFound] = useState({ loading: true });
  const [editing, setEditing] = useState(null);
  const [secret, setSecret] = useState(null);
  const [tested, setTested] = useState(null);
  const load = async () => {
    try {
      const { value, etag } = await api.getTagged(path);
      setFound({ value, etag });
    } catch (error) {
      setFound({ error });
    }
  };
  useEffect(() => { load(); }, [path]);
  if (found.loading) return html`<${Section} title="Rules"><${Loading} /><//>`;
  if (found.error) return html`<${Section} title="Rules"><${ProblemBox} error=${found.error} retry=${load} /><//>`;

  const { value: rules, etag } = found;
  const put = async changed => {
    const { rules: kept, digestAt, timeZone, digestAlways } = { ...rules, ...changed };
    await api.put(path, { rules: kept, digestAt, timeZone, digestAlways }, { ifMatch: etag });
    await load();
  };
  const save = async rule => {
    const url = rule.channel.webhook?.url;
    const isNew = url && !rules.endpoints.some(endpoint => endpoint.channel === 'webhook' && endpoint.url === url && endpoint.hasSecret);
    const made = isNew ? await api.post(`${path}/secret`, { webhook: url }) : null;
    await put({ rules: rules.rules.some(one => one.id === rule.id) ? rules.rules.map(one => one.id === rule.id ? rule : one) : [...rules.rules, rule] });
    setEditing(null);
    if (made) setSecret(made);
    else toast('The rule is saved.');
  };
  const test = async rule => setTested((await api.post(`${path}/test`, { rule: rule.id })).items);
  const endpointOf = rule => rules.endpoints.find(endpoint => endpoint.url === (rule.channel.webhook ?? rule.channel.teams)?.url);
  const nameOf = id => flows?.find(flow => flow.id === id)?.name ?? id;
  const digests = rules.rules.some(rule => rule.events.includes('dailyDigest'));

  return html`
    <${Section} title="Rules" text="Whoever is named by a rule is told of its events. Users are told only of flows that they may see, and can switch off what they do not want."
      actions=${html`<${Button} tone="main" onClick=${() => setEditing({})}>Add a rule<//>`}>
      ${rules.isDefault && html`<${Note}>Nobody has written rules yet: administrators get by e-mail what does not mend itself.<//>`}
      <${List} caption="Rules" items=${rules.rules} rowKey=${rule => rule.id}
        columns=${[
          { key: 'events', title: 'Tells', value: rule => rule.events.map(eventText).join(', '), render: rule => html`<ul class="plain">${rule.events.map(name => html`<li key=${name}>${eventText(name)}</li>`)}</ul>` },
          { key: 'to', title: 'To', value: rule => toText(rule), render: rule => html`<div>${toText(rule)}${endpointOf(rule)?.disabledAt && html`<p><${Badge} tone="bad">ended<//> <span class="small">${endpointOf(rule).disabledBecause} Test it when it is there again.</span></p>`}</div>` },
          { key: 'flows', title: 'Of', value: rule => rule.flows ? rule.flows.map(nameOf).join(', ') : 'everything' },
          { key: 'actions', title: '', render: rule => html`
            <${Button} onClick=${() => test(rule)}>Test<//>
            <${Button} onClick=${() => setEditing(rule)}>Edit<//>
            ${rule.channel.webhook && html`<${Confirm} label="New secret" title="Make a new secret" tone="main" text="Webhooks to this address are signed with both secrets for a day, then with the new one alone." onConfirm=${async () => setSecret(await api.post(`${path}/secret`, { webhook: rule.channel.webhook.url }))} />`}
            <${Confirm} label="Remove" title="Remove this rule" text=${`${toText(rule)} is no longer told: ${rule.events.map(eventText).join(', ')}.`} onConfirm=${() => put({ rules: rules.rules.filter(one => one.id !== rule.id) })} />` },
        ]}
        empty=${{ title: 'Nobody is told anything.', text: 'Add a rule that says who gets which notices.' }} />
      ${digests && html`<${DigestTime} rules=${rules} put=${put} />`}
      ${editing && html`<${RuleDialog} params=${params} rule=${editing} rules=${rules} flows=${flows ?? []} save=${save} onClose=${() => setEditing(null)} />`}
      ${secret && html`
        <${Dialog} title="The secret of this webhook" onClose=${() => setSecret(null)}>
          <p>It is shown this once. Give it to the receiver, which checks with it that a notice comes from here (Standard Webhooks).</p>
          <${Copy} label="Secret" value=${secret.secret} />
          ${secret.replacedUntil && html`<p class="small">The one before counts beside it <${Ago} at=${secret.replacedUntil} />, and then no more.</p>`}
        <//>`}
      ${tested && html`
        <${Dialog} title="What came of the test" onClose=${() => { setTested(null); load(); }}>
          ${tested.length === 0
            ? html`<p>The rule names nobody who could get it now.</p>`
            : html`<ul class="plain">${tested.map(one => html`<li key=${one.id}><${State} of=${one} /> ${one.to}${one.state !== 'sent' && `: ${one.answer}`}</li>`)}</ul>`}
        <//>`}
    <//>`;
}

function toText({ channel: { email, webhook, teams } }) {
  if (webhook) return `Webhook ${webhook.url}`;
  if (teams) return `Teams ${teams.url}`;
  const named = [
    ...(email.roles ?? []).map(role => roles[role] ?? role),
    ...(email.groups ?? []).length ? [`${email.groups.length === 1 ? 'a group' : `${email.groups.length} groups`}`] : [],
    ...(email.users ?? []).length ? [`${email.users.length === 1 ? 'a user' : `${email.users.length} users`}`] : [],
    ...email.addresses ?? [],
  ];
  return `E-mail to ${named.join(', ')}`;
}

function RuleDialog({ params, rule, rules, flows, save, onClose }) {
  const at = `#/rules/${rule.id ? rules.rules.findIndex(one => one.id === rule.id) : rules.rules.length}`;
  const base = `tenants/${encodeURIComponent(params.tenant)}`;
  const users = useData(`${base}/users`);
  const groups = useData(`${base}/groups`);
  const [chosen, setChosen] = useState(rule.events ?? ['reconnectNeeded', 'massDeleteRefused', 'deadLetter']);
  const [channel, setChannel] = useState(Object.keys(channels).find(name => rule.channel?.[name]) ?? 'email');
  const [email, setEmail] = useState({ roles: [], groups: [], users: [], addresses: [], ...rule.channel?.email });
  const [url, setUrl] = useState((rule.channel?.webhook ?? rule.channel?.teams)?.url ?? '');
  const [some, setSome] = useState(Boolean(rule.flows));
  const [only, setOnly] = useState(rule.flows ?? []);
  const turn = (list, name) => list.includes(name) ? list.filter(one => one !== name) : [...list, name];
  const choose = (name, key) => setEmail({ ...email, [key]: turn(email[key] ?? [], name) });
  const submit = () => save({
    ...rule.id ? { id: rule.id } : {},
    events: chosen,
    channel: { [channel]: channel === 'email' ? email : { url: url.trim() } },
    flows: some ? only : null,
  });
  const several = (label, items, key) => items.length > 0 && html`
    <fieldset><legend>${label}</legend>${items.map(item => html`<${Toggle} key=${item.id} label=${item.name} checked=${(email[key] ?? []).includes(item.id)} onChange=${() => choose(item.id, key)} />`)}</fieldset>`;
  return html`
    <${Dialog} title=${rule.id ? 'Edit the rule' : 'Add a rule'} onClose=${onClose} wide>
      <${Form} onSubmit=${submit} submit="Save the rule" onCancel=${onClose} disabled=${chosen.length === 0 || (some && only.length === 0)}>
        <fieldset><legend>What is told</legend>${Object.entries(events).map(([name, text]) => html`<${Toggle} key=${name} label=${text} checked=${chosen.includes(name)} onChange=${() => setChosen(turn(chosen, name))} />`)}</fieldset>
        <${Field} label="By which channel"><${Select} value=${channel} onChange=${name => { setChannel(name); setUrl(''); }} options=${Object.entries(channels).map(([value, text]) => ({ value, text }))} /><//>
        ${channel === 'email' && html`
          ${several('Everybody with the role', Object.entries(roles).map(([id, name]) => ({ id, name })), 'roles')}
          ${several('Everybody in the group', groups.data?.items ?? [], 'groups')}
          ${several('These people', (users.data?.items ?? []).filter(user => !user.disabled), 'users')}
          <${Field} label="Other addresses" hint="Whoever is no user here cannot switch anything off." pointer=${`${at}/channel/email/addresses/0`}><${TagsInput} value=${email.addresses ?? []} onChange=${addresses => setEmail({ ...email, addresses })} /><//>`}
        ${channel === 'webhook' && html`<${Field} label="Address" hint="It begins with https://. Every notice is posted there as JSON, signed with a secret that you are shown once." pointer=${`${at}/channel/webhook/url`}><${TextInput} type="url" value=${url} onChange=${setUrl} required /><//>`}
        ${channel === 'teams' && html`<${Field} label="Address of the workflow" hint="In Teams, add the workflow “Post to a channel when a webhook request is received” to the channel, and copy its address. It is as good as a key: nobody is shown it again." pointer=${`${at}/channel/teams/url`}><${TextInput} value=${url} onChange=${setUrl} autocomplete="off" required /><//>`}
        <${Toggle} label="Only of some flows" checked=${some} onChange=${setSome} />
        ${some && html`<fieldset><legend>Flows</legend>${flows.map(flow => html`<${Toggle} key=${flow.id} label=${flow.name} checked=${only.includes(flow.id)} onChange=${() => setOnly(turn(only, flow.id))} />`)}</fieldset>`}
      <//>
    <//>`;
}

function DigestTime({ rules, put }) {
  const [at, setAt] = useState(rules.digestAt);
  const [zone, setZone] = useState(rules.isDefault ? Intl.DateTimeFormat().resolvedOptions().timeZone : rules.timeZone);
  const [always, setAlways] = useState(rules.digestAlways);
  const zones = Intl.supportedValuesOf?.('timeZone') ?? [];
  const save = async () => {
    await put({ digestAt: at, timeZone: zone, digestAlways: always });
    toast('The time of the digest is saved.');
  };
  return html`
    <h3>The digest of the day</h3>
    <${Form} onSubmit=${save} submit="Save the time">
      <${Field} label="Sent at" pointer="#/digestAt"><${TextInput} type="time" value=${at} onChange=${setAt} required /><//>
      <${Field} label="By the clock of" pointer="#/timeZone"><${Select} value=${zone} onChange=${setZone} options=${[...new Set(['UTC', zone, ...zones])].sort().map(value => ({ value, text: value.replaceAll('_', ' ') }))} /><//>
      <${Toggle} label="Also where there is nothing to tell" checked=${always} onChange=${setAlways} />
    <//>`;
}

/** What the one who is signed in wants less. */
function Mine({ path }) {
  const { data, error, reload } = useData(`${path}/mine`);
  const [wishes, setWishes] = useState(null);
  useEffect(() => { if (data) setWishes(data); }, [data]);
  const save = async () => {
    setWishes(await api.put(`${path}/mine`, wishes));
    toast('Saved.');
  };
  return html`
    <${Section} title="What I want to get" text="Of what the rules give you by e-mail. This is for you alone.">
      <${ProblemBox} error=${error} retry=${reload} />
      ${!wishes && !error && html`<${Loading} />`}
      ${wishes && html`
        <${Form} onSubmit=${save} submit="Save my choice">
          <${Toggle} label="E-mail" checked=${!wishes.emailOff} onChange=${on => setWishes({ ...wishes, emailOff: !on })} />
          ${!wishes.emailOff && html`
            <fieldset><legend>Of these</legend>
              ${Object.entries(events).map(([name, text]) => html`<${Toggle} key=${name} label=${text} checked=${!wishes.off.includes(name)} onChange=${on => setWishes({ ...wishes, off: on ? wishes.off.filter(one => one !== name) : [...wishes.off, name] })} />`)}
            </fieldset>`}
        <//>`}
    <//>`;
}

function Sent({ path, wanted }) {
  const { flows } = useSession();
  const pages = usePages(`${path}/sent`, { delivery: wanted });
  const again = async item => {
    await api.post(`${path}/sent/${encodeURIComponent(item.id)}/resend`);
    toast('It is sent once more.');
    await pages.reload();
  };
  return html`
    <${Section} title="Sent" text="Every notice on its way to each address, the newest first. What is not taken is tried again for three days.">
      <${List} caption="Notices that were sent" pages=${pages} search="Filter what is loaded" rowKey=${item => item.id}
        filters=${html`<${Select} label="State" value=${wanted ?? ''} onChange=${delivery => setQuery({ delivery })} options=${[{ value: '', text: 'Every state' }, ...Object.entries(states).map(([value, [, text]]) => ({ value, text }))]} />`}
        columns=${[
          { key: 'title', title: 'What', value: item => item.title, render: item => html`<div>${item.title}<p class="small">${eventText(item.event)}${item.flow ? `, ${flows?.find(flow => flow.id === item.flow)?.name ?? item.flow}` : ''}</p></div>` },
          { key: 'to', title: 'To', value: item => item.to, render: item => html`<div>${item.to}<p class="small">${channels[item.channel]}</p></div>` },
          { key: 'state', title: 'State', value: item => states[item.state][1], render: item => html`
            <div><${State} of=${item} />
              ${item.state !== 'sent' && item.answer && html`<p class="small">${item.answer}${item.attempts > 1 ? ` ${item.attempts} attempts.` : ''}</p>`}
              ${item.nextAt && item.attempts > 0 && html`<p class="small">Next attempt <${Ago} at=${item.nextAt} coming /></p>`}
            </div>` },
          { key: 'at', title: 'When', value: item => item.at, render: item => html`<${Ago} at=${item.at} />` },
          { key: 'actions', title: '', render: item => item.event !== 'test' && (item.state !== 'waiting' || item.attempts > 0) && html`<${Button} onClick=${() => again(item)}>${item.state === 'sent' ? 'Send again' : 'Try now'}<//>` },
        ]}
        empty=${wanted
          ? { title: 'No notice is like that.', action: html`<${Button} onClick=${() => setQuery({ delivery: '' })}>Show all<//>` }
          : { title: 'Nothing was sent yet.', text: 'Test a rule above to see whether notices arrive.' }} />
    <//>`;
}

const State = ({ of }) => html`<${Badge} tone=${states[of.state][0]}>${states[of.state][1]}<//>`;
