// What holds for one kind of record: what is new, who wins, what is deleted, its fields and its filters.
import { html, useMemo } from '../vendor/preact.js';
import { Button, Empty, Field, List, NumberInput, Section, Select, TagsInput, TextInput, Toggle } from '../ui.js';
import { title, words } from '../flownav.js';
import { directionText, ownerOf, policyText } from './draft.js';
import { Choice } from './inputs.js';

const allows = (direction, side) => direction === 'both' || direction === (side === 'left' ? 'leftToRight' : 'rightToLeft');
const choices = texts => Object.entries(texts).map(([value, text]) => ({ value, text }));

export function Kind({ here, kind, table, draft, set }) {
  const chosen = draft.settings.kinds[kind.name] ?? {};
  const at = `#/settings/kinds/${encodeURIComponent(kind.name)}`;
  const change = name => value => set(['settings', 'kinds', kind.name, name], value);
  const common = { here, kind, chosen, change, at };
  return html`
    <${Section} title=${kind.text} text=${`${title(kind.leftKind)} of ${here.name('left')} and ${words(kind.rightKind)} of ${here.name('right')}.${kind.parent ? ` They live and end with their ${words(kind.parent)}.` : ''}`}>
      <${Toggle} label=${`Synchronise ${kind.many}`} hint="Off: nothing of this kind goes over. Records can still be linked and pushed by hand." checked=${chosen.enabled !== false} onChange=${change('enabled')} />
      ${['left', 'right'].filter(side => allows(kind.newRecords, side)).map(side => {
        const name = side === 'left' ? 'newLeftToRight' : 'newRightToLeft';
        return html`<${Toggle} key=${side} label=${`New ${kind.many} of ${here.name(side)} are created in ${here.name(side === 'left' ? 'right' : 'left')}`} checked=${chosen[name] !== false} onChange=${change(name)} />`;
      })}
      ${kind.substance.length > 0 && html`<${Toggle} label=${`Also those without ${kind.substance.map(words).join(', ')}`} hint="Usual: they stay where they are." checked=${chosen.bare === true} onChange=${change('bare')} />`}
    <//>
    <${Policies} ...${common} />
    <${Fields} ...${common} table=${table} />
    ${!kind.parent && html`<${Rest} ...${common} table=${table} />`}
    ${!kind.parent && html`<${Filters} ...${common} />`}
    <${CustomFields} ...${common} />`;
}

function Policies({ here, kind, chosen, change, at }) {
  const sides = ['left', 'right'].map(value => ({ value, text: here.name(value) }));
  const policies = Object.entries(policyText).filter(([value]) => value !== 'archive' || kind.whenArchived).map(([value, text]) => ({ value, text }));
  return html`
    <${Section} title="Who wins, and what is deleted">
      <${Choice} label="Where both sides changed the same field, this one wins" hint="The value that loses is kept in the list of conflicts." pointer=${`${at}/master`} value=${chosen.master} fallback=${kind.master} options=${sides} onChange=${change('master')} />
      <${Toggle} label="The later change wins instead" hint="Only where both systems tell for certain when a record was changed." checked=${chosen.newestWins === true} onChange=${change('newestWins')} />
      ${!kind.parent && html`
        <${Choice} label="Deleted on one side: the record on the other side" pointer=${`${at}/whenGone`} value=${chosen.whenGone} fallback=${kind.whenGone} options=${policies} onChange=${change('whenGone')} />
        ${kind.whenArchived && html`<${Choice} label="Archived on one side: the record on the other side" pointer=${`${at}/whenArchived`} value=${chosen.whenArchived} fallback=${kind.whenArchived} options=${policies} onChange=${change('whenArchived')} />`}
        <${Choice} label="Deleted on one side, edited on the other" pointer=${`${at}/reviveEdited`} value=${chosen.reviveEdited} fallback=${true} options=${[{ value: true, text: 'It is created again' }, { value: false, text: 'It counts as deleted' }]} onChange=${change('reviveEdited')} />
        <${Choice} label="New, and no counterpart is found" pointer=${`${at}/onNoMatch`} value=${chosen.onNoMatch} fallback=${kind.onNoMatch} options=${choices({ create: 'Create it on the other side', ask: 'Ask a person, in the list of unmatched records', skip: 'Leave it alone' })} onChange=${change('onNoMatch')} />
        <${Choice} label="New, and several could be its counterpart" pointer=${`${at}/onAmbiguous`} value=${chosen.onAmbiguous} fallback="ask" options=${choices({ ask: 'Ask a person, in the list of unmatched records', create: 'Create it on the other side' })} onChange=${change('onAmbiguous')} />`}
    <//>`;
}

function normalText(form, here) {
  const lengths = [['left', form.leftMaxLength], ['right', form.rightMaxLength]].filter(([, length]) => length).map(([side, length]) => `${length} characters in ${here.name(side)}`);
  return [...lengths, form.ignoresCase && 'letter case does not matter'].filter(Boolean).join(', ');
}

function Fields({ here, kind, chosen, change, at, table }) {
  const rows = useMemo(() => (table?.fields ?? []).filter(row => !row.isCustom), [table]);
  const directionOf = row => chosen.fields?.[row.field] ?? row.default.direction;
  const put = (member, row, value, usual) => {
    const { [row.field]: _, ...others } = chosen[member] ?? {};
    change(member)(value === usual ? others : { ...others, [row.field]: value });
  };
  const columns = [
    { key: 'field', title: 'Field', value: row => title(row.field) },
    { key: 'left', title: here.name('left'), value: row => row.leftName ?? '', render: row => row.leftName ? html`<code>${row.leftName}</code>` : html`<span class="soft">none</span>` },
    { key: 'right', title: here.name('right'), value: row => row.rightName ?? '', render: row => row.rightName ? html`<code>${row.rightName}</code>` : html`<span class="soft">none</span>` },
    { key: 'direction', title: 'Direction', value: row => directionText(directionOf(row), here.name), render: row => html`
      <${Field} label=${html`<span class="hidden">Direction of ${title(row.field)}</span>`} pointer=${`${at}/fields/${encodeURIComponent(row.field)}`}>
        <${Select} value=${directionOf(row)} onChange=${value => put('fields', row, value, row.default.direction)} options=${row.choices.map(value => ({ value, text: `${directionText(value, here.name)}${value === row.default.direction ? ' (usual)' : ''}` }))} />
      <//>` },
    { key: 'owner', title: 'Owner', value: row => ownerText(directionOf(row), here), hideNarrow: true },
    { key: 'blank', title: 'When it is cleared', value: row => chosen.blanks?.[row.field] ?? row.default.blankPolicy, render: row => html`
      <${Field} label=${html`<span class="hidden">When ${title(row.field)} is cleared</span>`} pointer=${`${at}/blanks/${encodeURIComponent(row.field)}`}>
        <${Select} value=${chosen.blanks?.[row.field] ?? row.default.blankPolicy} onChange=${value => put('blanks', row, value, row.default.blankPolicy)} options=${[['clear', 'Clear it there, too'], ['keep', 'Keep the other value']].map(([value, text]) => ({ value, text: `${text}${value === row.default.blankPolicy ? ' (usual)' : ''}` }))} />
      <//>` },
    { key: 'form', title: 'Kept as', value: row => normalText(row.normalForm, here), hideNarrow: true },
  ];
  return html`
    <${Section} title="Fields" text="Which way each field goes. A direction can be narrowed, not widened: what a system cannot take is not on offer.">
      <${List} caption=${`fields of ${kind.many}`} columns=${columns} items=${rows} rowKey=${row => row.field} search="Find a field" empty=${{ title: 'This kind has no fields.' }} />
    <//>`;
}

function ownerText(direction, here) {
  const owner = ownerOf(direction);
  return owner ? here.name(owner) : direction === 'off' ? 'Neither' : 'Both';
}

/** The pair's own rule is shown until the tenant has one. */
function Rest({ kind, chosen, change, at, table }) {
  const rule = chosen.autoPause ?? kind.autoPause;
  const isOn = Boolean(rule && !rule.off);
  const put = changes => change('autoPause')({ field: rule?.field ?? table?.fields[0]?.field, values: rule?.values ?? [], afterDays: rule?.afterDays ?? 30, ...changes });
  return html`
    <${Section} title="Records that rest" text=${kind.autoPause ? `Usual: paused ${kind.autoPause.afterDays} days after ${words(kind.autoPause.field)} became ${kind.autoPause.values.join(' or ')}.` : 'Usual: nothing is paused by itself.'}>
      <${Toggle} label=${`Pause ${kind.many} that have rested for a while`} checked=${isOn} onChange=${on => on || kind.autoPause ? put({ off: !on }) : change('autoPause')(undefined)} />
      ${isOn && html`
        <${Field} label="They rest when this field" pointer=${`${at}/autoPause/field`}><${Select} value=${rule.field} onChange=${field => put({ field, off: false })} options=${(table?.fields ?? []).map(row => ({ value: row.field, text: title(row.field) }))} /><//>
        <${Field} label="has one of these values" pointer=${`${at}/autoPause/values`}><${TagsInput} value=${rule.values} onChange=${values => put({ values, off: false })} /><//>
        <${Field} label="for so many days" pointer=${`${at}/autoPause/afterDays`}><${NumberInput} min="0" max="3650" value=${rule.afterDays} onChange=${afterDays => put({ afterDays: afterDays ?? 0, off: false })} /><//>`}
    <//>`;
}

/** Names of a system's fields, to choose from while typing. */
function Names({ id, here, side, kind }) {
  const known = here.catalogOf(side)?.kinds.find(one => one.name === (side === 'left' ? kind.leftKind : kind.rightKind));
  return html`<datalist id=${id}>${[...(known?.fields.map(field => field.name) ?? []), ...(known?.further ?? [])].map(name => html`<option key=${name} value=${name} />`)}</datalist>`;
}

const replaced = (items, place, changes) => items.map((item, number) => number === place ? { ...item, ...changes } : item);

function Filters({ here, kind, chosen, change, at }) {
  const filters = chosen.filters ?? [];
  const put = change('filters');
  return html`
    <${Section} title="Filters" text="Records outside one of these stay where they are: a saved list, a site, a board. They stay linked, and get what they missed once they are inside again."
      actions=${html`<${Button} onClick=${() => put([...filters, { side: 'left', field: '', anyOf: [], except: false, blocks: 'both' }])}>Add a filter<//>`}>
      ${['left', 'right'].map(side => html`<${Names} key=${side} id=${`filter-${kind.name}-${side}`} ...${{ here, side, kind }} />`)}
      ${filters.length === 0 ? html`<${Empty} title="No filter." text=${`All ${kind.many} take part.`} />` : filters.map((filter, place) => html`
        <div class="card editor" key=${place} role="group" aria-label=${`Filter ${place + 1}`}>
          <${Field} label="Records of"><${Select} value=${filter.side} onChange=${side => put(replaced(filters, place, { side }))} options=${['left', 'right'].map(value => ({ value, text: here.name(value) }))} /><//>
          <${Field} label="take part by this field" hint="As the system calls it." pointer=${`${at}/filters/${place}/field`}><${TextInput} value=${filter.field} onChange=${field => put(replaced(filters, place, { field }))} list=${`filter-${kind.name}-${filter.side}`} /><//>
          <${Field} label="when it is" pointer=${`${at}/filters/${place}/except`}><${Select} value=${filter.except ? 'except' : 'any'} onChange=${value => put(replaced(filters, place, { except: value === 'except' }))} options=${[{ value: 'any', text: filter.anyOf.length ? 'one of these values' : 'not blank' }, { value: 'except', text: filter.anyOf.length ? 'none of these values' : 'blank' }]} /><//>
          <${Field} label="Values" hint="Letter case does not matter. Without any, it is about whether there is a value at all." pointer=${`${at}/filters/${place}/anyOf`}><${TagsInput} value=${filter.anyOf} onChange=${anyOf => put(replaced(filters, place, { anyOf }))} /><//>
          <${Field} label="Whoever is outside"><${Select} value=${filter.blocks} onChange=${blocks => put(replaced(filters, place, { blocks }))} options=${[{ value: 'both', text: 'is neither sent nor written' }, { value: 'outgoing', text: 'is not sent to the other side' }, { value: 'incoming', text: 'is not written' }]} /><//>
          <${Button} tone="danger" onClick=${() => put(filters.filter((_, number) => number !== place))}>Remove this filter<//>
        </div>`)}
    <//>`;
}

function CustomFields({ here, kind, chosen, change, at }) {
  const fields = chosen.customFields ?? [];
  const put = change('customFields');
  return html`
    <${Section} title="Fields of your own" text="Fields that are mapped in addition: also such as only your accounts have."
      actions=${html`<${Button} onClick=${() => put([...fields, { name: '', left: '', right: '', type: 'text', direction: 'both', blank: 'clear' }])}>Add a field<//>`}>
      ${['left', 'right'].map(side => html`<${Names} key=${side} id=${`field-${kind.name}-${side}`} ...${{ here, side, kind }} />`)}
      ${fields.length === 0 ? html`<${Empty} title="None yet." text="What the table above does not map can be mapped here, field to field." />` : fields.map((field, place) => html`
        <div class="card editor" key=${place} role="group" aria-label=${`Field ${field.name || place + 1}`}>
          <${Field} label="Name" hint="As it is called here." pointer=${`${at}/customFields/${place}/name`}><${TextInput} value=${field.name} onChange=${name => put(replaced(fields, place, { name }))} /><//>
          ${['left', 'right'].map(side => html`<${Field} key=${side} label=${`Field of ${here.name(side)}`} pointer=${`${at}/customFields/${place}/${side}`}><${TextInput} value=${field[side]} onChange=${name => put(replaced(fields, place, { [side]: name }))} list=${`field-${kind.name}-${side}`} /><//>`)}
          <${Field} label="Type" pointer=${`${at}/customFields/${place}/type`}><${Select} value=${field.type} onChange=${type => put(replaced(fields, place, { type }))} options=${choices({ text: 'Text', number: 'Number', flag: 'Yes or no', day: 'Day', set: 'List' })} /><//>
          ${field.type === 'text' && html`<${Field} label="Longest text" hint="In characters. Empty: as long as both take." pointer=${`${at}/customFields/${place}/maxLength`}><${NumberInput} min="1" value=${field.maxLength} onChange=${maxLength => put(replaced(fields, place, { maxLength }))} /><//>`}
          <${Field} label="Direction" pointer=${`${at}/customFields/${place}/direction`}><${Select} value=${field.direction} onChange=${direction => put(replaced(fields, place, { direction }))} options=${['both', 'leftToRight', 'rightToLeft', 'initiallyFromLeft', 'initiallyFromRight', 'off'].map(value => ({ value, text: directionText(value, here.name) }))} /><//>
          <${Field} label="When it is cleared"><${Select} value=${field.blank} onChange=${blank => put(replaced(fields, place, { blank }))} options=${choices({ clear: 'Clear it on the other side, too', keep: 'Keep the other value' })} /><//>
          <${Button} tone="danger" onClick=${() => put(fields.filter((_, number) => number !== place))}>Remove this field<//>
        </div>`)}
    <//>`;
}
