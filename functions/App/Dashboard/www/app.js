// The frame around every page: who is signed in, the navigation, and the page that the address names.
import { html, render, useState, useEffect, useMemo, useCallback } from './vendor/preact.js';
import { api, useData } from './api.js';
import { arrival, go, match, useAddress } from './address.js';
import { SessionContext, canOf } from './session.js';
import { routes } from './routes.js';
import { Button, Empty, Front, Loading, Page, ProblemBox, Toasts } from './ui.js';

const icon = new URL('icon.svg', import.meta.url).href;

const known = path => routes.some(route => route.path === path);

function App() {
  const { path, query } = useAddress();
  const [who, setWho] = useState({ me: undefined, error: null });
  const reloadMe = useCallback(async () => {
    try {
      setWho({ me: await api.get('me'), error: null });
    } catch (error) {
      setWho(old => error.status === 401 ? { me: null, error: null } : { me: old.me, error });
    }
  }, []);
  useEffect(() => { reloadMe(); }, []);
  useEffect(() => {
    const out = () => setWho({ me: null, error: null });
    addEventListener('signed-out', out);
    return () => removeEventListener('signed-out', out);
  }, []);

  const found = useMemo(() => routes.map(route => ({ route, params: match(route.path, path) })).find(({ params }) => params), [path]);

  // The page's module comes while it is still asked who is there; what goes wrong with it is told where it is shown.
  useEffect(() => { found?.route.load().catch(() => {}); }, [path]);
  const { me } = who;
  const tenantId = match('/t/:tenant', path.split('/').slice(0, 3).join('/'))?.tenant;
  const tenant = me?.tenants.find(one => one.id === tenantId) ?? null;
  const flows = useData(tenant ? `tenants/${encodeURIComponent(tenant.id)}/flows` : null);
  const session = { me, tenant, can: canOf(me, tenant), flows: flows.data?.items, reloadFlows: flows.reload, reloadMe };

  // Where an address says nothing, or nobody is signed in, there is one place to go to.
  const start = me && (me.tenants.length === 1 ? `#/t/${me.tenants[0].id}` : '#/tenants');
  const elsewhere = me === null && !found?.route.open && known('/sign-in') ? `#/sign-in?return=${encodeURIComponent(path === '/' ? '' : location.hash)}` : path === '/' && me ? start : null;
  useEffect(() => { if (elsewhere) location.replace(elsewhere); }, [elsewhere]);

  if (me === undefined && !found?.route.open) return who.error ? html`<main class="alone"><${ProblemBox} error=${who.error} retry=${reloadMe} /></main>` : html`<p class="starting">SyncFunctions is starting.</p>`;
  if (elsewhere) return null;
  const page = html`<${Place} key=${path} found=${found} params=${found?.params} query=${query} tenantId=${tenantId} session=${session} />`;
  return html`
    <${SessionContext.Provider} value=${session}>
      <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
      ${me && !found?.route.open ? html`<div class="frame"><${Navigation} path=${path} session=${session} /><main id="main" tabindex="-1">${page}</main></div>` : html`<main id="main" tabindex="-1" class="alone">${page}</main>`}
      <${Front} />
      <${Toasts} />
      <div id="announcements" class="hidden" role="status" aria-live="polite"></div>
    <//>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

/** The page of an address, once its module is here. */
function Place({ found, params, query, tenantId, session }) {
  const [module, setModule] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let here = true;
    found?.route.load().then(loaded => here && setModule(loaded), failure => here && setError(failure));
    return () => { here = false; };
  }, []);
  if (!found || (tenantId && session.me && !session.tenant)) return html`
    <${Page} title="There is no such page"><${Empty} title="The address names nothing here." text="It may have been deleted, or you may not see it with this account." action=${html`<a class="button main" href="#/">To the beginning</a>`} /><//>`;
  if (!session.me && !found.route.open) return html`<${Page} title="Sign in"><${Empty} title="Nobody is signed in." text="Sign in, then open this page again." /><//>`;
  if (error) return html`
    <${Page} title="This page could not be loaded">
      <${Empty} title="The connection was lost, or there is a newer version of the dashboard." action=${html`<${Button} tone="main" onClick=${() => location.reload()}>Load it again<//>`} />
    <//>`;
  return module ? html`<${module.default} params=${params} query=${query} />` : html`<${Loading} />`;
}

function Navigation({ path, session }) {
  const { me, tenant, can, flows } = session;
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const base = tenant && `#/t/${encodeURIComponent(tenant.id)}`;
  const item = (route, text, own, allowed = true) => allowed && known(route)
    ? html`<li><a href=${own} aria-current=${current(path, own) ? 'page' : undefined}>${text}</a></li>` : null;
  return html`
    <header class="side">
      <div class="brand">
        <a href="#/"><img src=${icon} width="28" height="28" alt="" />SyncFunctions</a>
        <button type="button" class="button plain menu" aria-expanded=${open ? 'true' : 'false'} aria-controls="navigation" onClick=${() => setOpen(!open)}>Menu</button>
      </div>
      <nav id="navigation" aria-label="Main" class=${open ? 'open' : ''}>
        ${tenant && html`<p class="tenant"><span>${tenant.name}</span>${(me.operator || me.tenants.length > 1) && known('/tenants') && html`<a href="#/tenants">Switch</a>`}</p>`}
        ${tenant ? html`
          <ul>${item('/t/:tenant', 'Overview', base)}</ul>
          ${known('/t/:tenant/f/:flow') && html`
            <p class="nav-head" id="nav-flows">Flows</p>
            <ul aria-labelledby="nav-flows">
              ${(flows ?? []).slice(0, 12).map(flow => item('/t/:tenant/f/:flow', flow.name, `${base}/f/${encodeURIComponent(flow.id)}`))}
              ${item('/t/:tenant/flows/new', '+ New flow', `${base}/flows/new`, can('administrator', 'settings'))}
            </ul>`}
          <p class="nav-head" id="nav-tenant">Organisation</p>
          <ul aria-labelledby="nav-tenant">
            ${item('/t/:tenant/connections', 'Connections', `${base}/connections`)}
            ${item('/t/:tenant/notices', 'Notifications', `${base}/notices`)}
            ${item('/t/:tenant/people', 'People and keys', `${base}/people`, can('administrator', 'people'))}
            ${item('/t/:tenant/audit', 'Audit log', `${base}/audit`, can('administrator', 'people'))}
            ${item('/t/:tenant/data', 'Export and erase', `${base}/data`, can('administrator', 'people'))}
          </ul>` : html`<ul>${item('/tenants', 'Organisations', '#/tenants')}</ul>`}
        <div class="me">
          <p>${me.name}${me.email && me.email !== me.name && html`<br /><span class="small">${me.email}</span>`}</p>
          <ul>
            ${item('/account', 'Account', '#/account')}
            ${me.kind !== 'operator' && html`<li><${Button} tone="link" onClick=${signOut}>Sign out<//></li>`}
          </ul>
        </div>
      </nav>
    </header>`;
}

function current(path, href) {
  const own = href.slice(1);
  return path === own || (own.split('/').length > 3 && path.startsWith(own + '/') && !path.startsWith(own + '/flows/'));
}

async function signOut() {
  await api.del('/session');
  go('#/sign-in');
  dispatchEvent(new Event('signed-out'));
}

let before = location.hash.split('?')[0];
addEventListener('hashchange', () => {
  const now = location.hash.split('?')[0];
  if (now !== before) arrival.focus = true;
  before = now;
});

// What stood there until now is not to stand below the first page.
const place = document.getElementById('app');
place.replaceChildren();
render(html`<${App} />`, place);
