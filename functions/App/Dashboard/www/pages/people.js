import { html, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { useSession } from '../session.js';
import { Ago, Badge, Button, Confirm, Copy, Dialog, Field, Form, List, Loading, Note, NumberInput, Page, ProblemBox, Section, Select, TagsInput, TextInput, Time, Toggle, toast } from '../ui.js';

export const roleWords = {
  viewer: { text: 'Viewer', hint: 'looks at everything but people and keys.' },
  member: { text: 'Member', hint: 'runs syncs and puts records right.' },
  administrator: { text: 'Administrator', hint: 'chooses settings, connects systems, and says who else may come in.' },
  operator: { text: 'Operator', hint: 'runs the app.' },
};

const acts = { sync: 'Run and steer syncs', records: 'Put records right', projects: 'Switch projects on and off', settings: 'Change settings and setup', connections: 'Connect systems', people: 'Manage people and keys' };

const roles = ['viewer', 'member', 'administrator'].map(role => ({ value: role, text: `${roleWords[role].text}: ${roleWords[role].hint}` }));

/** Who and what may come in: people, invitations, groups, keys for machines, and how sessions and addresses are limited. */
export default function People({ params }) {
  const { tenant, me, flows } = useSession();
  const base = `tenants/${encodeURIComponent(params.tenant)}`;
  const [users, invitations, groups, keys, access] = [useData(`${base}/users`), useData(`${base}/invitations`), useData(`${base}/groups`), useData(`${base}/keys`), useData(`${base}/access`)];
  const all = groups.data?.items ?? [];
  const ctx = { base, me, groups: all, flows: flows ?? [], nameOf: id => all.find(group => group.id === id)?.name ?? 'a group that is gone' };
  return html`
    <${Page} title="People and keys" intro=${`Who may come in to ${tenant?.name ?? 'this organisation'}, as what, and from where.`}
      crumbs=${[{ text: tenant?.name ?? params.tenant, href: `#/t/${encodeURIComponent(params.tenant)}` }]}>
      <${Users} ctx=${ctx} users=${users} invitations=${invitations} />
      <${Invitations} ctx=${ctx} invitations=${invitations} />
      <${Groups} ctx=${ctx} groups=${groups} />
      <${ApiKeys} ctx=${ctx} keys=${keys} />
      <${Access} ctx=${ctx} access=${access} />
    <//>`;
}

const Shown = ({ of, children }) => of.error && !of.data ? html`<${ProblemBox} error=${of.error} retry=${of.reload} />` : of.data ? children : html`<${Loading} />`;

const Narrowed = ({ ctx, groups }) => groups.length === 0 ? html`<span class="soft">everything</span>` : groups.map(ctx.nameOf).join(', ');

/** Choose among groups; none is everything. */
const GroupChoice = ({ ctx, value, onChange }) => ctx.groups.length === 0 ? null : html`
  <fieldset class="choices"><legend>Narrow to groups</legend>
    <p class="hint">Without any, everything that the role allows.</p>
    ${ctx.groups.map(group => html`<${Toggle} key=${group.id} label=${group.name} checked=${value.includes(group.id)} onChange=${on => onChange(on ? [...value, group.id] : value.filter(id => id !== group.id))} />`)}
  </fieldset>`;

function Users({ ctx, users, invitations }) {
  const [edited, setEdited] = useState(null);
  return html`
    <${Section} title="People" actions=${html`<${Invite} ctx=${ctx} onDone=${invitations.reload} />`}>
      <${Shown} of=${users}>
        <${List} caption="People" items=${users.data?.items} rowKey=${user => user.id} search=${users.data?.items.length > 5}
          columns=${[
            { key: 'name', title: 'Name', value: user => user.name, render: user => html`<div>${user.name}${user.id === ctx.me.id && ' (you)'}${user.email && user.email !== user.name && html`<p class="small">${user.email}</p>`}</div>` },
            { key: 'role', title: 'Role', value: user => roleWords[user.role].text },
            { key: 'groups', title: 'Reaches', render: user => html`<${Narrowed} ctx=${ctx} groups=${user.groups} />` },
            { key: 'state', title: 'State', value: user => user.disabled ? 'disabled' : 'may sign in', render: user => user.disabled ? html`<${Badge} tone="off">disabled<//>` : html`<${Badge} tone="ok">may sign in<//>` },
            { key: 'way', title: 'Signs in by', hideNarrow: true, value: user => user.local ? 'a password' : 'the issuer' },
            {
              key: 'actions', title: '', render: user => html`
                <${Button} aria-label=${`Change ${user.name}`} onClick=${() => setEdited(user)}>Change<//>
                <${Confirm} label="Remove" title=${`Take ${user.name} out of this organisation`} typed=${user.name} onConfirm=${async () => { await api.del(`${ctx.base}/users/${user.id}`); await users.reload(); toast(`${user.name} was taken out.`); }}>
                  <p>${user.name} is signed out at once. To come back, a new invitation is needed.</p>
                <//>`,
            },
          ]}
          empty=${{ title: 'Nobody belongs to this organisation yet.', text: 'Invite its first administrator: whoever opens the link sets everything up.' }} />
      <//>
      ${edited && html`<${EditUser} ctx=${ctx} user=${edited} onClose=${() => setEdited(null)} onDone=${users.reload} />`}
    <//>`;
}

function EditUser({ ctx, user, onClose, onDone }) {
  const [form, setForm] = useState({ name: user.name, role: user.role, groups: user.groups, disabled: user.disabled });
  const save = async () => {
    await api.patch(`${ctx.base}/users/${user.id}`, form);
    await onDone();
    onClose();
    toast('Saved.');
  };
  return html`
    <${Dialog} title=${`Change ${user.name}`} onClose=${onClose}>
      <${Form} onSubmit=${save} onCancel=${onClose}>
        <${Field} label="Name" pointer="#/name"><${TextInput} value=${form.name} onChange=${name => setForm({ ...form, name })} /><//>
        <${Field} label="Role" pointer="#/role"><${Select} options=${roles} value=${form.role} onChange=${role => setForm({ ...form, role })} /><//>
        <${GroupChoice} ctx=${ctx} value=${form.groups} onChange=${chosen => setForm({ ...form, groups: chosen })} />
        <${Toggle} label="Disabled" hint="May not sign in; everything else about them stays." checked=${form.disabled} onChange=${disabled => setForm({ ...form, disabled })} />
      <//>
    <//>`;
}

function Invite({ ctx, onDone }) {
  const fresh = { role: 'member', groups: [], email: '', name: '' };
  const [form, setForm] = useState(null);
  const [made, setMade] = useState(null);
  const send = async () => {
    const { email, name, ...rest } = form;
    setMade(await api.post(`${ctx.base}/invitations`, { ...rest, ...email && { email }, ...name && { name } }));
    onDone();
  };
  const close = () => { setForm(null); setMade(null); };
  return html`
    <${Button} tone="main" onClick=${() => setForm(fresh)}>Invite somebody<//>
    ${form && !made && html`
      <${Dialog} title="Invite somebody" onClose=${close}>
        <${Form} submit="Make the link" onSubmit=${send} onCancel=${close}>
          <${Field} label="Role" pointer="#/role"><${Select} options=${roles} value=${form.role} onChange=${role => setForm({ ...form, role })} /><//>
          <${GroupChoice} ctx=${ctx} value=${form.groups} onChange=${chosen => setForm({ ...form, groups: chosen })} />
          <${Field} label="E-mail address" pointer="#/email" hint="If given, the link works for this address alone."><${TextInput} value=${form.email} onChange=${email => setForm({ ...form, email })} inputmode="email" autocomplete="off" /><//>
          <${Field} label="Name" pointer="#/name" hint="May be left empty."><${TextInput} value=${form.name} onChange=${name => setForm({ ...form, name })} autocomplete="off" /><//>
        <//>
      <//>`}
    ${made && html`
      <${Dialog} title="The invitation is ready" onClose=${close}>
        <p>Send this link to the person. It works once, until <${Time} at=${made.expiresAt} />, and is not shown again.</p>
        <${Copy} label="Invitation link" value=${made.link} />
        <div class="form-actions"><${Button} tone="main" onClick=${close}>Done<//></div>
      <//>`}`;
}

function Invitations({ ctx, invitations }) {
  if (invitations.data?.items.length === 0) return null;
  return html`
    <${Section} title="Open invitations" text="Links that nobody has used yet.">
      <${Shown} of=${invitations}>
        <${List} caption="Open invitations" items=${invitations.data?.items} rowKey=${one => one.id}
          columns=${[
            { key: 'who', title: 'For', value: one => one.name ?? one.email ?? 'whoever has the link' },
            { key: 'role', title: 'Role', value: one => roleWords[one.role].text },
            { key: 'by', title: 'By', value: one => one.createdBy },
            { key: 'until', title: 'Until', value: one => one.expiresAt, render: one => html`<${Time} at=${one.expiresAt} />` },
            { key: 'actions', title: '', render: one => html`<${Confirm} label="Take back" title="Take the invitation back" text=${`The link for ${one.name ?? one.email ?? 'whoever has it'} does not work any more.`} onConfirm=${async () => { await api.del(`${ctx.base}/invitations/${one.id}`); await invitations.reload(); toast('The invitation was taken back.'); }} />` },
          ]} />
      <//>
    <//>`;
}

function Groups({ ctx, groups }) {
  const [edited, setEdited] = useState(null);
  const flowName = id => ctx.flows.find(flow => flow.id === id)?.name ?? id;
  return html`
    <${Section} title="Groups" text="A group narrows people and keys to some flows, to some kinds of work, or both." actions=${html`<${Button} onClick=${() => setEdited({ name: '', flows: null, acts: null })}>New group<//>`}>
      <${Shown} of=${groups}>
        <${List} caption="Groups" items=${groups.data?.items} rowKey=${group => group.id}
          columns=${[
            { key: 'name', title: 'Name', value: group => group.name },
            { key: 'flows', title: 'Flows', value: group => group.flows ? group.flows.map(flowName).join(', ') || 'none' : 'all' },
            { key: 'acts', title: 'May', value: group => group.acts ? ['look', ...group.acts.filter(act => acts[act]).map(act => acts[act].toLowerCase())].join(', ') : 'all that the role allows' },
            {
              key: 'actions', title: '', render: group => html`
                <${Button} aria-label=${`Change ${group.name}`} onClick=${() => setEdited(group)}>Change<//>
                <${Confirm} label="Remove" title=${`Remove the group ${group.name}`} text="Nobody may be in it any more." onConfirm=${async () => { await api.del(`${ctx.base}/groups/${group.id}`); await groups.reload(); toast('The group was removed.'); }} />`,
            },
          ]}
          empty=${{ title: 'There are no groups.', text: 'Without groups, everybody reaches all that their role allows.' }} />
      <//>
      ${edited && html`<${EditGroup} ctx=${ctx} group=${edited} onClose=${() => setEdited(null)} onDone=${groups.reload} />`}
    <//>`;
}

function EditGroup({ ctx, group, onClose, onDone }) {
  const [form, setForm] = useState({ name: group.name, flows: group.flows, acts: group.acts });
  const save = async () => {
    if (group.id) await api.patch(`${ctx.base}/groups/${group.id}`, form);
    else await api.post(`${ctx.base}/groups`, form);
    await onDone();
    onClose();
    toast('Saved.');
  };
  const turn = (list, one, on) => on ? [...list, one] : list.filter(other => other !== one);
  return html`
    <${Dialog} title=${group.id ? `Change ${group.name}` : 'New group'} onClose=${onClose}>
      <${Form} onSubmit=${save} onCancel=${onClose}>
        <${Field} label="Name" pointer="#/name"><${TextInput} value=${form.name} onChange=${name => setForm({ ...form, name })} required /><//>
        <${Toggle} label="All flows" checked=${form.flows === null} onChange=${on => setForm({ ...form, flows: on ? null : [] })} />
        ${form.flows && html`<fieldset class="choices"><legend>These flows</legend>${ctx.flows.map(flow => html`<${Toggle} key=${flow.id} label=${flow.name} checked=${form.flows.includes(flow.id)} onChange=${on => setForm({ ...form, flows: turn(form.flows, flow.id, on) })} />`)}</fieldset>`}
        <${Toggle} label="Every kind of work" hint="That the role allows." checked=${form.acts === null} onChange=${on => setForm({ ...form, acts: on ? null : [] })} />
        ${form.acts && html`<fieldset class="choices"><legend>These kinds of work, besides looking</legend>${Object.entries(acts).map(([act, text]) => html`<${Toggle} key=${act} label=${text} checked=${form.acts.includes(act)} onChange=${on => setForm({ ...form, acts: turn(form.acts, act, on) })} />`)}</fieldset>`}
      <//>
    <//>`;
}

function ApiKeys({ ctx, keys }) {
  const [form, setForm] = useState(null);
  const [made, setMade] = useState(null);
  const make = async () => {
    const { days, ...rest } = form;
    setMade(await api.post(`${ctx.base}/keys`, { ...rest, ...days && { expiresAt: new Date(Date.now() + days * 86400_000).toISOString() } }));
    setForm(null);
    keys.reload();
  };
  const isOver = key => key.expiresAt && new Date(key.expiresAt) <= new Date();
  return html`
    <${Section} title="Keys for machines" text="A program sends its key as a bearer token. Only its first characters are kept to know it by." actions=${html`<${Button} onClick=${() => setForm({ name: '', role: 'viewer', groups: [], days: 365 })}>New key<//>`}>
      <${Shown} of=${keys}>
        <${List} caption="Keys" items=${keys.data?.items} rowKey=${key => key.id}
          columns=${[
            { key: 'name', title: 'Name', value: key => key.name, render: key => html`<div>${key.name}<p class="small"><code>${key.start}…</code></p></div>` },
            { key: 'role', title: 'Role', value: key => roleWords[key.role].text },
            { key: 'groups', title: 'Reaches', render: key => html`<${Narrowed} ctx=${ctx} groups=${key.groups} />` },
            { key: 'made', title: 'Made', hideNarrow: true, value: key => key.createdAt, render: key => html`<span><${Time} at=${key.createdAt} /> by ${key.createdBy}</span>` },
            { key: 'used', title: 'Last used', value: key => key.lastUsedAt, render: key => key.lastUsedAt ? html`<${Ago} at=${key.lastUsedAt} />` : 'never' },
            { key: 'until', title: 'Until', value: key => key.expiresAt, render: key => isOver(key) ? html`<${Badge} tone="off">expired<//>` : key.expiresAt ? html`<${Time} at=${key.expiresAt} />` : 'it is revoked' },
            { key: 'actions', title: '', render: key => html`<${Confirm} label="Revoke" title=${`Revoke the key ${key.name}`} typed=${key.name} text="Whatever uses it is refused from now on." onConfirm=${async () => { await api.del(`${ctx.base}/keys/${key.id}`); await keys.reload(); toast('The key was revoked.'); }} />` },
          ]}
          empty=${{ title: 'No machine has a key.', text: 'Make one for a program that is to call the management API.' }} />
      <//>
      ${form && html`
        <${Dialog} title="New key" onClose=${() => setForm(null)}>
          <${Form} submit="Make the key" onSubmit=${make} onCancel=${() => setForm(null)}>
            <${Field} label="Name" pointer="#/name" hint="What it is for."><${TextInput} value=${form.name} onChange=${name => setForm({ ...form, name })} required autocomplete="off" /><//>
            <${Field} label="Role" pointer="#/role"><${Select} options=${roles} value=${form.role} onChange=${role => setForm({ ...form, role })} /><//>
            <${GroupChoice} ctx=${ctx} value=${form.groups} onChange=${chosen => setForm({ ...form, groups: chosen })} />
            <${Field} label="Days" pointer="#/expiresAt" hint="How long it counts; empty: until it is revoked."><${NumberInput} value=${form.days} onChange=${days => setForm({ ...form, days })} min="1" max="3650" /><//>
          <//>
        <//>`}
      ${made && html`
        <${Dialog} title=${`The key ${made.name}`} onClose=${() => setMade(null)}>
          <p>Copy it now: it is not shown again.</p>
          <${Copy} label="Key" value=${made.key} />
          <div class="form-actions"><${Button} tone="main" onClick=${() => setMade(null)}>Done<//></div>
        <//>`}
    <//>`;
}

function Access({ ctx, access }) {
  return html`
    <${Section} title="Sessions and addresses" text="For people and machines that call this organisation's pages and interface, links to connect systems, and posted records; vendors' webhooks may come from anywhere.">
      <${Shown} of=${access}>${access.data && html`<${EditAccess} key=${JSON.stringify(access.data)} ctx=${ctx} access=${access.data} onDone=${access.reload} />`}<//>
    <//>`;
}

function EditAccess({ ctx, access, onDone }) {
  const { yourAddress, ...stored } = access;
  const [form, setForm] = useState(stored);
  const save = async () => {
    await api.patch(`${ctx.base}/access`, form);
    await onDone();
    toast('Saved.');
  };
  return html`
    <${Form} onSubmit=${save}>
      <${Field} label="Sign out after so many minutes without use" hint="Empty: after an hour." pointer="#/idleMinutes"><${NumberInput} value=${form.idleMinutes} onChange=${idleMinutes => setForm({ ...form, idleMinutes })} min="5" max="1440" /><//>
      <${Field} label="Sign out after so many hours in any case" hint="Empty: after 12 hours." pointer="#/sessionHours"><${NumberInput} value=${form.sessionHours} onChange=${sessionHours => setForm({ ...form, sessionHours })} min="1" max="720" /><//>
      <${Toggle} label="Sign in by the organisation's issuer only" hint="Passwords of this app are not enough." checked=${form.issuerOnly} onChange=${issuerOnly => setForm({ ...form, issuerOnly })} />
      <${Field} label="Allowed addresses" pointer="#/allowedAddresses" hint=${`Addresses or networks, such as 192.0.2.0/24; none: from anywhere.${yourAddress ? ` Yours is ${yourAddress}.` : ''}`}><${TagsInput} value=${form.allowedAddresses} onChange=${allowedAddresses => setForm({ ...form, allowedAddresses })} /><//>
      ${form.allowedAddresses.length > 0 && html`<${Note} tone="warn">Who comes from elsewhere is refused, machines with keys too.<//>`}
    <//>`;
}
