import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { elfOf } from './elf.ts';
import { STORAGE_SIZE } from './layout.ts';
import type { Area, Image, Outcome, Peer } from './peer.ts';

const PROGRAM = 'qemu-system-s390x';

/** Without facilities that zhint leaves out, so that they give operation exceptions on both sides. */
const ARGUMENTS = [
  '-M',
  's390-ccw-virtio',
  '-m',
  `${STORAGE_SIZE >> 20}`,
  '-nodefaults',
  '-nographic',
  '-cpu',
  'max',
  '-accel',
  'tcg',
  '-action',
  'panic=pause,shutdown=pause',
  '-qmp',
  'stdio',
  '-S',
];

interface Message {
  readonly event?: string;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** The machine protocol on the standard streams of a QEMU process: answers in order of commands, events when they happen. */
class Monitor {
  readonly #process: ChildProcess;
  readonly #answers: ((message: Message) => void)[] = [];
  readonly #events: ((name: string) => void)[] = [];

  constructor(process: ChildProcess) {
    this.#process = process;
    createInterface({ input: process.stdout! }).on('line', (line) => this.#take(JSON.parse(line) as Message));
  }

  #take(message: Message): void {
    if (message.event !== undefined) for (const listener of this.#events) listener(message.event);
    else if (message.return !== undefined || message.error !== undefined) this.#answers.shift()?.(message);
  }

  async command(execute: string, parameters: object = {}): Promise<unknown> {
    const answer = new Promise<Message>((resolve) => this.#answers.push(resolve));
    this.#process.stdin!.write(`${JSON.stringify({ execute, arguments: parameters })}\n`);
    const { error, return: value } = await answer;
    if (error) throw new Error(`QEMU: ${execute}: ${error.desc}`);
    return value;
  }

  /** True when the event came, false when the time was over first. */
  event(name: string, milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#events.push((event) => {
        if (event !== name) return;
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}

const TIME_LIMIT = 10_000;

const drive = async (monitor: Monitor, area: Area, file: string): Promise<Outcome> => {
  await monitor.command('qmp_capabilities');
  const stopped = monitor.event('STOP', TIME_LIMIT);
  await monitor.command('cont');
  const ended = (await stopped) ? 'disabled wait' : 'time limit';
  await monitor.command('stop');
  const state =
    ended === 'time limit' ? { state: String(await monitor.command('human-monitor-command', { 'command-line': 'info registers' })) } : {};
  await monitor.command('pmemsave', { val: area.address, size: area.length, filename: file });
  return { ended, bytes: readFileSync(file), ...state };
};

const run = async (image: Image, area: Area): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'zhint-qemu-'));
  const kernel = join(folder, 'image.elf');
  writeFileSync(kernel, elfOf(image));
  const process = spawn(PROGRAM, [...ARGUMENTS, '-kernel', kernel], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<never>((_, reject) => {
    let text = '';
    process.stderr.on('data', (part) => {
      text += part;
    });
    process.on('exit', (code) => reject(new Error(`${PROGRAM} ended with status ${code}: ${text}`)));
    process.on('error', reject);
  });
  try {
    return await Promise.race([drive(new Monitor(process), area, join(folder, 'area.bin')), exited]);
  } finally {
    // Once it has answered, its end is no error.
    exited.catch(() => undefined);
    process.kill();
    rmSync(folder, { recursive: true });
  }
};

export const qemu: Peer = { name: 'QEMU', run };

/** The version line, or undefined where QEMU is not installed. */
export const qemuVersion = (): string | undefined => {
  const { status, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
};
