import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../api.js';
import { go } from '../address.js';
import { useSession } from '../session.js';
import { Button, Empty, Field, Form, Loading, Page, ProblemBox, TextInput } from '../ui.js';
import { roleWords } from './people.js';

/** What an invitation is to, and joining by the issuer or with a password. */
export default function Invitation({ params }) {
  const { reloadMe } = useSession();
  const [offer, setOffer] = useState(null);
  const [error, setError] = useState(null);
  const [form, setForm] = useState({ name: '', email: '', password: '' });
  useEffect(() => {
    api.post('/session/invitation', { code: params.code }).then(found => {
      setOffer(found);
      setForm(old => ({ ...old, name: found.name ?? '', email: found.email ?? '' }));
    }, setError);
  }, [params.code]);

  const join = async () => {
    const { tenant } = await api.post('/session/invitation/accept', { code: params.code, ...form });
    await reloadMe();
    go(`#/t/${encodeURIComponent(tenant)}`);
  };
  const byIssuer = async () => {
    const { redirect } = await api.post('/session/invitation/accept', { code: params.code });
    location.assign(redirect);
  };
  if (error) return html`
    <${Page} title="Invitation">
      ${error.status === 404
        ? html`<${Empty} title="This invitation does not work." text="It was used already, was taken back, or is too old: invitations count for seven days. Ask whoever sent it for a new one." action=${html`<a class="button plain" href="#/sign-in">Sign in</a>`} />`
        : html`<${ProblemBox} error=${error} />`}
    <//>`;
  if (!offer) return html`<${Page} title="Invitation"><${Loading} /><//>`;
  const { issuer, local } = offer.ways;
  return html`
    <${Page} title=${`Join ${offer.tenant.name}`} intro=${`You are invited as ${roleWords[offer.role].text.toLowerCase()}: ${roleWords[offer.role].hint}`}>
      ${offer.email && html`<p>The invitation is for <strong>${offer.email}</strong>.</p>`}
      ${issuer && html`<p><${Button} tone="main" onClick=${byIssuer}>Join by ${issuer.name}<//></p>`}
      ${issuer && local && html`<p class="soft">Or with a password of this app:</p>`}
      ${local && html`
        <${Form} submit="Join" tone=${issuer ? 'plain' : 'main'} onSubmit=${join}>
          <${Field} label="Your name" pointer="#/name"><${TextInput} value=${form.name} onChange=${name => setForm({ ...form, name })} autocomplete="name" required /><//>
          <${Field} label="E-mail address" pointer="#/email"><${TextInput} value=${form.email} onChange=${email => setForm({ ...form, email })} autocomplete="username" inputmode="email" spellcheck="false" readonly=${!!offer.email} required /><//>
          <${Field} label="Password" pointer="#/password" hint="At least 12 characters; if you have an account here already, its password."><${TextInput} type="password" value=${form.password} onChange=${password => setForm({ ...form, password })} autocomplete="new-password" minlength="12" required /><//>
        <//>`}
      ${!issuer && !local && html`<${Empty} title="This organisation takes no passwords." text="There is no other way to sign in here. Ask whoever runs the app." />`}
    <//>`;
}
