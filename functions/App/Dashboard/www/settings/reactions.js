// What is done once when the status of a prospect is set or becomes another.
import { html, useState } from '../vendor/preact.js';
import { api } from '../api.js';
import { Button, Copy, Dialog, Empty, Field, Section, Select, TagsInput, TextInput, Time } from '../ui.js';
import { flowPath } from '../flownav.js';

const ways = [{ value: 'tag', text: 'Give the record a tag' }, { value: 'mergeField', text: 'Set a merge field' }, { value: 'webhook', text: 'Call an address (signed webhook)' }];
const wayOf = what => ways.find(way => what[way.value] !== null && what[way.value] !== undefined)?.value ?? 'tag';

export function Reactions({ params, draft, set }) {
  const reactions = draft.settings.reactions;
  const put = value => set(['settings', 'reactions'], value);
  const change = (place, changes) => put(reactions.map((item, number) => number === place ? { ...item, ...changes } : item));
  const [secret, setSecret] = useState(null);
  const makeSecret = webhook => async () => setSecret(await api.post(flowPath(params, '/reactions/secret'), { webhook }));
  return html`
    <${Section} title="Reactions" text="Each is done once, when the status of a prospect is set or becomes another."
      actions=${html`<${Button} onClick=${() => put([...reactions, { on: 'prospectAdded', status: [], do: { tag: '' } }])}>Add a reaction<//>`}>
      ${reactions.length === 0 && html`<${Empty} title="None yet." text="For example: give a new prospect a tag in the audience." />`}
      ${reactions.map((reaction, place) => {
        const at = `#/settings/reactions/${place}`;
        const way = wayOf(reaction.do);
        return html`
          <div class="card editor" key=${place} role="group" aria-label=${`Reaction ${place + 1}`}>
            <${Field} label="When" pointer=${`${at}/on`}><${Select} value=${reaction.on} onChange=${on => change(place, { on })} options=${[{ value: 'prospectAdded', text: 'A prospect is added' }, { value: 'prospectStatusChanged', text: 'The status of a prospect changes' }]} /><//>
            <${Field} label="to one of these statuses" hint="Without any: whatever it becomes." pointer=${`${at}/status`}><${TagsInput} value=${reaction.status} onChange=${status => change(place, { status })} /><//>
            <${Field} label="then" pointer=${`${at}/do`}><${Select} value=${way} onChange=${next => change(place, { do: { [next]: '', ...(next === 'mergeField' ? { value: '{status}' } : {}) } })} options=${ways} /><//>
            <${Field} label=${{ tag: 'Tag', mergeField: 'Merge field', webhook: 'Address' }[way]} pointer=${`${at}/do/${way}`}><${TextInput} type=${way === 'webhook' ? 'url' : 'text'} value=${reaction.do[way]} onChange=${value => change(place, { do: { ...reaction.do, [way]: value } })} /><//>
            ${way === 'mergeField' && html`<${Field} label="Value" hint="{status} stands for the status." pointer=${`${at}/do/value`}><${TextInput} value=${reaction.do.value} onChange=${value => change(place, { do: { ...reaction.do, value } })} /><//>`}
            <div class="actions">
              ${way === 'webhook' && reaction.do.webhook && html`<${Button} onClick=${makeSecret(reaction.do.webhook)}>Make a secret for the address<//>`}
              <${Button} tone="danger" onClick=${() => put(reactions.filter((_, number) => number !== place))}>Remove this reaction<//>
            </div>
          </div>`;
      })}
      ${secret && html`
        <${Dialog} title="The secret of the address" onClose=${() => setSecret(null)}>
          <p>Webhooks to ${secret.webhook} are signed with it (Standard Webhooks). It is shown this once: keep it where the calls arrive.</p>
          <${Copy} label="Secret" value=${secret.secret} />
          ${secret.replacedUntil && html`<p class="small">The one before counts until <${Time} at=${secret.replacedUntil} />.</p>`}
        <//>`}
    <//>`;
}
