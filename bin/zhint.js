#!/usr/bin/env node
// TypeScript runs as it is. Loading through require is several times faster than tsx's hooks for import, which live in another thread.
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

register();
const { main } = createRequire(import.meta.url)('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
