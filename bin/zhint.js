#!/usr/bin/env node
// TypeScript runs as it is. Loading through require is several times faster than tsx's hooks for import, which live in another thread.
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { register } from 'tsx/cjs/api';

// The interpreter's central loop is hot from its first instruction on: baseline code for it would only be in the way.
setFlagsFromString('--no-liftoff');
// Everything else runs for a moment only: a quick compiler serves it better than an interpreter. Later versions of Node do so by themselves.
setFlagsFromString('--sparkplug');
register();
const { main } = createRequire(import.meta.url)('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
