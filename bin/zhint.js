#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { bundle } from './bundle.js';

// The interpreter's central loop is hot from its first instruction on: baseline code for it would only be in the way.
setFlagsFromString('--no-liftoff');
// Most JavaScript here runs for a moment only. The quick compiler serves it better than V8's interpreter, and than the optimizing compiler,
// which is to wait for what stays hot.
setFlagsFromString('--sparkplug');
setFlagsFromString('--interrupt-budget=1500000');

// Whoever reads what is printed may have seen enough of it: `zhint list | head`.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** Where the one module cannot be written, tsx loads the sources one by one. */
const load = async () => {
  const file = await bundle().catch(() => undefined);
  return file === undefined ? (await import('tsx/esm/api')).tsImport('../src/cli/main.ts', import.meta.url) : import(file);
};

const { main } = await load();
process.exitCode = await main(process.argv.slice(2));
