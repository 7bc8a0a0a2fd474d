import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = join(ROOT, 'src/cli/main.ts');

/**
 * The program as one module, made from the TypeScript sources when they have changed and kept under node_modules/.cache.
 *
 * One module rather than many: it starts in half the time, and what a module imports is a variable there, where CommonJS, and so
 * tsx's quick way of loading, has a function call for each use of an imported constant.
 *
 * @returns {Promise<string>} the module's file
 * @throws Error when the file cannot be written
 */
export const bundle = async () => {
  const directory = join(ROOT, 'node_modules/.cache/zhint');
  const file = join(directory, `${fingerprint()}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(directory, { recursive: true });
  const { buildSync } = await import('esbuild');
  // Written under another name first: somebody else may be starting, too.
  const unfinished = join(directory, `${process.pid}.mjs`);
  buildSync({
    entryPoints: [ENTRY],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(ENTRY).href) },
    outfile: unfinished,
  });
  for (const name of readdirSync(directory)) if (/^[0-9a-f]{40}\.mjs$/.test(name)) rmSync(join(directory, name), { force: true });
  renameSync(unfinished, file);
  return file;
};

/** Tells one state of the sources from another by names, sizes and times. */
const fingerprint = () => {
  const hash = createHash('sha1');
  for (const name of [...readdirSync(join(ROOT, 'src'), { recursive: true }).sort(), '../package-lock.json']) {
    if (!/\.(ts|json)$/.test(name)) continue;
    const { size, mtimeMs } = statSync(join(ROOT, 'src', name));
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
};
