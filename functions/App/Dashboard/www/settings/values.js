// Values that are called differently on both sides, and statuses.
import { html } from '../vendor/preact.js';
import { useData } from '../api.js';
import { Button, Empty, Field, List, Loading, ProblemBox, Section, Select, TagsInput, TextInput, Time } from '../ui.js';
import { flowPath, title } from '../flownav.js';

/** Whether there is anything here for a pair. */
export const hasValues = pair => pair.valueMaps.length > 0 || pair.kinds.some(kind => kind.locksStatusesOn);

export function Values({ params, here, draft, set, categories }) {
  const references = useData(flowPath(params, '/references'));
  const lockedOn = here.pair.kinds.find(kind => kind.locksStatusesOn)?.locksStatusesOn;
  return html`
    ${lockedOn && html`
      <${Section} title="Locked statuses">
        <${Field} label=${`Records of ${here.name(lockedOn)} with one of these statuses are not sent`} hint="The other direction stays open." pointer="#/settings/lockedStatuses"><${TagsInput} value=${draft.settings.lockedStatuses} onChange=${value => set(['settings', 'lockedStatuses'], value)} /><//>
      <//>`}
    ${here.pair.valueMaps.map(name => html`<${ValueMap} key=${name} ...${{ here, name, draft, set }} list=${references.data?.items.find(one => one.valueMap === name)} />`)}
    ${categories.error && html`<${ProblemBox} error=${categories.error} retry=${categories.reload} />`}
    ${!categories.data && !categories.error && html`<${Loading} />`}
    ${(categories.data?.items ?? []).map(kind => html`<${Categories} key=${kind.kind} ...${{ here, kind, draft, set }} />`)}`;
}

function ValueMap({ here, name, draft, set, list }) {
  const pairs = draft.settings.valueMaps[name] ?? [];
  const put = value => set(['settings', 'valueMaps', name], value);
  const change = (place, changes) => put(pairs.map((pair, number) => number === place ? { ...pair, ...changes } : pair));
  const unmapped = (list?.left ?? []).filter(value => !pairs.some(pair => pair.left === value));
  const columns = [
    ...['left', 'right'].map(side => ({
      key: side,
      title: here.name(side),
      render: row => html`<${TextInput} label=${`${title(name)} of ${here.name(side)}`} value=${row[side]} onChange=${value => change(row.place, { [side]: value })} list=${`${name}-${side}`} />`,
    })),
    { key: 'remove', title: '', render: row => html`<${Button} tone="danger" onClick=${() => put(pairs.filter((_, number) => number !== row.place))}>Remove<//>` },
  ];
  return html`
    <${Section} title=${title(name)} text=${`What is called differently on both sides. While nothing stands here, ${title(name).toLowerCase()} do not go over.`}
      actions=${html`
        ${unmapped.length > 0 && html`<${Button} onClick=${() => put([...pairs, ...unmapped.map(left => ({ left, right: (list?.right ?? []).find(right => right.toLowerCase() === left.toLowerCase()) ?? '' }))])}>Add those that are missing<//>`}
        <${Button} onClick=${() => put([...pairs, { left: '', right: '' }])}>Add a pair<//>`}>
      ${['left', 'right'].map(side => html`<datalist key=${side} id=${`${name}-${side}`}>${(list?.[side] ?? []).map(value => html`<option key=${value} value=${value} />`)}</datalist>`)}
      <${Field} label=${html`<span class="hidden">${title(name)}</span>`} pointer=${`#/settings/valueMaps/${encodeURIComponent(name)}`}>
        <${List} caption=${`pairs of ${title(name).toLowerCase()}`} columns=${columns} items=${pairs.map((pair, place) => ({ ...pair, place }))} rowKey=${row => row.place} empty=${{ title: 'No pair yet.', text: 'Add a pair for every value that is to go over.' }} />
      <//>
      ${list && html`<p class="small">The lists of both systems were read <${Time} at=${list.readAt} />.</p>`}
    <//>`;
}

/** A board's statuses with the category of each, and for each category the status that stands for it. */
function Categories({ here, kind, draft, set }) {
  if (kind.boards.length === 0) return html`
    <${Section} title=${`Statuses of ${title(kind.kind).toLowerCase()}`}><${Empty} title="No statuses are known yet." text="They are listed here once reference data has been read." /><//>`;
  return kind.boards.map(board => {
    const chosen = draft.settings.statusCategories?.[kind.kind]?.[board.name] ?? {};
    const defaults = draft.settings.statusDefaults?.[kind.kind]?.[board.name] ?? {};
    const at = `${encodeURIComponent(kind.kind)}/${encodeURIComponent(board.name)}`;
    const put = (map, name, value) => set(['settings', map, kind.kind, board.name, name], value || undefined);
    return html`
      <${Section} key=${board.name} title=${`Statuses of ${title(kind.kind).toLowerCase()}${board.name === '*' ? '' : `, ${board.name}`}`} text=${`Each status of ${here.name(kind.side)} belongs to a category, and the category goes over.`}>
        <${List} caption=${`statuses of ${board.name}`} items=${board.statuses} rowKey=${status => status.id} search=${board.statuses.length > 15 ? 'Find a status' : undefined} columns=${[
          { key: 'name', title: 'Status', value: status => status.name, render: status => html`<span>${status.name}${status.inactive && html` <span class="small">(no longer used)</span>`}</span>` },
          { key: 'category', title: 'Category', value: status => chosen[status.name] ?? status.category, render: status => html`
            <${Field} label=${html`<span class="hidden">Category of ${status.name}</span>`} pointer=${`#/settings/statusCategories/${at}/${encodeURIComponent(status.name)}`}>
              <${Select} value=${chosen[status.name] ?? ''} onChange=${value => put('statusCategories', status.name, value)} options=${[{ value: '', text: status.chosen ? 'As the app guesses' : `As the app guesses: ${title(status.category)}` }, ...kind.categories.map(value => ({ value, text: title(value) }))]} />
            <//>` },
        ]} />
        ${kind.categories.map(category => html`
          <${Field} key=${category} label=${`${title(category)} becomes`} pointer=${`#/settings/statusDefaults/${at}/${encodeURIComponent(category)}`}>
            <${Select} value=${defaults[category] ?? ''} onChange=${value => put('statusDefaults', category, value)} options=${[{ value: '', text: board.stands[category] && !defaults[category] ? `As usual: ${board.stands[category]}` : 'As usual' }, ...board.statuses.filter(status => !status.inactive).map(status => ({ value: status.name, text: status.name }))]} />
          <//>`)}
      <//>`;
  });
}
