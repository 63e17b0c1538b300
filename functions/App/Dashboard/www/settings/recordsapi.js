// The key by which another system posts records to the flow. What is done here holds at once.
import { html, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { Button, Confirm, Copy, Dialog, Note, Section, Time, toast } from '../ui.js';
import { flowPath } from '../flownav.js';

export function RecordsApi({ params, here }) {
  const tenant = useData(`tenants/${encodeURIComponent(params.tenant)}`);
  const [made, setMade] = useState(null);
  const since = here.flow.recordsApiSince;
  const make = async () => {
    setMade(await api.post(flowPath(params, '/records-api')));
    here.reload();
  };
  const end = async () => {
    await api.del(flowPath(params, '/records-api'));
    toast('Nobody can post records to this flow any more.');
    here.reload();
  };
  return html`
    <${Section} title="Records from other systems" text="A website or a form may post a record to this flow, and is told what became of it. What is done here holds at once.">
      ${tenant.data && !tenant.data.recordsApi && since && html`<${Note} tone="warn" title="Switched off for the whole organisation"><p>The key is taken only once an operator lets other systems post records.</p><//>`}
      <p>${since ? html`There is a key since <${Time} at=${since} />.` : 'There is no key: nobody can post records to this flow.'}</p>
      <div class="actions">
        ${since
          ? html`<${Confirm} label="Make a new key" tone="main" onConfirm=${make} text="The key before counts for one more day, so that whoever uses it can be given the new one." />`
          : html`<${Button} onClick=${make}>Make a key<//>`}
        ${since && html`<${Confirm} label="End it" title="End posting records to this flow?" onConfirm=${end} text="All its keys end at once. Whoever posts records is refused from then on." />`}
      </div>
      ${made && html`
        <${Dialog} title="The key of this flow" onClose=${() => setMade(null)}>
          <p>It is shown this once. Send it as <code>x-flow-key</code> with every record.</p>
          <${Copy} label="Key" value=${made.key} />
          <p>Records are posted to:</p>
          <${Copy} label="Address" value=${made.url} />
          ${made.replacedUntil && html`<p class="small">The key before counts until <${Time} at=${made.replacedUntil} />.</p>`}
        <//>`}
    <//>`;
}
