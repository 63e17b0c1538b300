// Runs Azurite as a child whose standard input is the leash: when the parent closes it, or is gone for whatever reason,
// Azurite saves its data and ends. Ctrl+C reaches the whole process group, so it is the parent that decides when to stop.
const ignore = () => {};
process.on('SIGINT', ignore);
process.on('newListener', (event, listener) => {
  if (event === 'SIGINT') queueMicrotask(() => process.removeListener('SIGINT', listener));
});
// The reader of these pipes may be gone already; saving matters more than the last lines of output.
process.stdout.on('error', ignore);
process.stderr.on('error', ignore);
process.stdin.on('error', ignore);
process.stdin.once('close', () => {
  if (!process.emit('SIGTERM')) process.exit(0);
});
process.stdin.resume();
require('azurite/dist/src/azurite.js');
