import { html } from '../vendor/preact.js';
import { useData } from '../api.js';
import { useSession } from '../session.js';
import { List, Page, Time } from '../ui.js';
import { useCatalog } from '../flownav.js';
import { Health, connectionHref } from '../connecting.js';

export default function Connections({ params }) {
  const { tenant, can, flows } = useSession();
  const read = useData(`tenants/${encodeURIComponent(params.tenant)}/connections`, null, { every: 15 });
  const catalog = useCatalog();
  const name = connection => catalog.data?.systems.find(system => system.system === connection.system)?.displayName ?? connection.system;
  const used = connection => (flows ?? []).filter(flow => flow.left === connection.id || flow.right === connection.id);
  const add = can('administrator', 'connections') && html`<a class="button main" href=${`#/t/${encodeURIComponent(params.tenant)}/connections/new`}>Connect a system</a>`;
  const columns = [
    { key: 'name', title: 'Connection', value: connection => connection.name },
    { key: 'system', title: 'System', value: name },
    { key: 'health', title: 'Health', value: connection => connection.health, render: connection => html`<div><${Health} connection=${connection} />${connection.healthDetail && html`<p class="small">${connection.healthDetail}</p>`}</div>` },
    { key: 'account', title: 'Account', value: connection => connection.accountName ?? '', render: connection => html`<span>${connection.accountName}${connection.userName && html`<br /><span class="small">as ${connection.userName}</span>`}</span>` },
    { key: 'flows', title: 'Used by', value: connection => used(connection).map(flow => flow.name).join(', ') },
    { key: 'connectedAt', title: 'Since', value: connection => connection.connectedAt ?? '', render: connection => html`<${Time} at=${connection.connectedAt} />`, hideNarrow: true },
  ];
  return html`
    <${Page} title="Connections" intro="The accounts in other systems that flows read from and write to." actions=${add} crumbs=${[{ text: tenant.name, href: `#/t/${encodeURIComponent(params.tenant)}` }]}>
      <${List} caption="Connections" columns=${columns} pages=${{ items: read.data?.items ?? [], more: false, loading: read.loading, error: read.data ? null : read.error, reload: read.reload }} search
        rowKey=${connection => connection.id} rowHref=${connection => connectionHref(params.tenant, connection.id)} sort=${{ key: 'name' }}
        empty=${{ title: 'No system is connected yet.', text: 'A flow needs one on each side.', action: add }} />
    <//>`;
}
