/** `npm run bench`: the bundled model in this process; `npm run bench -- service`: the service, over HTTP. */
export {};

if (process.argv[2] === 'service') {
  const { benchService } = await import('./service.js');
  await benchService(process.argv.slice(3));
} else {
  await import('./latency.js');
}
