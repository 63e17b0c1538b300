// Connects a system: which one, what it needs to know, then the vendor's own consent page or a token.
import { html, useState } from '../vendor/preact.js';
import { api } from '../api.js';
import { go, setQuery } from '../address.js';
import { useSession } from '../session.js';
import { Empty, Field, Form, Loading, Page, ProblemBox, TextInput, toast } from '../ui.js';
import { useCatalog } from '../flownav.js';
import { SettingFields, TokenFields, connectionHref, connectionPath, filled, rememberNext, usesToken } from '../connecting.js';

export default function Connect({ params, query }) {
  const { tenant, can } = useSession();
  const catalog = useCatalog();
  const system = catalog.data?.systems.find(one => one.system === query.system);
  const base = `#/t/${encodeURIComponent(params.tenant)}`;
  return html`
    <${Page} title=${system ? `Connect ${system.displayName}` : 'Connect a system'} crumbs=${[{ text: tenant.name, href: base }, { text: 'Connections', href: `${base}/connections` }]}
      intro=${system ? (usesToken(system) ? 'With a token of an administrator of the account there. It is checked at once and kept sealed.' : `${system.displayName} asks on its own page whether this may be connected. Sign in there as an administrator of the account.`) : 'Choose the system that is to be connected.'}>
      ${catalog.error && html`<${ProblemBox} error=${catalog.error} />`}
      ${!catalog.data && !catalog.error && html`<${Loading} />`}
      ${!can('administrator', 'connections') ? html`<${Empty} title="Only an administrator connects systems." text="Ask one, or ask for another role." />`
        : system ? html`<${Details} key=${system.system} ...${{ params, query, system }} />` : catalog.data && html`<${Choice} systems=${catalog.data.systems} />`}
    <//>`;
}

const Choice = ({ systems }) => html`
  <ul class="tiles">
    ${[...systems].sort((a, b) => a.displayName.localeCompare(b.displayName)).map(system => html`
      <li key=${system.system}><button type="button" class="tile" onClick=${() => setQuery({ system: system.system })}>
        <strong>${system.displayName}</strong><span class="small">${usesToken(system) ? 'by a token' : 'by signing in there'}</span>
      </button></li>`)}
  </ul>`;

function Details({ params, query, system }) {
  const [name, setName] = useState('');
  const [settings, setSettings] = useState({});
  const [token, setToken] = useState({});
  const [made, setMade] = useState(null);
  const isToken = usesToken(system);
  const connect = async () => {
    const path = `tenants/${encodeURIComponent(params.tenant)}/connections`;
    const whole = isToken && system.tokenParts.length === 0 ? { token: token.token } : {};
    const connection = made ?? await api.post(path, { system: system.system, name: name || undefined, settings: filled(settings), ...whole });
    rememberNext(connection.id, query.next);
    if (connection.connectUrl) {
      location.assign(connection.connectUrl);
      return;
    }
    if (isToken && system.tokenParts.length > 0) {
      // It is there now: a token that is refused is tried again at the same connection.
      setMade(connection);
      if (made) await api.patch(connectionPath(params.tenant, connection.id), { settings: filled(settings) });
      await api.put(connectionPath(params.tenant, connection.id, '/token'), token);
    }
    toast(`${system.displayName} is connected.`);
    go(query.next?.startsWith('#/') ? query.next : connectionHref(params.tenant, connection.id));
  };
  return html`
    <div class="card">
      <${Form} onSubmit=${connect} submit=${isToken ? 'Check and connect' : `Go to ${system.displayName}`} onCancel=${() => setQuery({ system: null })}>
        <${SettingFields} system=${system} values=${settings} onChange=${setSettings}>
          ${isToken && html`<${TokenFields} system=${system} values=${token} onChange=${setToken} />`}
        <//>
        <${Field} label="Name" hint="How the connection is called here; left empty, as the system." pointer="#/name"><${TextInput} value=${name} placeholder=${system.displayName} onChange=${setName} maxlength="100" /><//>
      <//>
    </div>`;
}
