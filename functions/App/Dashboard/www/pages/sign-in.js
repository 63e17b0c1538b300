import { html, useEffect, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { go } from '../address.js';
import { useSession } from '../session.js';
import { Empty, Field, Form, Loading, Page, ProblemBox, TextInput } from '../ui.js';

/** Only a page of this dashboard: what else an address brings leads nowhere. */
const pageOf = address => /^#\/(?!\/)/.test(address ?? '') ? address : '#/';

/** Both ways in, as far as the app is set up for them. */
export default function SignIn({ query }) {
  const { me, reloadMe } = useSession();
  const { data, error, reload } = useData('/session');
  const [form, setForm] = useState({ email: '', password: '' });
  const next = pageOf(query.return);
  useEffect(() => { if (me) go(next); }, [me]);

  const signIn = async () => {
    await api.post('/session', form);
    await reloadMe();
  };
  const ways = data?.ways;
  return html`
    <${Page} title="Sign in" intro="SyncFunctions keeps the records of your systems in step.">
      <${ProblemBox} error=${error} retry=${reload} />
      ${!data && !error && html`<${Loading} />`}
      ${ways?.issuer && html`<p><a class="button main" href=${api.address('/session/issuer', { returnTo: next.slice(1) })}>Sign in by ${ways.issuer.name}</a></p>`}
      ${ways?.issuer && ways.local && html`<p class="soft">Or with a password of this app:</p>`}
      ${ways?.local && html`
        <${Form} submit="Sign in" tone=${ways.issuer ? 'plain' : 'main'} onSubmit=${signIn}>
          <${Field} label="E-mail address" pointer="#/email"><${TextInput} value=${form.email} onChange=${email => setForm({ ...form, email })} autocomplete="username" inputmode="email" spellcheck="false" required /><//>
          <${Field} label="Password" pointer="#/password"><${TextInput} type="password" value=${form.password} onChange=${password => setForm({ ...form, password })} autocomplete="current-password" required /><//>
        <//>
        <p class="small">${data.mailsPasswordLinks ? html`<a href="#/password">Forgotten your password?</a>` : 'Forgotten your password? Whoever runs the app can make a link for a new one.'}</p>`}
      ${ways && !ways.issuer && !ways.local && html`<${Empty} title="Nobody can sign in here yet." text="Whoever runs the app has to set up an issuer of OpenID Connect, or passwords of the app." />`}
      ${ways && html`<p class="small">No account yet? An administrator of your organisation can send you an invitation link.</p>`}
    <//>`;
}
