#!/usr/bin/env node
// TypeScript runs as it is: tsx strips the types while loading.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
