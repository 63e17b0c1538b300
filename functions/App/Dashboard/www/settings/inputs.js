// Inputs that the parts of the settings share.
import { html, useState } from '../vendor/preact.js';
import { Field, NumberInput, Select, duration } from '../ui.js';
import { secondsOf, spanOf } from './draft.js';

/** One of some values, or what the pair has by itself. options: [{value, text}]; `fallback`: that of the pair. */
export function Choice({ label, hint, pointer, value, fallback, options, onChange }) {
  const usual = options.find(option => option.value === fallback)?.text;
  return html`
    <${Field} label=${label} hint=${hint} pointer=${pointer}>
      <${Select} value=${value === null || value === undefined ? '' : String(value)} onChange=${chosen => onChange(chosen === '' ? undefined : options.find(option => String(option.value) === chosen).value)}
        options=${[{ value: '', text: usual ? `As usual: ${usual}` : 'As usual' }, ...options.map(option => ({ value: String(option.value), text: option.text }))]} />
    <//>`;
}

const units = [['days', 86400], ['hours', 3600], ['minutes', 60], ['seconds', 1]];

/** A length of time, in the biggest unit that fits. `fallback` as the API has it; `zero`: the words for none. */
export function SpanInput({ label, hint, pointer, value, fallback, zero, onChange }) {
  const seconds = secondsOf(value) ?? 0;
  const fitting = units.find(([, length]) => seconds > 0 && seconds % length === 0)?.[0] ?? 'minutes';
  const [unit, setUnit] = useState(fitting);
  const length = units.find(([name]) => name === unit)[1];
  const usual = fallback === undefined ? '' : ` Usual: ${secondsOf(fallback) === 0 && zero ? zero : duration(secondsOf(fallback))}.`;
  return html`
    <${Field} label=${label} hint=${`${hint ?? ''}${zero ? ` 0: ${zero}.` : ''}${usual}`.trim()} pointer=${pointer}>
      <span class="span-input">
        <${NumberInput} min="0" step="any" value=${Math.round(seconds / length * 100) / 100} onChange=${n => onChange(spanOf(Math.round((n ?? 0) * length)))} />
        <${Select} label=${`${label}: unit`} value=${unit} onChange=${setUnit} options=${units.map(([name]) => ({ value: name, text: name }))} />
      </span>
    <//>`;
}
