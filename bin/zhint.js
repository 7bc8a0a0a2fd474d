#!/usr/bin/env node
// TypeScript runs as it is. Loading through require is several times faster than tsx's hooks for import, which live in another thread.
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { register } from 'tsx/cjs/api';

// The interpreter's central loop is hot from its first instruction on: baseline code for it would only be in the way.
setFlagsFromString('--no-liftoff');
// Most JavaScript here runs for a moment only. The quick compiler serves it better than V8's interpreter, and than the optimizing compiler,
// which is to wait for what stays hot.
setFlagsFromString('--sparkplug');
setFlagsFromString('--interrupt-budget=1500000');
register();
const { main } = createRequire(import.meta.url)('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
