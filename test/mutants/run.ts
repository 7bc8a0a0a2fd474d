import { allMutants, describeMutant, fatesOf } from './harness.ts';

const begin = Date.now();
const mutants = allMutants();
console.log(`${mutants.length} mutants, ${mutants.filter((m) => m.atLoad).length} at load`);
const survivors: string[] = [];
const slow: string[] = [];
let n = 0;
let last = Date.now();
for await (const { mutant, killedBy } of fatesOf(mutants)) {
  n++;
  const took = Date.now() - last;
  last = Date.now();
  if (took > 3000) slow.push(`${took} ${describeMutant(mutant)} ${killedBy}`);
  if (killedBy === undefined) survivors.push(describeMutant(mutant));
  if (n % 50 === 0) console.log(n, survivors.length, Math.round((Date.now() - begin) / 1000));
}
console.log(survivors.join('\n'));
console.log(`${n - survivors.length} of ${n} killed, ${Math.round((Date.now() - begin) / 1000)} s`);
console.log('SLOW');
console.log(slow.join('\n'));
