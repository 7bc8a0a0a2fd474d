import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadElf } from '../src/guest/elf.ts';
import type { Engine, Measurement } from './engines.ts';

/** A machine like the one that zhint offers. Version 3 has its own name for the architecture and wants a device, here a console. */
const COMMON = ['CPUSERIAL 000001', 'CPUMODEL 2097', 'MAINSIZE 64', 'NUMCPU 1'];
const CONFIGURATION = {
  version3: [...COMMON, 'ARCHMODE z/Arch', '0009 3215-C / noprompt'],
  later: [...COMMON, 'ARCHLVL z/Arch'],
} as const;

/** Where a restart finds its new PSW. */
const RESTART_NEW_PSW = '1a0';
/** 64-bit addressing, supervisor state, DAT off. */
const ENTRY_MASK = '0000000180000000';

/** Hercules 3.13 now and then does not start the guest at all; it is given another chance. */
const TIMEOUT_MS = 120_000;
const ATTEMPTS = 3;

/** Hercules, from version 3 to Hyperion: it keeps running after the guest has ended, so its messages say when to look at the clock. */
export class Hercules implements Engine {
  readonly name: string;
  readonly version: string;
  readonly #command: string;

  constructor(name: string, command: string, version: string) {
    this.name = name;
    this.version = version;
    this.#command = command;
  }

  async run(elf: string): Promise<Measurement> {
    const directory = mkdtempSync(join(tmpdir(), 'zhint-bench-'));
    try {
      const { address, entry, bytes } = flatImage(elf);
      const image = join(directory, 'image');
      const configuration = join(directory, 'configuration');
      const commands = join(directory, 'commands');
      const settings = /version 3\./i.test(this.version) ? CONFIGURATION.version3 : CONFIGURATION.later;
      writeFileSync(image, bytes);
      writeFileSync(configuration, `${settings.join('\n')}\n`);
      const psw = `${ENTRY_MASK}${entry.toString(16).padStart(16, '0')}`;
      writeFileSync(commands, `loadcore ${image} ${address.toString(16)}\nr ${RESTART_NEW_PSW}=${psw}\nrestart\n`);
      for (let attempt = 1; ; attempt++) {
        const measurement = await this.#measure(configuration, commands);
        if (measurement) return measurement;
        if (attempt === ATTEMPTS) throw new Error(`${this.name} did not end within ${TIMEOUT_MS / 1000} s, ${ATTEMPTS} times`);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /** One run; undefined when it took too long. */
  async #measure(configuration: string, commands: string): Promise<Measurement | undefined> {
    const start = performance.now();
    const child = spawn(this.#command, ['-d', '-f', configuration], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, HERCULES_RC: commands },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    try {
      const log: string[] = [];
      for await (const line of createInterface({ input: child.stdout! })) {
        log.push(line);
        const address = waitAddress(log);
        if (address === undefined) continue;
        const measurement = { cpu: busiestThread(child.pid!), wall: (performance.now() - start) / 1000 };
        if (address !== 0xfffn) throw new Error(`${this.name} ends at 0x${address.toString(16)}, expected 0xfff`);
        return measurement;
      }
      if (child.signalCode === 'SIGKILL') return undefined;
      throw new Error(`${this.name} ends without a disabled wait:\n${log.slice(-10).join('\n')}`);
    } finally {
      clearTimeout(timer);
      await killed(child);
    }
  }
}

const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
};

/** The PSW's address once the last lines tell of a disabled wait; version 3 prints the PSW on the line below. */
const waitAddress = (log: readonly string[]): bigint | undefined => {
  const text = log.slice(-2).join(' ');
  const [, psw] = /disabled wait state\s+(?:PSW=)?([\dA-F]{8} ?[\dA-F]{8} [\dA-F]{16})\b/i.exec(text) ?? [];
  return psw === undefined ? undefined : BigInt(`0x${psw.slice(-16)}`);
};

/** Processor seconds of the busiest thread, which is the emulated CPU; the kernel counts them in nanoseconds. */
const busiestThread = (pid: number): number => {
  const tasks = `/proc/${pid}/task`;
  return Math.max(...readdirSync(tasks).map((thread) => threadSeconds(join(tasks, thread, 'schedstat'))));
};

/** Zero for a thread that has ended since it was listed; the emulated CPU's lives on until Hercules is killed. */
const threadSeconds = (schedstat: string): number => {
  try {
    return Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e9;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code!)) return 0;
    throw error;
  }
};

/** An ELF file's segments as one run of bytes, for an emulator that reads no ELF; storage is zero behind it. */
const flatImage = (file: string): { address: number; entry: bigint; bytes: Uint8Array } => {
  const { entry, segments } = loadElf(readFileSync(file), file);
  const address = Math.min(...segments.map((segment) => segment.address));
  const bytes = new Uint8Array(Math.max(...segments.map((segment) => segment.address + segment.bytes.length)) - address);
  for (const segment of segments) bytes.set(segment.bytes, segment.address - address);
  return { address, entry, bytes: bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1) };
};
