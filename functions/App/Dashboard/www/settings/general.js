// What holds for the flow as a whole.
import { html } from '../vendor/preact.js';
import { Field, NumberInput, Section, Select, TextInput, duration } from '../ui.js';
import { hasProjects } from '../flownav.js';
import { directionText, secondsOf } from './draft.js';
import { SpanInput } from './inputs.js';

export function General({ here, draft, set }) {
  const { settings } = draft;
  const { defaults } = here.pair;
  const change = name => value => set(['settings', name], value);
  return html`
    <${Section} title="Flow">
      <${Field} label="Name" pointer="#/name"><${TextInput} value=${draft.name} onChange=${value => set(['name'], value)} maxlength="200" /><//>
      <${Field} label="Direction" hint="One way: nothing is ever written to the other side." pointer="#/settings/direction">
        <${Select} value=${settings.direction} onChange=${change('direction')} options=${['both', 'leftToRight', 'rightToLeft'].map(value => ({ value, text: directionText(value, here.name) }))} />
      <//>
      <${Field} label="When it works" pointer="#/mode">
        <${Select} value=${draft.mode} onChange=${value => set(['mode'], value)} options=${[
          { value: 'continuous', text: 'All the time: changes go over by themselves' },
          { value: 'onDemand', text: 'On demand: only when a person says so' },
          { value: 'oneOff', text: 'Once: everything goes over one time, then it is switched off' },
        ]} />
      <//>
      <${Field} label="Look for changes every … seconds" hint="Empty: as often as the app does for all. Where a system allows few calls a day, it is less often; the status says how often." pointer="#/pollEverySeconds">
        <${NumberInput} min="1" max="86400" value=${draft.pollEverySeconds} onChange=${value => set(['pollEverySeconds'], value)} />
      <//>
    <//>
    <${Section} title="Both sides at once" text="What happens where a record is changed on both sides within a short time.">
      <${SpanInput} label="Hold the other side for" hint="After a change on one side, changes of the same record on the other side wait for so long." zero="nothing is held" pointer="#/settings/lockWindow" value=${settings.lockWindow} fallback=${defaults.lockWindow} onChange=${change('lockWindow')} />
      <${Field} label="When the hold ends" hint=${`Usual: ${defaults.onLockEnd === 'apply' ? 'held changes go over' : 'held changes are dropped'}.`} pointer="#/settings/onLockEnd">
        <${Select} value=${settings.onLockEnd} onChange=${change('onLockEnd')} options=${[{ value: 'apply', text: 'Held changes go over by themselves' }, { value: 'discard', text: 'Held changes are dropped, and the log says so' }]} />
      <//>
      <${Field} label="Edits of a field on the side that does not own it" hint=${`Usual: they are ${defaults.unownedEdits === 'putBack' ? 'put back' : 'left'}.`} pointer="#/settings/unownedEdits">
        <${Select} value=${settings.unownedEdits} onChange=${change('unownedEdits')} options=${[{ value: 'putBack', text: 'Put back the value of the side that owns it' }, { value: 'leave', text: 'Leave them where they are' }]} />
      <//>
    <//>
    <${Section} title="Looking at everything">
      <${SpanInput} label="Compare every record every" hint="Finds deletions, and changes that no system reported." zero="only by hand" pointer="#/settings/sweepEvery" value=${settings.sweepEvery} fallback=${defaults.sweepEvery} onChange=${change('sweepEvery')} />
      ${(here.pair.kinds.some(kind => kind.isReference) || here.pair.valueMaps.length > 0) && html`
        <${SpanInput} label="Read reference data every" hint="Lists that records refer to, such as statuses, stages and staff." zero="only by hand" pointer="#/settings/referencesEvery" value=${settings.referencesEvery} fallback=${defaults.referencesEvery} onChange=${change('referencesEvery')} />`}
      ${hasProjects(here.pair) && html`
        <${SpanInput} label="Let a project rest for" hint="After a run of a project, the next one begins no earlier. Changes of single records that a system reports do not wait." zero="no rest" pointer="#/settings/coolDown" value=${settings.coolDown} fallback=${defaults.coolDown} onChange=${change('coolDown')} />`}
    <//>
    <${Section} title="Against going round in circles" text="Where something else writes against the sync, a link that is written again and again is stopped until a person looks at it.">
      <${Field} label="Stop a link after … writes" hint=${`Usual: ${defaults.runaway.maxWrites} within ${duration(secondsOf(defaults.runaway.within))}.`} pointer="#/settings/runaway/maxWrites">
        <${NumberInput} min="2" max="1000" value=${settings.runaway.maxWrites} onChange=${value => set(['settings', 'runaway', 'maxWrites'], value ?? undefined)} />
      <//>
      <${SpanInput} label="counted within" pointer="#/settings/runaway/within" value=${settings.runaway.within} fallback=${defaults.runaway.within} onChange=${value => set(['settings', 'runaway', 'within'], value)} />
    <//>`;
}
