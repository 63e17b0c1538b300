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

// A line "requests" is answered with how many each service has taken; services are told apart by the order in which they begin to listen.
const http = require('http');
const counts = new Map();
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, ...args) {
  if (event === 'listening') counts.set(this, 0);
  if (event === 'request') counts.set(this, counts.get(this) + 1);
  return emit.call(this, event, ...args);
};
process.stdin.setEncoding('utf8').on('data', text => {
  for (const _ of text.match(/^requests$/gm) ?? []) {
    const [blob, queue, table] = counts.values();
    console.log(`requests blob ${blob} queue ${queue} table ${table}`);
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
