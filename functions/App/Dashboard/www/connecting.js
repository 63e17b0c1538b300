// What the pages about connections share: their health in words, the form that a system's settings make, and the way to the vendor's
// consent page and back.
import { html } from './vendor/preact.js';
import { api } from './api.js';
import { Badge, Field, TextInput } from './ui.js';
import { title } from './flownav.js';

export const connectionHref = (tenant, connection) => `#/t/${encodeURIComponent(tenant)}/connections/${encodeURIComponent(connection)}`;
export const connectionPath = (tenant, connection, rest = '') => `tenants/${encodeURIComponent(tenant)}/connections/${encodeURIComponent(connection)}${rest}`;

const healths = {
  pending: ['warn', 'Not signed in yet'],
  connected: ['ok', 'Connected'],
  expired: ['bad', 'Sign in again'],
  disconnected: ['off', 'Disconnected'],
};

export const Health = ({ connection }) => html`<${Badge} tone=${healths[connection.health]?.[0] ?? 'warn'}>${healths[connection.health]?.[1] ?? connection.health}<//>`;

export const usesToken = system => system.grant === 'none';

/** Fields for what a connection can set: what it needs, what else is asked, and what may stay as it is below a line of its own. */
export function SettingFields({ system, values, onChange, children }) {
  const own = system.settings.filter(setting => setting.scope === 'connection');
  const field = setting => html`
    <${Field} key=${setting.name} label=${title(setting.name)} hint=${setting.help} pointer=${`#/settings/${setting.name}`}>
      <${TextInput} required=${setting.required} value=${values[setting.name] ?? ''} placeholder=${setting.default} type=${setting.secret ? 'password' : 'text'} autocomplete="off" onChange=${value => onChange({ ...values, [setting.name]: value })} />
    <//>`;
  const rest = own.filter(setting => !setting.required);
  return html`
    ${own.filter(setting => setting.required).map(field)}
    ${children}
    ${rest.length > 0 && html`<details class="more"><summary>Further settings, if need be (${rest.length})</summary>${rest.map(field)}</details>`}`;
}

/** Fields for a token, in its parts where it has some. */
export function TokenFields({ system, values, onChange }) {
  const parts = system.tokenParts.length > 0 ? system.tokenParts : ['token'];
  return parts.map((part, place) => html`
    <${Field} key=${part} label=${title(part)} hint=${place === 0 ? system.tokenHelp : undefined} pointer=${`#/${part}`}>
      <${TextInput} type="password" required autocomplete="off" value=${values[part] ?? ''} onChange=${value => onChange({ ...values, [part]: value })} />
    <//>`);
}

export const filled = values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

// Only for this tab, and only an address of the dashboard: where to go on after the vendor's page.
const key = connection => `after:${connection}`;

export function rememberNext(connection, next) {
  if (next?.startsWith('#/')) sessionStorage.setItem(key(connection), next);
}

export const nextAfter = connection => sessionStorage.getItem(key(connection));

export const forgetNext = connection => sessionStorage.removeItem(key(connection));

/** Off to the vendor's consent page, from which the browser comes back to the connection. */
export async function signIn(tenant, connection) {
  const { connectUrl } = await api.post(connectionPath(tenant, connection, '/invitation'));
  location.assign(connectUrl);
}
