// Settings that are being changed: what was changed of them, and the words for their values. Nothing here touches the page.

const isEmpty = patch => Object.keys(patch).length === 0;

const isMap = value => value !== null && typeof value === 'object' && !Array.isArray(value);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What makes the second out of the first, as a merge patch: null for what goes back to its default. */
export function patchOf(before, after) {
  const patch = {};
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const [was, is] = [before?.[name], after?.[name]];
    if (same(was ?? null, is ?? null)) continue;
    if (is === undefined || is === null) patch[name] = null;
    else if (isMap(is)) {
      const inner = patchOf(isMap(was) ? was : {}, is);
      if (!isEmpty(inner) || !isMap(was)) patch[name] = inner;
    } else patch[name] = is;
  }
  return patch;
}

/** How many values a patch changes. */
export const sizeOf = patch => Object.values(patch).reduce((sum, value) => sum + (isMap(value) ? Math.max(1, sizeOf(value)) : 1), 0);

/** The same with one value set, or taken away where it is undefined. */
export function put(target, [name, ...rest], value) {
  const next = { ...target };
  if (rest.length > 0) next[name] = put(isMap(next[name]) ? next[name] : {}, rest, value);
  else if (value === undefined) delete next[name];
  else next[name] = value;
  return next;
}

/** "1.02:00:00" in seconds. */
export function secondsOf(span) {
  const parts = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(span ?? '');
  return parts ? ((Number(parts[1] ?? 0) * 24 + Number(parts[2])) * 60 + Number(parts[3])) * 60 + Math.round(Number(parts[4])) : null;
}

export function spanOf(seconds) {
  const two = value => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  return `${days ? `${days}.` : ''}${two(seconds / 3600 % 24)}:${two(seconds / 60 % 60)}:${two(seconds % 60)}`;
}

/** Which part of the page shows the setting that a pointer of the server names. */
export function partOf(pointer) {
  const [top, name] = pointer.replace(/^#\/(settings\/)?/, '').split('/');
  if (top === 'kinds' && name) return decodeURIComponent(name);
  if (['valueMaps', 'lockedStatuses', 'statusCategories', 'statusDefaults'].includes(top)) return 'values';
  return top === 'reactions' ? 'reactions' : 'general';
}

/** A field's direction in words, by the names of both systems. */
export const directionText = (direction, name) => ({
  both: 'Both ways',
  leftToRight: `${name('left')} → ${name('right')}`,
  rightToLeft: `${name('right')} → ${name('left')}`,
  initiallyFromLeft: `First from ${name('left')}, then ${name('right')} → ${name('left')}`,
  initiallyFromRight: `First from ${name('right')}, then ${name('left')} → ${name('right')}`,
  off: 'Off',
})[direction] ?? direction;

/** The side whose changes count once a record is on both. */
export const ownerOf = direction => ({ leftToRight: 'left', initiallyFromRight: 'left', rightToLeft: 'right', initiallyFromLeft: 'right' })[direction] ?? null;

export const policyText = {
  archive: 'Archive it, too',
  pause: 'Leave it, and pause the link',
  unlink: 'Leave it, and never link the two again',
  ignore: 'Leave it, the link lives on',
  delete: 'Delete it',
};
