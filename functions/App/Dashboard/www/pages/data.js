// What is stored of an organisation: all of it to take along, and all of it taken away.
import { html, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { Confirm, Facts, Loading, Note, Page, ProblemBox, Section, Time } from '../ui.js';
import { useSession } from '../session.js';

export default function Data({ params }) {
  const { tenant, me } = useSession();
  const [erasure, setErasure] = useState(null);
  const base = `tenants/${encodeURIComponent(params.tenant)}`;
  const name = tenant?.name ?? params.tenant;
  const crumbs = [{ text: name, href: `#/t/${encodeURIComponent(params.tenant)}` }];
  if (erasure) return html`<${Erasing} tenant=${params.tenant} name=${name} begun=${erasure} isOperator=${me?.operator} />`;
  return html`
    <${Page} title="Export and erase" intro=${`Everything that is stored here of ${name}: take it along, or have it taken away.`} crumbs=${crumbs}>
      <${Section} title="Take everything along">
        <div class="prose">
        <p>A zip file with all that is stored: people, connections without their credentials, flows with their settings, links with what both sides had when they last agreed, conflicts, runs, logs, and who did what. <code>manifest.json</code> in it says what each file is and how much it holds.</p>
        <p>Each file has one line of JSON for each thing. With many records it takes some minutes; the download can be watched in your browser.</p>
        <p><a class="button main" href=${api.address(`${base}/export`)} download=${`${params.tenant}.zip`}>Download everything</a></p>
        </div>
      <//>
      <${Section} title="Erase everything">
        <${Note} tone="warn">This can’t be taken back. Export first what you may need.<//>
        <ul class="bullets">
          <li>All flows stop at once, and nobody of ${name} finds anything here any more.</li>
          <li>The connected systems are told to call no longer. Their own records stay as they are.</li>
          <li>Then everything that is stored here goes: people, keys, connections with their credentials, flows, links, and logs.</li>
          <li>In the connected systems, take back the consent of this app: most have a list of connected apps for that.</li>
        </ul>
        <${Confirm} label="Erase everything" title=${`Erase everything of ${name}?`} typed=${name} buttonTone="danger"
          text="All that is stored here of the organisation goes for good."
          onConfirm=${async () => setErasure(await api.post(`${base}/erase`, { confirm: name }))} />
      <//>
    <//>`;
}

/** How far it is, for whoever may see that; everybody else has nothing to look at any more. */
function Erasing({ tenant, name, begun, isOperator }) {
  const now = useData(isOperator ? `erasures/${encodeURIComponent(tenant)}` : null, undefined, { every: 5 });
  const state = now.data ?? begun;
  return html`
    <${Page} title=${state.endedAt ? 'Everything is erased' : 'Everything is being erased'} intro=${`What is stored of ${name} is taken away. You can leave this page: it goes on by itself.`}>
      ${now.error && html`<${ProblemBox} error=${now.error} retry=${now.reload} />`}
      ${isOperator
        ? html`<div aria-live="polite">${!state.endedAt && html`<${Loading} text=${state.step.replace(/\.$/, '')} />`}
            <${Facts} items=${[{ label: 'Asked for', value: html`<${Time} at=${state.requestedAt} />` }, { label: 'Taken away so far', value: state.removed }, { label: 'Ended', value: state.endedAt && html`<${Time} at=${state.endedAt} />` }]} /></div>
            <p><a class="button" href="#/tenants">To the organisations</a></p>`
        : html`<p>It takes a few minutes. Your own access has ended with it.</p>`}
    <//>`;
}
