// Calls of the management API. A path is below /api/manage/v1/; one that begins with a slash is below /api.
import { useState, useEffect, useRef, useCallback } from './vendor/preact.js';

/** What the API refuses: the members of its problem details, and `retryAfter` in seconds. */
export class Problem extends Error {
  constructor(members) {
    super(members.detail ?? members.title);
    Object.assign(this, { errors: [] }, members);
  }

  /** The last part of the type: 'not-found', 'flow-busy', … */
  get name() { return String(this.type ?? '').split('/').pop(); }
}

const unreachable = () => new Problem({ status: 0, title: 'The server cannot be reached.', detail: 'The connection was lost or the server is starting. Try again in a moment.' });

function address(path, query) {
  const url = path.startsWith('/') ? `/api${path}` : `/api/manage/v1/${path}`;
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return pairs.length ? `${url}?${new URLSearchParams(pairs)}` : url;
}

async function send(method, path, { query, body, headers = {}, signal } = {}) {
  let answer;
  try {
    answer = await fetch(address(path, query), {
      method,
      signal,
      credentials: 'same-origin',
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw error.name === 'AbortError' ? error : unreachable();
  }
  if (answer.status === 304) return { unchanged: true };
  if (answer.ok) {
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return { value: isJson ? await answer.json() : answer.status === 204 ? null : await answer.text(), etag: answer.headers.get('etag') };
  }
  throw await problemOf(answer, path);
}

async function problemOf(answer, path) {
  let body = {};
  try { body = await answer.json(); } catch { /* The host's own answers have no body. */ }
  const { trace_id: traceId, retry_after_seconds: retryAfter, ...members } = body;
  const problem = new Problem({ title: `The server answered ${answer.status}.`, ...members, status: answer.status, traceId, retryAfter: retryAfter ?? (Number(answer.headers.get('retry-after')) || undefined) });
  if (answer.status === 401 && !path.startsWith('/session')) dispatchEvent(new Event('signed-out'));
  return problem;
}

const value = async call => (await call).value;

export const api = {
  get: (path, query, signal) => value(send('GET', path, { query, signal })),
  getTagged: path => send('GET', path),
  post: (path, body, { idempotencyKey } = {}) => value(send('POST', path, { body, headers: idempotencyKey ? { 'idempotency-key': idempotencyKey } : {} })),
  put: (path, body, { ifMatch } = {}) => value(send('PUT', path, { body, headers: ifMatch ? { 'if-match': ifMatch } : {} })),
  patch: (path, body, { ifMatch } = {}) => value(send('PATCH', path, { body, headers: ifMatch ? { 'if-match': ifMatch } : {} })),
  del: (path, body) => value(send('DELETE', path, { body })),
  /** The address of an answer, for a link that downloads it. */
  address,
};

/**
 * What stands at a path, read again by `reload` and, while the page is visible, `every` so many seconds.
 * A failed refresh keeps what was read before: look at `data` first, and at `error` where there is none.
 */
export function useData(path, query, { every } = {}) {
  const key = path === null || path === undefined ? null : address(path, query);
  const [state, setState] = useState({ key, data: undefined, error: null, loading: key !== null });
  const call = useRef(null);
  const seen = useRef(null);

  const load = useCallback(async () => {
    if (key === null) return;
    call.current?.abort();
    const mine = call.current = new AbortController();
    setState(old => old.key === key ? { ...old, loading: true } : { key, data: undefined, error: null, loading: true });
    try {
      const tag = seen.current?.key === key ? seen.current.etag : null;
      const { value, etag, unchanged } = await send('GET', path, { query, signal: mine.signal, headers: tag ? { 'if-none-match': tag } : {} });
      if (call.current !== mine) return;
      if (!unchanged) seen.current = { key, etag, data: value };
      setState({ key, data: seen.current.data, error: null, loading: false });
    } catch (error) {
      if (call.current === mine && error.name !== 'AbortError') setState(old => ({ key, data: old.key === key ? old.data : undefined, error, loading: false }));
    }
  }, [key]);

  useEffect(() => {
    load();
    return () => { call.current?.abort(); call.current = null; };
  }, [load]);

  useEffect(() => {
    if (!every || key === null) return undefined;
    let last = Date.now();
    const look = () => {
      if (document.visibilityState !== 'visible' || Date.now() - last < every * 1000) return;
      last = Date.now();
      load();
    };
    const timer = setInterval(look, Math.min(1000, every * 1000));
    document.addEventListener('visibilitychange', look);
    return () => { clearInterval(timer); document.removeEventListener('visibilitychange', look); };
  }, [load, every]);

  const current = state.key === key ? state : { data: undefined, error: null, loading: key !== null };
  return { data: current.data, error: current.error, loading: current.loading, reload: load };
}

/** A list that comes in pages: what is loaded so far, and how to go on. `first` is the whole first answer. */
export function usePages(path, query, { limit = 100 } = {}) {
  const key = path === null || path === undefined ? null : address(path, { ...query, limit });
  const fresh = { key, items: [], continuation: null, first: undefined, error: null, loading: key !== null };
  const [state, setState] = useState(fresh);
  const call = useRef(null);

  const load = useCallback(async continuation => {
    if (key === null) return;
    call.current?.abort();
    const mine = call.current = new AbortController();
    setState(old => old.key === key ? { ...old, loading: true } : { ...fresh, loading: true });
    try {
      const answer = await api.get(path, { ...query, limit, continuation }, mine.signal);
      if (call.current !== mine) return;
      setState(old => ({
        key,
        items: continuation ? [...old.items, ...answer.items] : answer.items,
        continuation: answer.continuation ?? null,
        first: continuation ? old.first : answer,
        error: null,
        loading: false,
      }));
    } catch (error) {
      if (call.current === mine && error.name !== 'AbortError') setState(old => ({ ...(old.key === key ? old : fresh), error, loading: false }));
    }
  }, [key]);

  useEffect(() => {
    load();
    return () => { call.current?.abort(); call.current = null; };
  }, [load]);

  const current = state.key === key ? state : fresh;
  return {
    items: current.items,
    first: current.first,
    more: current.continuation !== null,
    loading: current.loading,
    error: current.error,
    loadMore: () => load(current.continuation),
    reload: () => load(),
  };
}
