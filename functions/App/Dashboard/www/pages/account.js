import { html, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { useSession } from '../session.js';
import { Ago, Badge, Button, Facts, Field, Form, List, Loading, Page, ProblemBox, Section, TextInput, Time, toast } from '../ui.js';
import { roleWords } from './people.js';

/** Who one is here, where one belongs, one's password and one's sessions. */
export default function Account() {
  const { me } = useSession();
  const [form, setForm] = useState({ password: '', newPassword: '' });
  const change = async () => {
    await api.post('me/password', form);
    setForm({ password: '', newPassword: '' });
    toast('Your password was changed. Every other browser is signed out.');
  };
  return html`
    <${Page} title="Account" intro="Who you are here, and how you sign in.">
      <${Facts} items=${[
        { label: 'Name', value: me.name },
        { label: 'E-mail address', value: me.email },
        { label: 'Signs in', value: me.session && (me.session.local ? 'with a password of this app' : 'by your organisation') },
        { label: 'Signed in until', value: me.session && html`<${Time} at=${me.session.expiresAt} />, or after ${Math.round(me.session.idleSeconds / 60)} minutes without use` },
      ]} />
      <${Section} title="Organisations">
        <${List} caption="Organisations" items=${me.tenants} rowKey=${tenant => tenant.id} rowHref=${tenant => `#/t/${encodeURIComponent(tenant.id)}`} search=${me.tenants.length > 10}
          columns=${[{ key: 'name', title: 'Name', value: tenant => tenant.name }, { key: 'role', title: 'Role', value: tenant => roleWords[tenant.role].text }]}
          empty=${{ title: 'You belong to no organisation.', text: me.operator ? 'Make the first one under Organisations.' : 'Ask an administrator for an invitation.' }} />
      <//>
      ${me.session?.local && html`
        <${Section} title="Change your password">
          <${Form} submit="Change the password" onSubmit=${change}>
            <${Field} label="Password now" pointer="#/password"><${TextInput} type="password" value=${form.password} onChange=${password => setForm({ ...form, password })} autocomplete="current-password" required /><//>
            <${Field} label="New password" pointer="#/newPassword" hint="At least 12 characters."><${TextInput} type="password" value=${form.newPassword} onChange=${newPassword => setForm({ ...form, newPassword })} autocomplete="new-password" minlength="12" required /><//>
          <//>
        <//>`}
      ${me.session && html`<${Browsers} />`}
    <//>`;
}

const brands = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['Chrome', 'Chrome'], ['Safari', 'Safari']];
const machines = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']];

/** What a browser calls itself, in words; its own where they are not known. */
function browserWords(text) {
  const named = list => list.find(([mark]) => text?.includes(mark))?.[1];
  return named(brands) && named(machines) ? `${named(brands)} on ${named(machines)}` : text ?? 'A browser that does not say which';
}

function Browsers() {
  const sessions = useData('me/sessions');
  const end = async session => {
    await api.del(`me/sessions/${session.id}`);
    await sessions.reload();
    toast(`${browserWords(session.browser)} is signed out.`);
  };
  const endOthers = async () => {
    await api.del('me/sessions');
    await sessions.reload();
    toast('Every other browser is signed out.');
  };
  if (sessions.error && !sessions.data) return html`<${ProblemBox} error=${sessions.error} retry=${sessions.reload} />`;
  return html`
    <${Section} title="Browsers" text="Where you are signed in. If you do not know one of them, sign it out and change your password."
      actions=${sessions.data?.items.length > 1 && html`<${Button} onClick=${endOthers}>Sign out everywhere else<//>`}>
      ${!sessions.data ? html`<${Loading} />` : html`
        <${List} caption="Browsers" items=${sessions.data.items} rowKey=${session => session.id}
          columns=${[
            { key: 'browser', title: 'Browser', value: session => browserWords(session.browser), render: session => html`<span title=${session.browser}>${browserWords(session.browser)}</span>${session.current && html` <${Badge} tone="ok">this one<//>`}` },
            { key: 'address', title: 'Address', value: session => session.address ?? 'not known' },
            { key: 'begun', title: 'Signed in', hideNarrow: true, render: session => html`<${Time} at=${session.begunAt} />` },
            { key: 'used', title: 'Last used', render: session => html`<${Ago} at=${session.lastUsedAt} />` },
            { key: 'actions', title: '', render: session => session.current ? null : html`<${Button} aria-label=${`Sign ${browserWords(session.browser)} out`} onClick=${() => end(session)}>Sign out<//>` },
          ]} />`}
    <//>`;
}
