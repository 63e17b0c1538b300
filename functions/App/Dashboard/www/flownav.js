// What all pages of a flow share: the flow with its pair and the names of both systems, its words, and its tabs.
import { html, useEffect, useMemo, useState } from './vendor/preact.js';
import { api, useData } from './api.js';
import { useSession } from './session.js';
import { Page, Tabs } from './ui.js';

/** The address of a flow's page; `rest` begins with a slash. */
export const flowHref = ({ tenant, flow }, rest = '') => `#/t/${encodeURIComponent(tenant)}/f/${encodeURIComponent(flow)}${rest}`;

/** The path of a flow in the management API; `rest` begins with a slash. */
export const flowPath = ({ tenant, flow }, rest = '') => `tenants/${encodeURIComponent(tenant)}/flows/${encodeURIComponent(flow)}${rest}`;

export const other = side => side === 'left' ? 'right' : 'left';

/** Words of code in words of people: "scheduleEntry" is "schedule entry". */
export const words = name => (name ?? '').replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[-_]/g, ' ').toLowerCase();

export const title = name => { const text = words(name); return text.charAt(0).toUpperCase() + text.slice(1); };

const counted = new Set(['staff', 'progress', 'time']);

export function plural(kind) {
  const text = words(kind);
  if (counted.has(text)) return text;
  return /[^aeiou]y$/.test(text) ? `${text.slice(0, -1)}ies` : /(s|x|ch|sh)$/.test(text) ? `${text}es` : `${text}s`;
}

// Pairs and systems are the app's own, the same for everybody: they are read once.
let catalog = null;

export function useCatalog() {
  const [found, setFound] = useState({ data: undefined, error: null });
  useEffect(() => {
    let here = true;
    catalog ??= Promise.all([api.get('pairs'), api.get('systems')]).then(([pairs, systems]) => ({ pairs: pairs.items, systems: systems.items }));
    catalog.then(data => here && setFound({ data, error: null }), error => {
      catalog = null;
      if (here) setFound({ data: undefined, error });
    });
    return () => { here = false; };
  }, []);
  return found;
}

/**
 * The flow of the address: `flow` as the API shows it, `pair`, `name(side)` of each system, `kinds` with their words. Undefined until they
 * are read; `error` where they cannot be.
 */
export function useFlow(params, { every } = {}) {
  const own = useData(flowPath(params), null, { every });
  const shared = useCatalog();
  return useMemo(() => {
    const flow = own.data;
    const pair = shared.data?.pairs.find(one => one.name === flow?.pair);
    const system = side => side === 'left' ? pair?.leftSystem : pair?.rightSystem;
    const catalogOf = side => shared.data?.systems.find(one => one.system === system(side));
    return {
      flow,
      pair,
      catalogOf,
      name: side => catalogOf(side)?.displayName ?? title(side),
      kinds: (pair?.kinds ?? []).map(kind => ({ ...kind, text: title(kind.name), many: plural(kind.name) })),
      error: own.error ?? shared.error,
      ready: Boolean(flow && pair),
      reload: own.reload,
    };
  }, [own.data, own.error, own.reload, shared]);
}

/** Whether the pair has projects that are synchronised one by one. */
export const hasProjects = pair => Boolean(pair?.kinds.some(kind => kind.partOf));

/** A page of a flow: its heading below the flow's name, and the tabs to the others. `here`: what useFlow gave. */
export function FlowPage({ params, here, title, intro, actions, children }) {
  const { tenant, flows } = useSession();
  const name = here?.flow?.name ?? flows?.find(flow => flow.id === params.flow)?.name ?? params.flow;
  const tab = (key, text, rest) => ({ key, text, href: flowHref(params, rest) });
  return html`
    <${Page} title=${title} intro=${intro} actions=${actions}
      crumbs=${[{ text: tenant?.name ?? params.tenant, href: `#/t/${encodeURIComponent(params.tenant)}` }, { text: name, href: flowHref(params) }]}>
      <${Tabs} label=${`Pages of ${name}`} tabs=${[
        tab('status', 'Status', ''),
        hasProjects(here?.pair) && tab('projects', 'Projects', '/projects'),
        tab('records', 'Records', '/records'),
        tab('unmatched', 'Unmatched', '/unmatched'),
        tab('conflicts', 'Conflicts', '/conflicts'),
        tab('work', 'Waiting', '/work'),
        tab('log', 'Log', '/log'),
        tab('calls', 'Failed calls', '/calls'),
        tab('runs', 'Runs', '/runs'),
        tab('settings', 'Settings', '/settings'),
      ].filter(Boolean)} />
      ${children}
    <//>`;
}
