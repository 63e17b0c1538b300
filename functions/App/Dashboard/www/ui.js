// The parts that pages are made of. Inputs take `value` (a Toggle: `checked`) and tell a new one by `onChange(value)`; inside a Field
// they have its label, hint and error, alone they need `label`. A Form shows what the server says about a field at the Field with the
// same `pointer`, and the rest below its fields. Whatever a user or a vendor wrote is put into pages as text only.
import { html, useState, useEffect, useRef, useMemo, useContext, createContext } from './vendor/preact.js';
import { arrival, go, stay, useAddress } from './address.js';

let ids = 0;
const useId = () => useMemo(() => `i${++ids}`, []);
const classes = (...names) => names.filter(Boolean).join(' ');

// ---- Pages

/** A page: its heading takes the focus when somebody comes to it from another one. `intro`: in one sentence, what it shows. */
export function Page({ title, intro, crumbs = [], actions, children }) {
  const heading = useRef(null);
  useEffect(() => {
    if (!arrival.focus) return;
    arrival.focus = false;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => { document.title = `${title} – SyncFunctions`; }, [title]);
  return html`
    <div class="page">
      ${crumbs.length > 0 && html`<nav class="crumbs" aria-label="Where this is"><ol>${crumbs.map(crumb => html`<li><a href=${crumb.href}>${crumb.text}</a></li>`)}</ol></nav>`}
      <header class="page-head">
        <div><h1 tabindex="-1" ref=${heading}>${title}</h1>${intro && html`<p class="intro">${intro}</p>`}</div>
        ${actions && html`<div class="actions">${actions}</div>`}
      </header>
      ${children}
    </div>`;
}

export function Section({ title, text, actions, children }) {
  const id = useId();
  return html`
    <section class="section" aria-labelledby=${id}>
      <header class="section-head"><h2 id=${id}>${title}</h2>${actions && html`<div class="actions">${actions}</div>`}</header>
      ${text && html`<p class="intro">${text}</p>`}
      ${children}
    </section>`;
}

/** Names and values: items [{label, value}]; those without a value are left out. */
export const Facts = ({ items }) => html`
  <dl class="facts">${items.filter(item => item && item.value !== undefined && item.value !== null && item.value !== '').map(item => html`<div><dt>${item.label}</dt><dd>${item.value}</dd></div>`)}</dl>`;

/** Pages of one thing: the tab whose address is the longest that this one begins with is the current one. */
export function Tabs({ tabs, label = 'Pages of this' }) {
  const { path } = useAddress();
  const own = tab => tab.href.replace(/^#/, '').split('?')[0];
  const current = tabs.filter(tab => path === own(tab) || path.startsWith(own(tab) + '/')).sort((a, b) => own(b).length - own(a).length)[0];
  return html`
    <nav class="tabs" aria-label=${label}><ul>
      ${tabs.map(tab => html`<li key=${tab.key}><a href=${tab.href} aria-current=${tab === current ? 'page' : undefined}>${tab.text}</a></li>`)}
    </ul></nav>`;
}

// ---- Words and figures

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const utc = at => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** In the viewer's zone, in UTC on hover. */
export const Time = ({ at }) => at ? html`<time datetime=${at} title=${utc(at)}>${moment.format(new Date(at))}</time>` : null;

const units = [['year', 31557600], ['month', 2629800], ['day', 86400], ['hour', 3600], ['minute', 60]];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago, or how long until; what is `coming` and whose time is there is at hand, not past. */
export function ago(at, { now = Date.now(), coming = false } = {}) {
  const until = (new Date(at) - now) / 1000;
  const seconds = coming ? Math.max(until, 1) : until;
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return unit === 'second' ? (seconds > 0 ? 'in a moment' : 'just now') : relative.format(Math.trunc(seconds / length), unit);
}

export function Ago({ at, coming }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick(n => n + 1), 20_000);
    return () => clearInterval(timer);
  }, []);
  return at ? html`<time datetime=${at} title=${`${moment.format(new Date(at))} (${utc(at)})`}>${ago(at, { coming })}</time>` : null;
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const whole = Math.round(seconds);
  const parts = [[Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ');
}

export const Duration = ({ seconds }) => html`<span class="nowrap">${duration(seconds)}</span>`;

export const number = value => typeof value === 'number' ? value.toLocaleString() : value;

/** "1 conflict", "3 conflicts". */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** A state in a word. Tones: ok, info, warn, bad, off. */
export const Badge = ({ tone = 'info', children }) => html`<span class=${`badge ${tone}`}>${children}</span>`;

export function Progress({ done, total, label }) {
  const known = total !== null && total !== undefined && total > 0;
  return html`
    <div class="progress">
      <progress aria-label=${label} value=${known ? Math.min(done, total) : undefined} max=${known ? total : undefined}></progress>
      <span>${known ? html`${number(done)} of ${number(total)} (${Math.floor(100 * Math.min(done, total) / total)} %)` : number(done)}</span>
    </div>`;
}

export const Loading = ({ text = 'Loading' }) => html`<p class="loading" role="status"><span class="spinner" aria-hidden="true"></span>${text}…</p>`;

/** Where there is nothing to show: why, and what to do. */
export const Empty = ({ title, text, action }) => html`<div class="empty"><p class="empty-title">${title}</p>${text && html`<p>${text}</p>`}${action && html`<div class="actions">${action}</div>`}</div>`;

/** Something that needs to be known on this page. Tones as of a Badge. */
export const Note = ({ tone = 'info', title, children, action }) => html`
  <div class=${`note ${tone}`}><div>${title && html`<p class="note-title">${title}</p>`}${children}</div>${action && html`<div class="actions">${action}</div>`}</div>`;

/** What was refused or failed: what, why, the vendor's words and the next step. */
export function ProblemBox({ error, retry }) {
  if (!error) return null;
  const own = error.status === undefined;
  const from = error.connector ? `${error.connector}${error.remote_status ? ` answered ${error.remote_status}` : ''}` : null;
  return html`
    <div class="note bad" role="alert">
      <div>
        <p class="note-title">${own ? 'Something went wrong on this page.' : error.title}</p>
        <p>${own ? error.message : error.detail}</p>
        ${error.errors?.length > 0 && html`<ul>${error.errors.map(part => html`<li>${part.detail}${part.pointer && part.pointer !== '#' && html` <code>${part.pointer.replace(/^#\/?/, '')}</code>`}</li>`)}</ul>`}
        ${error.retryAfter && html`<p>Try again in ${duration(error.retryAfter)}.</p>`}
        <p class="small">
          ${[
            from && html`<span>${from}</span>`,
            String(error.type ?? '').startsWith('/api/problems/') && html`<a href=${error.type} target="_blank" rel="noopener">What this means</a>`,
            error.traceId && html`<span>Trace <code>${error.traceId}</code></span>`,
          ].filter(Boolean)}
        </p>
      </div>
      ${retry && html`<div class="actions"><${Button} tone="plain" onClick=${retry}>Try again<//></div>`}
    </div>`;
}

// ---- What is said in passing

let messages = [];
const listeners = new Set();
const tell = () => listeners.forEach(listener => listener());

/** Says at the edge of the page what was done; what went wrong stays until it is closed. */
export function toast(text, tone = 'ok') {
  const message = { id: ++ids, text, tone };
  messages = [...messages.slice(-3), message];
  tell();
  if (tone !== 'bad') setTimeout(() => close(message.id), 7000);
}

function close(id) {
  messages = messages.filter(message => message.id !== id);
  tell();
}

export function Toasts() {
  const [, tick] = useState(0);
  useEffect(() => {
    const listener = () => tick(n => n + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${messages.map(message => html`<div key=${message.id} class=${`toast ${message.tone}`}><span>${message.text}</span><button type="button" class="icon" aria-label="Close" onClick=${() => close(message.id)}>×</button></div>`)}
    </div>`;
}

/** Tells those who listen to the page rather than look at it. */
export function announce(text) {
  const region = document.getElementById('announcements');
  if (region && region.textContent !== text) region.textContent = text;
}

// ---- Buttons and dialogs

/** Where `onClick` returns a promise, it is busy until that is settled, and says what went wrong. */
export function Button({ onClick, tone = 'plain', type = 'button', disabled, busy, children, ...rest }) {
  const [working, setWorking] = useState(false);
  const here = useRef(true);
  useEffect(() => () => { here.current = false; }, []);
  const click = async event => {
    if (working) return;
    try {
      const result = onClick?.(event);
      if (!result?.then) return;
      setWorking(true);
      await result;
    } catch (failure) {
      if (here.current) inFront(Failure, { error: failure });
      else toast(failure.detail ?? failure.message, 'bad');
    } finally {
      if (here.current) setWorking(false);
    }
  };
  return html`
    <button type=${type} class=${`button ${tone}`} disabled=${disabled} aria-busy=${working || busy ? 'true' : undefined} onClick=${click} ...${rest}>
      ${(working || busy) && html`<span class="spinner" aria-hidden="true"></span>`}${children}
    </button>`;
}

const Failure = ({ error, onClose }) => html`<${Dialog} title="That did not work" onClose=${onClose}><${ProblemBox} error=${error} /><//>`;

export function Dialog({ title, onClose, children, wide }) {
  const box = useRef(null);
  const id = useId();
  useEffect(() => {
    const [before, dialog] = [document.activeElement, box.current];
    dialog.showModal();
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus();
      else document.querySelector('h1')?.focus();
    };
  }, []);
  const cancel = event => {
    event.preventDefault();
    onClose();
  };
  return html`
    <dialog ref=${box} class=${wide ? 'wide' : ''} aria-labelledby=${id} onCancel=${cancel}>
      <header><h2 id=${id}>${title}</h2><button type="button" class="icon" aria-label="Close" onClick=${onClose}>×</button></header>
      <div class="dialog-body">${children}</div>
    </dialog>`;
}

let put = null;

/** Opens a dialog that stays as it is while the list behind it, whose button was pressed, is read again. Of one id there is one. */
const inFront = (dialog, props, id = ++ids) => put({ id, dialog, props });

/** What stands in front of the page, until that is left. */
export function Front() {
  const { path } = useAddress();
  const [open, setOpen] = useState([]);
  useEffect(() => { put = one => setOpen(old => [...old.filter(({ id }) => id !== one.id), one]); }, []);
  useEffect(() => setOpen([]), [path]);
  return open.map(({ id, dialog, props }) => html`<${dialog} key=${id} ...${props} onClose=${() => setOpen(old => old.filter(one => one.id !== id))} />`);
}

/** A button that asks before it does what can't be taken back; `typed`: the name that has to be typed for it. */
export const Confirm = ({ buttonTone, disabled, ...question }) => html`<${Button} tone=${buttonTone} disabled=${disabled} onClick=${() => inFront(Question, question)}>${question.label}<//>`;

function Question({ label, title, text, typed, tone = 'danger', onConfirm, onClose, children }) {
  const [name, setName] = useState('');
  const confirm = async () => {
    await onConfirm();
    onClose();
  };
  return html`
    <${Dialog} title=${title ?? label} onClose=${onClose}>
      <${Form} onSubmit=${confirm} submit=${label} tone=${tone} onCancel=${onClose} disabled=${typed ? name.trim() !== typed.trim() : false}>
        ${text && html`<p>${text}</p>`}
        ${children}
        ${typed && html`<${Field} label=${html`Type <strong>${typed}</strong> to go on`}><${TextInput} value=${name} onChange=${setName} autocomplete="off" /><//>`}
      <//>
    <//>`;
}

/** Asks whoever leaves the page, within the dashboard or by closing it, as long as there is a `text`: what would be lost. */
export function useUnsaved(text) {
  useEffect(() => {
    if (!text) return undefined;
    const warn = event => event.preventDefault();
    const free = stay(to => inFront(Question, { title: 'Leave without saving?', text, label: 'Leave', onConfirm: () => { free(); go(to); } }, 'leave'));
    addEventListener('beforeunload', warn);
    return () => { free(); removeEventListener('beforeunload', warn); };
  }, [text]);
}

/** A value to be taken elsewhere, such as a link or a key. */
export function Copy({ label, value }) {
  const input = useRef(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      input.current.select();
      document.execCommand('copy');
    }
    toast('Copied.');
  };
  return html`<div class="copy"><input ref=${input} readonly aria-label=${label} value=${value} onFocus=${event => event.target.select()} /><${Button} onClick=${copy}>Copy<//></div>`;
}

// ---- Forms

const FormContext = createContext(null);
const FieldContext = createContext(null);

/** `onSubmit` may return a promise; what it throws is shown. `submit`: the words on the button. */
export function Form({ onSubmit, submit = 'Save', tone = 'main', onCancel, disabled, actions, children }) {
  const [state, setState] = useState({ busy: false, error: null });
  const here = useRef(true);
  const pointers = useRef(new Set());
  const form = useRef(null);
  useEffect(() => () => { here.current = false; }, []);
  useEffect(() => {
    if (state.error) form.current?.querySelector('[aria-invalid=true]')?.focus();
  }, [state.error]);
  const send = async event => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true, error: null });
    try {
      await onSubmit();
      if (here.current) setState({ busy: false, error: null });
    } catch (error) {
      if (here.current) setState({ busy: false, error });
      else toast(error.detail ?? error.message, 'bad');
    }
  };
  const elsewhere = state.error && { ...state.error, message: state.error.message, errors: (state.error.errors ?? []).filter(part => !pointers.current.has(part.pointer)) };
  return html`
    <${FormContext.Provider} value=${{ error: state.error, pointers: pointers.current }}>
      <form ref=${form} onSubmit=${send}>
        ${children}
        <${ProblemBox} error=${elsewhere} />
        <div class="form-actions">
          <button class=${`button ${tone}`} disabled=${disabled} aria-busy=${state.busy ? 'true' : undefined}>${state.busy && html`<span class="spinner" aria-hidden="true"></span>`}${submit}</button>
          ${onCancel && html`<button type="button" class="button plain" onClick=${onCancel}>Cancel</button>`}
          ${actions}
        </div>
      </form>
    <//>`;
}

export function Field({ label, hint, error, pointer, children }) {
  const id = useId();
  const form = useContext(FormContext);
  if (pointer) form?.pointers.add(pointer);
  const said = error ?? (pointer && form?.error?.errors?.find(part => part.pointer === pointer)?.detail);
  const described = classes(hint && `${id}h`, said && `${id}e`) || undefined;
  return html`
    <div class=${classes('field', said && 'invalid')}>
      <label for=${id}>${label}</label>
      ${hint && html`<p class="hint" id=${`${id}h`}>${hint}</p>`}
      <${FieldContext.Provider} value=${{ id, described, invalid: said ? 'true' : undefined }}>${children}<//>
      ${said && html`<p class="field-error" id=${`${id}e`}>${said}</p>`}
    </div>`;
}

function useField(label) {
  const field = useContext(FieldContext);
  return { id: field?.id, 'aria-label': label, 'aria-describedby': field?.described, 'aria-invalid': field?.invalid };
}

export function TextInput({ value, onChange, type = 'text', label, rows, ...rest }) {
  const field = useField(label);
  const input = event => onChange?.(event.target.value);
  return rows
    ? html`<textarea rows=${rows} value=${value ?? ''} onInput=${input} ...${field} ...${rest}></textarea>`
    : html`<input type=${type} value=${value ?? ''} onInput=${input} ...${field} ...${rest} />`;
}

/** Tells null where nothing is typed. */
export function NumberInput({ value, onChange, label, ...rest }) {
  const field = useField(label);
  return html`<input type="number" inputmode="numeric" value=${value ?? ''} onInput=${event => onChange?.(event.target.value === '' ? null : Number(event.target.value))} ...${field} ...${rest} />`;
}

export function Select({ value, onChange, options, label, ...rest }) {
  const field = useField(label);
  return html`
    <select value=${value ?? ''} onChange=${event => onChange?.(event.target.value)} ...${field} ...${rest}>
      ${options.map(option => html`<option key=${option.value} value=${option.value} selected=${option.value === (value ?? '')}>${option.text}</option>`)}
    </select>`;
}

/** On or off, with its words beside it. */
export function Toggle({ checked, onChange, label, hint, disabled }) {
  const id = useId();
  return html`
    <div class="toggle">
      <input type="checkbox" role="switch" id=${id} checked=${checked} disabled=${disabled} aria-describedby=${hint ? `${id}h` : undefined} onChange=${event => onChange?.(event.target.checked)} />
      <label for=${id}>${label}</label>
      ${hint && html`<p class="hint" id=${`${id}h`}>${hint}</p>`}
    </div>`;
}

/** A list of words: Enter or a comma puts one in. */
export function TagsInput({ value, onChange, label, placeholder = 'Add one and press Enter' }) {
  const [text, setText] = useState('');
  const field = useField(label);
  const put = () => {
    const words = text.split(',').map(word => word.trim()).filter(word => word && !value.includes(word));
    if (words.length) onChange([...value, ...new Set(words)]);
    setText('');
  };
  const key = event => {
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      put();
    }
  };
  return html`
    <div class="tags">
      ${value.length > 0 && html`<ul>${value.map(word => html`<li key=${word}><span>${word}</span><button type="button" class="icon" aria-label=${`Remove ${word}`} onClick=${() => onChange(value.filter(other => other !== word))}>×</button></li>`)}</ul>`}
      <input value=${text} placeholder=${placeholder} onInput=${event => setText(event.target.value)} onKeyDown=${key} onBlur=${put} ...${field} />
    </div>`;
}

// ---- Lists

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const step = 100;

function compare(a, b) {
  const [noA, noB] = [a === null || a === undefined || a === '', b === null || b === undefined || b === ''];
  if (noA || noB) return noA - noB;
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/**
 * A table; on a narrow page, cards. Columns with a `value` can be sorted by and searched in: what is loaded, that is, where the list
 * comes in pages. `filters` are controls above it. `rowHref` makes the first column a link. `find(row)`: further text for the search.
 */
export function List({ caption, columns, pages, items, rowKey, rowHref, filters, search, find, sort, empty, actions }) {
  const [words, setWords] = useState('');
  const [order, setOrder] = useState(sort ?? null);
  const [shown, setShown] = useState(step);
  const all = pages ? pages.items : items ?? [];
  const rows = useMemo(() => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const text = row => [...columns.map(column => column.value?.(row)), find?.(row)].filter(value => value !== null && value !== undefined).join('\n').toLowerCase();
    const kept = wanted.length ? all.filter(row => { const own = text(row); return wanted.every(word => own.includes(word)); }) : all;
    const by = order && columns.find(column => column.key === order.key)?.value;
    return by ? [...kept].sort((a, b) => { const [x, y] = [by(a), by(b)]; const none = value => value === null || value === undefined || value === ''; return none(x) || none(y) ? compare(x, y) : order.descending ? compare(y, x) : compare(x, y); }) : kept;
  }, [all, words, order, columns]);
  const visible = rows.slice(0, shown);
  const hasMore = rows.length > shown || pages?.more;
  const showMore = async () => {
    setShown(shown + step);
    if (rows.length <= shown + step && pages?.more) await pages.loadMore();
  };
  const sortable = columns.filter(column => column.value && column.title);
  const turn = column => setOrder(order?.key === column.key ? { key: column.key, descending: !order.descending } : { key: column.key, descending: false });
  const waiting = pages?.loading && all.length === 0;
  const none = !waiting && !pages?.error && all.length === 0;

  return html`
    <div class="list">
      ${(search || filters || actions) && html`
        <div class="list-head" role="group" aria-label=${`Choose from ${caption}`}>
          ${search && html`<input type="search" class="search" placeholder=${typeof search === 'string' ? search : 'Filter'} aria-label=${`Filter ${caption}`} value=${words} onInput=${event => { setWords(event.target.value); setShown(step); }} />`}
          ${filters}
          ${sortable.length > 1 && html`
            <span class="only-narrow"><${Select} label=${`Sort ${caption}`} value=${order ? `${order.key}${order.descending ? ' down' : ''}` : ''}
              onChange=${value => setOrder(value ? { key: value.replace(/ down$/, ''), descending: value.endsWith(' down') } : null)}
              options=${[{ value: '', text: 'Sort by…' }, ...sortable.flatMap(column => [{ value: column.key, text: `${column.title} ↑` }, { value: `${column.key} down`, text: `${column.title} ↓` }])]} /></span>`}
          ${actions && html`<div class="actions">${actions}</div>`}
        </div>`}
      ${pages?.error && html`<${ProblemBox} error=${pages.error} retry=${pages.reload} />`}
      ${waiting && html`<${Loading} />`}
      ${none && html`<${Empty} title=${empty?.title ?? 'Nothing here yet.'} text=${empty?.text} action=${empty?.action} />`}
      ${all.length > 0 && rows.length === 0 && html`<${Empty} title=${`Nothing of what is loaded matches “${words}”.`} action=${html`<${Button} onClick=${() => setWords('')}>Show all<//>`} />`}
      ${rows.length > 0 && html`<${Table} ...${{ caption, columns, visible, rowKey, rowHref, order, turn }} />`}
      ${(rows.length > 0 || hasMore) && html`
        <p class="list-foot">
          <span>${hasMore || visible.length < all.length ? `${number(visible.length)} shown${pages?.more ? ', there are more' : ` of ${number(all.length)}`}` : `${number(all.length)} in all`}</span>
          ${hasMore && html`<${Button} onClick=${showMore} busy=${pages?.loading}>Show more<//>`}
        </p>`}
    </div>`;
}

function Table({ caption, columns, visible, rowKey, rowHref, order, turn }) {
  const box = useRef(null);
  const [wide, setWide] = useState(false);
  useEffect(() => {
    const look = () => setWide(box.current !== null && box.current.scrollWidth > box.current.clientWidth + 1);
    const observer = new ResizeObserver(look);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const cell = (column, row) => column.render ? column.render(row) : number(column.value(row));
  return html`
    <div class="table-box" ref=${box} tabindex=${wide ? '0' : undefined} role=${wide ? 'region' : undefined} aria-label=${wide ? `${caption}, as a table` : undefined}>
      <table role="table">
        <caption class="hidden">${caption}</caption>
        <thead role="rowgroup"><tr role="row">
          ${columns.map(column => {
            const sorted = order?.key === column.key ? (order.descending ? 'descending' : 'ascending') : undefined;
            return html`
              <th key=${column.key} role="columnheader" scope="col" class=${classes(column.numeric && 'numeric', column.hideNarrow && 'hide-narrow')} aria-sort=${sorted}>
                ${column.value && column.title ? html`<button type="button" class="sort" onClick=${() => turn(column)}>${column.title}<span aria-hidden="true">${sorted === 'ascending' ? ' ↑' : sorted ? ' ↓' : ''}</span></button>` : column.title || html`<span class="hidden">Actions</span>`}
              </th>`;
          })}
        </tr></thead>
        <tbody role="rowgroup">
          ${visible.map(row => html`
            <tr key=${rowKey(row)} role="row">
              ${columns.map((column, place) => html`
                <td key=${column.key} role="cell" data-label=${column.title || undefined} class=${classes(column.numeric && 'numeric', column.hideNarrow && 'hide-narrow', place === 0 && 'first', !column.title && 'row-actions')}>
                  ${place === 0 && rowHref?.(row) ? html`<a href=${rowHref(row)}>${cell(column, row)}</a>` : cell(column, row)}
                </td>`)}
            </tr>`)}
        </tbody>
      </table>
    </div>`;
}
