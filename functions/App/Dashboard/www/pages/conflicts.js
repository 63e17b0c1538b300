import { html } from '../vendor/preact.js';
import { api, usePages } from '../api.js';
import { setQuery } from '../address.js';
import { FlowPage, flowHref, flowPath, other, plural, title, useFlow, words } from '../flownav.js';
import { act, linkHref, Value } from '../records.js';
import { useSession } from '../session.js';
import { Ago, Button, Confirm, List, ProblemBox, Select, Time } from '../ui.js';

/** Fields that were changed on both sides: both values, who won and why, and the way back. */
export default function Conflicts({ params, query }) {
  const here = useFlow(params);
  const { can, me } = useSession();
  const { kind, field, link } = query;
  const pages = usePages(flowPath(params, '/conflicts'), { kind, field, link });
  const fields = [...new Set([...pages.items.filter(item => !kind || item.kind === kind).map(item => item.field), ...field ? [field] : []])].sort();
  const may = can('member', 'records', params.flow);
  const filtered = kind || field || link;
  return html`
    <${FlowPage} params=${params} here=${here} title="Conflicts" intro="Fields that were changed on both sides before either change had gone over: one value won, the other is kept and can be brought back.">
      <${ProblemBox} error=${here.error} />
      <${List} caption="Conflicts" pages=${pages} search="Filter what is loaded" rowKey=${item => item.id} rowHref=${item => item.link && linkHref(params, item.kind, item.link)}
        filters=${html`
          <${Select} label="Kind" value=${kind ?? ''} options=${[{ value: '', text: 'Every kind' }, ...here.kinds.map(one => ({ value: one.name, text: one.text }))]} onChange=${value => setQuery({ kind: value, field: '' })} />
          <${Select} label="Field" value=${field ?? ''} options=${[{ value: '', text: 'Every field' }, ...fields.map(one => ({ value: one, text: title(one) }))]} onChange=${value => setQuery({ field: value })} />
          ${link && html`<${Button} onClick=${() => setQuery({ link: '' })}>Of all records<//>`}`}
        columns=${[
          { key: 'label', title: 'Record', value: item => item.label },
          { key: 'field', title: 'Field', value: item => title(item.field), render: item => html`<div>${title(item.field)}<p class="small">${words(item.kind)}</p></div>` },
          { key: 'left', title: here.name('left'), render: item => html`<${Side} ...${{ item, side: 'left' }} />` },
          { key: 'right', title: here.name('right'), render: item => html`<${Side} ...${{ item, side: 'right' }} />` },
          { key: 'why', title: 'Won', value: item => here.name(item.winner), render: item => html`<div>${here.name(item.winner)}<p class="small">${whyOf(here, item)}</p></div>` },
          { key: 'at', title: 'When', value: item => item.at, render: item => html`<${Ago} at=${item.at} />` },
          {
            key: 'actions', title: '', render: item => item.restoredAt
              ? html`<span class="small">Brought back <${Time} at=${item.restoredAt} />${item.restoredBy && ` by ${item.restoredBy}`}</span>`
              : may && item.link && html`
                <${Confirm} label="Restore the other" title=${`Restore ${title(item.field).toLowerCase()} of ${item.label}`} tone="main"
                  onConfirm=${act(() => api.post(flowPath(params, `/conflicts/${encodeURIComponent(item.id)}/restore`, { by: me.name })), null, pages.reload)}>
                  <p>Both systems get the value that lost:</p><p class="restored"><${Value} value=${item.lost} /></p><p class="soft">It replaces what stands there now.</p>
                <//>`,
          },
        ]}
        empty=${filtered
          ? { title: 'No conflict is like that.', action: html`<${Button} onClick=${() => setQuery({ kind: '', field: '', link: '' })}>Show all<//>` }
          : { title: 'There has been no conflict.', text: 'When somebody changes the same field on both sides at about the same time, it is listed here with both values.', action: html`<a class="button plain" href=${flowHref(params)}>To the status of the flow</a>` }} />
    <//>`;
}

const Side = ({ item, side }) => html`<div class=${item.winner === side ? 'won' : 'lost'}><${Value} value=${item[side]} />${item.winner === side ? html`<p class="small">won</p>` : html`<p class="small">lost, kept</p>`}</div>`;

const whyOf = (here, item) => ({
  onlyWay: `what ${here.name(other(item.winner))} had may not go over`,
  lock: 'it was changed first, and its lock held',
  newest: 'it was changed last',
  master: `it wins conflicts of ${plural(item.kind)}`,
  firstMeeting: 'the two met for the first time, and its record counts more',
})[item.rule] ?? '';
