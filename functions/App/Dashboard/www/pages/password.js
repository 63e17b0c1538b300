import { html, useState } from '../vendor/preact.js';
import { api } from '../api.js';
import { go } from '../address.js';
import { useSession } from '../session.js';
import { Field, Form, Note, Page, TextInput, toast } from '../ui.js';

/** For whoever has lost their password: asking for a link, and what the link leads to. */
export default function Password({ params }) {
  return params.code ? html`<${Choose} code=${params.code} />` : html`<${Ask} />`;
}

function Ask() {
  const [email, setEmail] = useState('');
  const [asked, setAsked] = useState(null);
  const ask = async () => {
    await api.post('/session/password/lost', { email });
    setAsked(email);
  };
  return html`
    <${Page} title="A new password" intro="A link by which you choose another password is sent to the e-mail address of your account.">
      ${asked
        ? html`<${Note} tone="ok" title="Look at your mail.">If ${asked} has an account with a password here, a link is on its way. It counts once, for half an hour.<//>`
        : html`
          <${Form} submit="Send the link" onSubmit=${ask}>
            <${Field} label="E-mail address" pointer="#/email"><${TextInput} value=${email} onChange=${setEmail} autocomplete="username" inputmode="email" spellcheck="false" required /><//>
          <//>`}
      <p class="small"><a href="#/sign-in">Back to the sign-in</a></p>
    <//>`;
}

function Choose({ code }) {
  const { reloadMe } = useSession();
  const [password, setPassword] = useState('');
  const choose = async () => {
    await api.post('/session/password', { code, password });
    toast('Your password was changed. Sign in with it.');
    await reloadMe();
    go('#/sign-in');
  };
  return html`
    <${Page} title="A new password" intro="Every browser in which you are signed in is signed out.">
      <${Form} submit="Change the password" onSubmit=${choose}>
        <${Field} label="New password" pointer="#/password" hint="At least 12 characters."><${TextInput} type="password" value=${password} onChange=${setPassword} autocomplete="new-password" minlength="12" required /><//>
      <//>
      <p class="small">The link counts once, for half an hour. If it does not work any more, <a href="#/password">ask for another</a>.</p>
    <//>`;
}
