// Figures over time as columns, drawn by hand: an SVG that says the same as the table beside it.
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { Button } from './ui.js';

const [height, left, bottom, top] = [200, 44, 22, 8];

/** What a label below the chart takes up. */
const labelWidth = 84;

/** A round number that is no less: where the scale ends. */
export function ceiling(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * unit).find(step => step >= value);
}

/**
 * points: [{ key, label, short, values: { [series]: number } }], the oldest first; series: [{ key, text }], stacked from the bottom.
 * `text(value)` writes a value. What it shows stands in a table, too, which is what a screen reader is given.
 */
export function Chart({ caption, points, series, text = value => value.toLocaleString(), of = 'Time' }) {
  const [table, setTable] = useState(false);
  const [width, setWidth] = useState(640);
  const box = useRef(null);

  // Drawn as wide as there is room, so that its letters stay as big as those around it.
  useEffect(() => {
    const observer = new ResizeObserver(() => box.current?.clientWidth && setWidth(box.current.clientWidth));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const sums = points.map(point => series.reduce((sum, one) => sum + (point.values[one.key] ?? 0), 0));
  const most = ceiling(Math.max(0, ...sums));
  const [wide, high] = [width - left - 4, height - bottom - top];
  const slot = wide / Math.max(1, points.length);
  const bar = Math.max(1, Math.min(28, slot * 0.72));
  const y = value => top + high - (value / most) * high;
  const every = Math.max(1, Math.ceil(labelWidth / slot));
  return html`
    <figure class="chart">
      <figcaption class="chart-head">
        <span class="chart-title">${caption}</span>
        ${series.length > 1 && html`<ul class="legend">${series.map((one, place) => html`<li key=${one.key}><span class=${`swatch series-${place}`} aria-hidden="true"></span>${one.text}</li>`)}</ul>`}
        <${Button} tone="link" aria-expanded=${table ? 'true' : 'false'} onClick=${() => setTable(!table)}>${table ? 'Show as a chart' : 'Show as a table'}<//>
      </figcaption>
      <div class="plot" ref=${box}>${!table && html`
        <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
          ${[0, 0.5, 1].map(share => html`
            <g key=${share}>
              <line class="grid" x1=${left} x2=${width} y1=${y(share * most)} y2=${y(share * most)} />
              <text class="tick" x=${left - 6} y=${y(share * most) + 4} text-anchor="end">${share === 0 ? '0' : text(share * most)}</text>
            </g>`)}
          ${points.map((point, place) => {
            let below = 0;
            const x = left + place * slot + (slot - bar) / 2;
            return html`
              <g key=${point.key}>
                <title>${`${point.label}: ${series.map(one => `${text(point.values[one.key] ?? 0)} ${one.text.toLowerCase()}`).join(', ')}`}</title>
                <rect class="reach" x=${left + place * slot} y=${top} width=${slot} height=${high} />
                ${series.map((one, number) => {
                  const value = point.values[one.key] ?? 0;
                  if (value <= 0) return null;
                  const from = below;
                  below += value;
                  return html`<rect key=${one.key} class=${`series-${number}`} x=${x} y=${y(below)} width=${bar} height=${Math.max(1, y(from) - y(below))} />`;
                })}
                ${place % every === 0 && html`<text class="tick" x=${left + place * slot + slot / 2} y=${height - 6} text-anchor="middle">${point.short}</text>`}
              </g>`;
          })}
        </svg>`}</div>
      <div class=${table ? 'table-box' : 'hidden'}>
        <table>
          <caption class="hidden">${caption}</caption>
          <thead><tr><th scope="col">${of}</th>${series.map(one => html`<th key=${one.key} scope="col" class="numeric">${one.text}</th>`)}</tr></thead>
          <tbody>
            ${points.filter((point, place) => sums[place] > 0).map(point => html`
              <tr key=${point.key}><th scope="row">${point.label}</th>${series.map(one => html`<td key=${one.key} class="numeric" data-label=${one.text}>${text(point.values[one.key] ?? 0)}</td>`)}</tr>`)}
          </tbody>
        </table>
      </div>
    </figure>`;
}
