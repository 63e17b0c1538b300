// Who is signed in, and what that one may do here. The server checks the same again: this only leaves out what would be refused.
import { createContext, useContext } from './vendor/preact.js';

const roles = ['viewer', 'member', 'administrator', 'operator'];

export const SessionContext = createContext(null);

/**
 * `tenant` is the one of the address, with the caller's role; `flows` are its flows (undefined until they are read), `reloadFlows`
 * reads them again after one was made or renamed, `reloadMe` after something changed about the caller.
 */
export const useSession = () => useContext(SessionContext);

/** For example can('member', 'sync', flow): whether the role is enough and no group of the caller leaves it out. */
export function canOf(me, tenant) {
  return (role, act = 'read', flow = null) => {
    if (me?.operator) return true;
    if (!tenant || roles.indexOf(tenant.role) < roles.indexOf(role)) return false;
    const hasAct = act === 'read' || !tenant.acts || tenant.acts.includes(act);
    const hasFlow = !tenant.flows || (flow ? tenant.flows.includes(flow) : act === 'read');
    return hasAct && hasFlow;
  };
}
