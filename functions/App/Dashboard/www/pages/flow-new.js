// A new flow: which systems, by which connections, under which name. Everything else has a default and can be chosen later.
import { html, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { go } from '../address.js';
import { useSession } from '../session.js';
import { Empty, Field, Form, Loading, Page, ProblemBox, Section, Select, TextInput, toast } from '../ui.js';
import { flowHref, plural, title, useCatalog } from '../flownav.js';

const fresh = 'new';
const sides = ['left', 'right'];

export default function NewFlow({ params }) {
  const { tenant, can, reloadFlows } = useSession();
  const shared = useCatalog();
  const path = `tenants/${encodeURIComponent(params.tenant)}`;
  const connections = useData(`${path}/connections`);
  const [pair, setPair] = useState(null);
  const [chosen, setChosen] = useState({});
  const [name, setName] = useState(null);
  const error = shared.error ?? (connections.data ? null : connections.error);
  const crumbs = [{ text: tenant?.name ?? params.tenant, href: `#/t/${encodeURIComponent(params.tenant)}` }];
  if (!can('administrator', 'settings')) return html`
    <${Page} title="New flow" crumbs=${crumbs}><${Empty} title="Only an administrator can make a flow." text="Ask an administrator of your organisation." /><//>`;
  if (error || !shared.data || !connections.data) return html`
    <${Page} title="New flow" crumbs=${crumbs}>${error ? html`<${ProblemBox} error=${error} retry=${connections.reload} />` : html`<${Loading} />`}<//>`;

  const { pairs, systems } = shared.data;
  const display = system => systems.find(one => one.system === system)?.displayName ?? title(system);
  const systemOn = side => side === 'left' ? pair?.leftSystem : pair?.rightSystem;
  const fitting = side => connections.data.items.filter(one => one.system === systemOn(side));
  const choiceOn = side => chosen[side] ?? fitting(side)[0]?.id ?? fresh;
  const wanted = name ?? pair?.displayName ?? '';

  const make = async () => {
    const ids = {};
    for (const side of sides) {
      // One that was made before something else was refused is not made a second time.
      ids[side] = choiceOn(side) === fresh ? (await api.post(`${path}/connections`, { system: systemOn(side), name: display(systemOn(side)) })).id : choiceOn(side);
      setChosen(before => ({ ...before, [side]: ids[side] }));
    }
    connections.reload();
    const flow = await api.post(`${path}/flows`, { pair: pair.name, name: wanted.trim() || pair.displayName, ...ids });
    reloadFlows();
    toast(`${flow.name} is made. Now set it up.`);
    go(flowHref({ tenant: params.tenant, flow: flow.id }, '/setup'));
  };

  return html`
    <${Page} title="New flow" crumbs=${crumbs} intro="A flow keeps two systems in step. Choose the systems; nothing is read or written before you say so.">
      <${Form} onSubmit=${make} submit="Make the flow" disabled=${!pair}>
        <fieldset class="choices">
          <legend>Which systems?</legend>
          ${pairs.map(one => html`
            <label key=${one.name} class="card choice">
              <input type="radio" name="pair" value=${one.name} checked=${pair?.name === one.name} onChange=${() => { setPair(one); setChosen({}); }} />
              <span><strong>${display(one.leftSystem)} and ${display(one.rightSystem)}</strong><br /><span class="small">${[...new Set(one.kinds.filter(kind => !kind.isReference && !kind.partOf && !kind.parent).map(kind => plural(kind.name)))].join(', ')}</span></span>
            </label>`)}
        </fieldset>
        ${pair && html`
          <${Section} title="Which accounts?" text="A connection is an account that somebody has signed in to. One that is new is signed in to in the next step.">
            ${sides.map(side => html`
              <${Field} key=${side} label=${display(systemOn(side))} pointer=${`#/${side}`}>
                <${Select} value=${choiceOn(side)} onChange=${id => setChosen({ ...chosen, [side]: id })} options=${[
                  ...fitting(side).map(one => ({ value: one.id, text: one.accountName ? `${one.name} (${one.accountName})` : one.name })),
                  { value: fresh, text: 'A new connection' },
                ]} />
              <//>`)}
            <${Field} label="Name of the flow" pointer="#/name"><${TextInput} value=${wanted} onChange=${setName} maxlength="200" /><//>
          <//>`}
      <//>
    <//>`;
}
