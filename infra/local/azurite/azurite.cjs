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

// A line "requests" is answered with how many each service has taken, by account and operation; services are told apart by the
// order in which they begin to listen.
const http = require('http');
const services = new Map();
const counts = new Map();
const target = path =>
  path.endsWith('$batch') ? 'transaction' : /(\(|%28)PartitionKey=/.test(path) ? 'entity' : path.includes('/messages') ? 'messages' : 'other';
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, ...args) {
  if (event === 'listening') services.set(this, ['blob', 'queue', 'table'][services.size]);
  if (event === 'request') {
    const [{ method, url }] = args;
    const path = url.split('?', 1)[0];
    const key = JSON.stringify([services.get(this), path.split('/', 2)[1], method, target(path)]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return emit.call(this, event, ...args);
};
process.stdin.setEncoding('utf8').on('data', text => {
  for (const _ of text.match(/^requests$/gm) ?? []) {
    const all = [...counts].map(([key, count]) => {
      const [service, account, method, target] = JSON.parse(key);
      return { service, account, method, target, count };
    });
    console.log(`requests ${JSON.stringify(all)}`);
  }
});

// Azurite finds one row by its partition first and then walks through it, which makes every write of a large partition slower than the
// one before. The same two conditions the other way round find the same row through the index of the row keys.
const { Collection } = require('lokijs');
const findOne = Collection.prototype.findOne;
Collection.prototype.findOne = function (query) {
  return findOne.call(this, query?.RowKey === undefined || query.PartitionKey === undefined ? query : { RowKey: query.RowKey, PartitionKey: query.PartitionKey });
};
require('azurite/dist/src/azurite.js');
