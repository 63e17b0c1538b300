// The address of the page: what stands behind the # names it, as /t/demo/f/flow?kind=company.
import { useState, useEffect } from './vendor/preact.js';

/** Whether the heading of the next page is to take the focus: after every step but the first. */
export const arrival = { focus: false };

export function read(hash = location.hash) {
  const text = hash.replace(/^#/, '') || '/';
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  return { path: path.length > 1 ? path.replace(/\/+$/, '') : path, query: Object.fromEntries(new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1))) };
}

/** The parts of an address that a pattern names, or null where it is another one. */
export function match(pattern, path) {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params = {};
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].startsWith(':')) {
      try { params[wanted[i].slice(1)] = decodeURIComponent(given[i]); } catch { return null; }
    } else if (wanted[i] !== given[i]) return null;
  }
  return params;
}

export const go = hash => { location.hash = hash; };

// The page that is shown, and who is asked before it is left.
let [shown, hold] = [location.hash, null];

const isLeft = to => hold && read(to).path !== read(shown).path;

// A link is stopped before it is followed: whoever stays doesn't find its page on the way back.
addEventListener('click', event => {
  const to = event.target.closest?.('a[href^="#"]:not([target])')?.hash;
  if (!to || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !isLeft(to)) return;
  event.preventDefault();
  hold(to);
}, true);

addEventListener('hashchange', event => {
  const to = location.hash;
  if (!isLeft(to)) {
    shown = to;
    return;
  }
  event.stopImmediatePropagation();
  history.pushState(null, '', shown);
  hold(to);
});

/** Until what it gives is called, the page stays whatever link is followed: `ask` hears where somebody wanted to go. */
export function stay(ask) {
  hold = ask;
  return () => { if (hold === ask) hold = null; };
}

/** Says in the address what the page shows, so that it can be sent and come back to; empty values are left out. */
export function setQuery(changes) {
  const { path, query } = read();
  const pairs = Object.entries({ ...query, ...changes }).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  const next = pairs.length ? `#${path}?${new URLSearchParams(pairs)}` : `#${path}`;
  if (next === location.hash) return;
  history.replaceState(null, '', next);
  dispatchEvent(new Event('hashchange'));
}

export function useAddress() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const look = () => setHash(location.hash);
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return read(hash);
}
