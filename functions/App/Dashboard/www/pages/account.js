import { html, useState } from '../vendor/preact.js';
import { api } from '../api.js';
import { useSession } from '../session.js';
import { Button, Facts, Field, Form, List, Page, Section, TextInput, Time, toast } from '../ui.js';
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
  const elsewhere = async () => {
    await api.del('me/sessions');
    toast('Every other browser is signed out.');
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
      ${me.session && html`
        <${Section} title="Other browsers" text="If you have signed in on a machine that is not yours, sign out there from here.">
          <${Button} onClick=${elsewhere}>Sign out everywhere else<//>
        <//>`}
    <//>`;
}
