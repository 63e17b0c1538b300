// The settings of a flow. What is changed is tried by a dry run before it is saved, and only what was changed is sent.
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { api, useData } from '../api.js';
import { useSession } from '../session.js';
import { Badge, Button, Form, Loading, Note, ProblemBox, count, toast, useUnsaved } from '../ui.js';
import { FlowPage, flowHref, flowPath, useFlow } from '../flownav.js';
import { partOf, patchOf, put, sizeOf } from '../settings/draft.js';
import { General } from '../settings/general.js';
import { Kind } from '../settings/kind.js';
import { Reactions } from '../settings/reactions.js';
import { RecordsApi } from '../settings/recordsapi.js';
import { Trial } from '../settings/trial.js';
import { Values, hasValues } from '../settings/values.js';

const draftOf = flow => ({ name: flow.name, mode: flow.mode, pollEverySeconds: flow.pollEverySeconds, settings: flow.settings });

export default function Settings({ params, query }) {
  const here = useFlow(params);
  const fields = useData(flowPath(params, '/fields'));
  const categories = useData(flowPath(params, '/status-categories'));
  const error = here.error ?? fields.error;
  return html`
    <${FlowPage} params=${params} here=${here} title="Settings" intro="What goes over, which way, and who wins. Before anything is saved you see what it would change.">
      ${here.ready && fields.data
        ? html`<${Editor} key=${here.flow.id} ...${{ params, query, here, fields, categories }} />`
        : error ? html`<${ProblemBox} error=${error} retry=${() => { here.reload(); fields.reload(); }} />` : html`<${Loading} />`}
    <//>`;
}

function Editor({ params, query, here, fields, categories }) {
  const { can, reloadFlows } = useSession();
  const mayChange = can('administrator', 'settings', params.flow);
  const [saved, setSaved] = useState(() => draftOf(here.flow));
  const [tag, setTag] = useState(undefined);
  const [draft, setDraft] = useState(saved);
  const [run, setRun] = useState(null);
  const [error, setError] = useState(null);
  const [round, setRound] = useState(0);
  const set = (path, value) => setDraft(old => put(old, path, value));
  const patch = useMemo(() => patchOf(saved, draft), [saved, draft]);
  const changes = sizeOf(patch);

  const take = (flow, etag) => {
    setSaved(draftOf(flow));
    setDraft(draftOf(flow));
    setTag(etag);
    setError(null);
  };
  const readAgain = async () => {
    const { value, etag } = await api.getTagged(flowPath(params));
    take(value, etag);
    fields.reload();
  };
  const discard = async () => {
    await readAgain();

    // A form anew, without what was wrong with the one before.
    setRound(round + 1);
    document.querySelector('h1')?.focus();
  };

  // The version that is being changed: whoever changed it meanwhile is not overwritten.
  useEffect(() => { readAgain().catch(setError); }, []);
  useUnsaved(changes > 0 && `${count(changes, 'change')} of the settings ${changes === 1 ? 'is' : 'are'} not saved yet.`);

  const save = async () => {
    await api.patch(flowPath(params), patch, { ifMatch: tag });
    await readAgain();
    setRun(null);
    toast('The settings are saved.');
    here.reload();
    categories.reload();
    reloadFlows?.();
  };
  const told = async step => {
    try {
      setError(null);
      await step();
    } catch (failure) {
      setRun(null);
      setError(failure);
      const first = failure.errors?.find(part => part.pointer);
      if (first) location.hash = partHref(params, partOf(first.pointer));
      throw failure;
    }
  };
  const look = () => told(async () => {
    if (!patch.settings) await save();
    else setRun((await api.post(flowPath(params, '/sync'), { mode: 'dryRun', settings: patch.settings })).runId);
  });

  if (tag === undefined) return error ? html`<${ProblemBox} error=${error} retry=${() => readAgain().catch(setError)} />` : html`<${Loading} />`;

  const parts = [
    { key: 'general', text: 'Flow' },
    ...here.kinds.map(kind => ({ key: kind.name, text: kind.text })),
    (hasValues(here.pair) || categories.data?.items.length > 0) && { key: 'values', text: 'Statuses and values' },
    here.pair.watchesProspects && { key: 'reactions', text: 'Reactions' },
    mayChange && { key: 'records', text: 'Records API' },
  ].filter(Boolean);
  const part = parts.find(one => one.key === query.part)?.key ?? 'general';
  const kind = here.kinds.find(one => one.name === part);
  const wrong = key => (error?.errors ?? []).filter(one => partOf(one.pointer) === key).length;
  return html`
    <nav class="parts" aria-label="Parts of the settings"><ul>
      ${parts.map(one => html`<li key=${one.key}><a href=${partHref(params, one.key)} aria-current=${one.key === part ? 'true' : undefined}>${one.text}${wrong(one.key) > 0 && html` <${Badge} tone="bad">${wrong(one.key)} to correct<//>`}</a></li>`)}
    </ul></nav>
    ${!mayChange && html`<${Note} title="You may look, not change"><p>Settings are changed by administrators.</p><//>`}
    ${part === 'records' ? html`<${RecordsApi} ...${{ params, here }} />` : html`<div class="long-form">
      <${Form} key=${round} onSubmit=${look} submit=${patch.settings || !changes ? 'See what would change' : 'Save'} disabled=${!changes || !mayChange}
        actions=${changes > 0 && mayChange && html`
          ${patch.settings && html`<${Button} onClick=${() => told(save)}>Save without looking<//>`}
          <${Button} onClick=${discard}>Discard changes<//>
          <span class="soft" role="status">${count(changes, 'change')} not saved</span>`}>
        <fieldset class="bare" disabled=${!mayChange} onKeyDown=${stayInSearch}>
          ${part === 'general' && html`<${General} ...${{ here, draft, set }} />`}
          ${kind && html`<${Kind} key=${kind.name} ...${{ here, kind, draft, set }} table=${fields.data.items.find(one => one.kind === kind.name)} />`}
          ${part === 'values' && html`<${Values} ...${{ params, here, draft, set, categories }} />`}
          ${part === 'reactions' && html`<${Reactions} ...${{ params, draft, set }} />`}
        </fieldset>
      <//></div>`}
    ${run && html`<${Trial} ...${{ params, here, run }} onSave=${() => told(save)} onClose=${() => setRun(null)} />`}`;
}

const partHref = (params, part) => flowHref(params, part === 'general' ? '/settings' : `/settings?part=${encodeURIComponent(part)}`);

/** Enter in a search is no wish to send the form. */
function stayInSearch(event) {
  if (event.key === 'Enter' && event.target.type === 'search') event.preventDefault();
}
