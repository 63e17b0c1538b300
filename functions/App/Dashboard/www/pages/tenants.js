import { html, useState } from '../vendor/preact.js';
import { api, usePages } from '../api.js';
import { useSession } from '../session.js';
import { Button, Copy, Dialog, Field, Form, List, Page, TextInput, Time } from '../ui.js';

export default function Tenants() {
  const { me, reloadMe } = useSession();
  const listed = usePages(me.operator ? 'tenants' : null);
  const [open, setOpen] = useState(false);
  const columns = [
    { key: 'name', title: 'Organisation', value: tenant => tenant.name },
    { key: 'id', title: 'Id', value: tenant => tenant.id, render: tenant => html`<code>${tenant.id}</code>` },
    me.operator ? { key: 'createdAt', title: 'Since', value: tenant => tenant.createdAt, render: tenant => html`<${Time} at=${tenant.createdAt} />` } : { key: 'role', title: 'Your role', value: tenant => tenant.role },
  ];
  const add = html`<${Button} tone="main" onClick=${() => setOpen(true)}>New organisation<//>`;
  return html`
    <${Page} title="Organisations" intro="Those whose systems are kept in step here; each sees nothing but its own." actions=${me.operator && add}>
      <${List} caption="Organisations" columns=${columns} pages=${me.operator ? listed : null} items=${me.tenants}
        rowKey=${tenant => tenant.id} rowHref=${tenant => `#/t/${encodeURIComponent(tenant.id)}`} search sort=${{ key: 'name' }}
        empty=${me.operator ? { title: 'There is no organisation yet.', text: 'Make one, and send its administrator the invitation link.', action: add } : { title: 'You belong to no organisation.', text: 'Ask an administrator for an invitation link.' }} />
      ${open && html`<${NewTenant} onClose=${() => { setOpen(false); listed.reload(); reloadMe(); }} />`}
    <//>`;
}

function NewTenant({ onClose }) {
  const [name, setName] = useState('');
  const [made, setMade] = useState(null);
  // The organisation first, then its invitation: where the second fails, the first is not made again.
  const make = async () => {
    const tenant = made?.tenant ?? await api.post('tenants', { name });
    setMade({ tenant });
    setMade({ tenant, invitation: await api.post(`tenants/${encodeURIComponent(tenant.id)}/invitations`, { role: 'administrator' }) });
  };
  return html`
    <${Dialog} title=${made?.invitation ? `${made.tenant.name} is there` : 'New organisation'} onClose=${onClose}>
      ${made?.invitation ? html`
        <div class="stack">
          <p>Send this link to its administrator. It is shown this once, opens once, until <${Time} at=${made.invitation.expiresAt} />, and needs no key.</p>
          <${Copy} label="Invitation link" value=${made.invitation.link} />
          <div class="actions"><a class="button main" href=${`#/t/${encodeURIComponent(made.tenant.id)}`} onClick=${onClose}>Open ${made.tenant.name}</a><${Button} onClick=${onClose}>Done<//></div>
        </div>` : html`
        <${Form} onSubmit=${make} submit="Make it and invite" onCancel=${onClose}>
          <${Field} label="Name" hint="As its people know it." pointer="#/name"><${TextInput} value=${name} onChange=${setName} required maxlength="100" autocomplete="organization" /><//>
        <//>`}
    <//>`;
}
