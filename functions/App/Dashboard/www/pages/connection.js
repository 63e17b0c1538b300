import { html, useEffect, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { useSession } from '../session.js';
import { Ago, Button, Confirm, Copy, Dialog, Facts, Field, Form, Loading, Note, Page, ProblemBox, Section, TextInput, Time, number, toast } from '../ui.js';
import { useCatalog } from '../flownav.js';
import { Health, SettingFields, TokenFields, connectionPath, forgetNext, nextAfter, rememberNext, signIn, usesToken } from '../connecting.js';

export default function Connection({ params, query }) {
  useEffect(() => rememberNext(params.connection, query.next), []);
  const { tenant, can, flows } = useSession();
  const read = useData(connectionPath(params.tenant, params.connection), null, { every: 10 });
  const catalog = useCatalog();
  const connection = read.data;
  const system = catalog.data?.systems.find(one => one.system === connection?.system);
  const may = can('administrator', 'connections');
  const base = `#/t/${encodeURIComponent(params.tenant)}`;
  const used = (flows ?? []).filter(flow => flow.left === params.connection || flow.right === params.connection);
  const error = !connection && read.error || catalog.error;
  const part = { params, connection, system, may, reload: read.reload };
  return html`
    <${Page} key=${connection?.id} title=${connection?.name ?? 'Connection'} intro=${system && `An account in ${system.displayName}, and how it is.`} crumbs=${[{ text: tenant.name, href: base }, { text: 'Connections', href: `${base}/connections` }]}>
      ${error && html`<${ProblemBox} error=${error} retry=${read.reload} />`}
      ${!error && !(connection && system) && html`<${Loading} />`}
      ${connection && system && html`
        <${State} ...${part} />
        <div class="card"><${Facts} items=${[
          { label: 'Health', value: html`<${Health} connection=${connection} />` },
          { label: 'System', value: system.displayName },
          { label: 'Account', value: connection.accountName ?? connection.accountId },
          { label: 'Signed in as', value: connection.userName },
          { label: 'Connected', value: connection.connectedAt && html`<${Time} at=${connection.connectedAt} />` },
          { label: 'Calls today', value: connection.budget && html`${number(connection.budget.usedToday)} of ${number(connection.budget.limit)}; anew <${Ago} at=${connection.budget.resetsAt} coming />` },
          { label: 'Used by', value: used.length ? html`${used.map((flow, place) => html`${place > 0 && ', '}<a href=${`${base}/f/${encodeURIComponent(flow.id)}`}>${flow.name}</a>`)}` : 'no flow yet' },
        ]} /></div>
        ${may && html`<${Renew} ...${part} />`}
        ${system.hasWebhooks && html`<${Webhook} ...${part} />`}
        ${may && connection.health !== 'pending' && connection.health !== 'disconnected' && html`<${Disconnect} ...${part} used=${used} />`}
        ${may && html`<${Settings} key=${JSON.stringify(connection.settings) + connection.name} ...${part} />`}`}
    <//>`;
}

/** What to do next: go on where somebody came from, or sign in. */
function State({ params, connection, system, may }) {
  const next = nextAfter(connection.id);
  if (connection.health === 'connected') return next && html`
    <${Note} tone="ok" title=${`${system.displayName} is connected.`} action=${html`<a class="button main" href=${next} onClick=${() => forgetNext(connection.id)}>Go on</a>`}><p>Go on where you were.</p><//>`;
  return html`
    <${Note} tone="warn" title=${connection.health === 'pending' ? 'Nobody has signed in yet.' : connection.health === 'disconnected' ? 'It was disconnected.' : `${system.displayName} no longer takes what was signed in with.`}
      action=${may && !usesToken(system) && html`<${Button} tone="main" onClick=${() => signIn(params.tenant, connection.id)}>Sign in to ${system.displayName}<//>`}>
      <p>${connection.healthDetail ?? 'Nothing flows until an administrator of the account signs in; what changes meanwhile comes over afterwards.'}</p>
    <//>`;
}

function Renew({ params, connection, system, reload }) {
  const [link, setLink] = useState(null);
  const [token, setToken] = useState({});
  if (usesToken(system)) return html`
    <${Section} title="New token" text="Takes the place of the one that is kept. It is checked first.">
      <div class="card"><${Form} submit="Check and keep" onSubmit=${async () => {
        await api.put(connectionPath(params.tenant, connection.id, '/token'), token);
        setToken({});
        toast(`${system.displayName} takes the token.`);
        reload();
      }}><${TokenFields} system=${system} values=${token} onChange=${setToken} /><//></div>
    <//>`;
  return html`
    <${Section} title="Sign in again" text="Where somebody else has the account, send them a link: whoever opens it can sign in for this connection, once, and for nothing else.">
      <div class="actions">
        <${Button} onClick=${() => signIn(params.tenant, connection.id)}>Sign in to ${system.displayName}<//>
        <${Button} onClick=${async () => setLink(await api.post(connectionPath(params.tenant, connection.id, '/invitation')))}>Make a link to send<//>
      </div>
      ${link && html`<${Dialog} title="A link to sign in by" onClose=${() => setLink(null)}><div class="stack"><p>Good once, until <${Time} at=${link.connectUrlExpiresAt} />. It is not shown again.</p><${Copy} label="Link" value=${link.connectUrl} /></div><//>`}
    <//>`;
}

function Disconnect({ params, connection, system, used, reload }) {
  const end = async () => {
    const ended = await api.post(connectionPath(params.tenant, connection.id, '/disconnect'));
    toast(ended.healthDetail);
    reload();
  };
  return html`
    <${Section} title="Disconnect" text=${`What was signed in with is forgotten here, and ${system.displayName} is told to end it where it can be told.`}>
      <div class="actions"><${Confirm} label="Disconnect" title=${`Disconnect ${connection.name}?`} onConfirm=${end}
        text=${used.length ? `${used.map(flow => flow.name).join(', ')} ${used.length > 1 ? 'stand' : 'stands'} still until somebody signs in again; what changes meanwhile goes over then.` : 'No flow uses it.'} /></div>
    <//>`;
}

function Webhook({ params, connection, system, may, reload }) {
  const [made, setMade] = useState(null);
  const hook = connection.webhook;
  const path = connectionPath(params.tenant, connection.id, '/webhook');
  const renew = async () => {
    const answer = await api.post(path);
    if (answer.url) setMade(answer);
    else toast(`${system.displayName} has been told of the address.`);
    reload();
  };
  return html`
    <${Section} title="Webhooks" text=${`By them ${system.displayName} tells at once what has changed; without them changes are looked for every now and then.`}>
      <div class="card stack">
        ${hook?.problem && html`<${Note} tone="warn" title="They do not come as they should."><p>${hook.problem}</p><//>`}
        <${Facts} items=${hook ? [
          { label: 'Address made', value: html`<${Time} at=${hook.createdAt} />` },
          { label: 'Last called', value: hook.lastCalledAt ? html`<${Ago} at=${hook.lastCalledAt} />` : 'not yet' },
          { label: `Who tells ${system.displayName}`, value: hook.registered === null ? 'you: paste the address there' : hook.registered ? 'this app; done' : 'this app; not done yet' },
        ] : [{ label: 'Address', value: 'none yet' }]} />
        ${may && html`<div class="actions">
          ${hook ? html`<${Confirm} label="New address" tone="main" title=${`A new address for ${connection.name}?`} text="The address before ends at once. Where a person has pasted it, the new one has to be pasted there." onConfirm=${renew} />` : html`<${Button} onClick=${renew}>Make an address<//>`}
          ${hook && hook.registered === null && html`<${Button} onClick=${async () => setMade(await api.post(`${path}/secret`))}>New secret<//>`}
          ${hook && html`<${Confirm} label="Take no more" title=${`Take no more webhooks for ${connection.name}?`} text="Changes are then looked for every now and then." onConfirm=${async () => { await api.del(path); reload(); }} />`}
        </div>`}
      </div>
      ${made && html`
        <${Dialog} title=${made.url ? `Paste this in ${system.displayName}` : 'The new secret'} onClose=${() => setMade(null)}>
          <div class="stack">
            <p>Shown this once.${made.replacedUntil ? html` What is signed with the one before is taken until <${Time} at=${made.replacedUntil} />.` : ''}</p>
            ${made.url && html`<${Copy} label="Address" value=${made.url} />`}
            ${made.secret && html`<p>Secret to sign with</p><${Copy} label="Secret" value=${made.secret} />`}
          </div>
        <//>`}
    <//>`;
}

function Settings({ params, connection, system, reload }) {
  const [name, setName] = useState(connection.name);
  const [settings, setSettings] = useState({});
  const shown = { ...connection.settings, ...settings };
  return html`
    <${Section} title="Name and settings">
      <div class="card"><${Form} onSubmit=${async () => {
        await api.patch(connectionPath(params.tenant, connection.id), { ...(name !== connection.name && { name }), ...(Object.keys(settings).length > 0 && { settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value === '' ? null : value])) }) });
        toast('Saved.');
        reload();
      }}>
        <${Field} label="Name" pointer="#/name"><${TextInput} value=${name} onChange=${setName} required maxlength="100" /><//>
        <${SettingFields} system=${system} values=${shown} onChange=${changed => setSettings(Object.fromEntries(Object.entries(changed).filter(([key, value]) => value !== connection.settings[key])))} />
      <//></div>
    <//>`;
}
