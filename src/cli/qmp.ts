import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { InputError } from '../guest/input-error.ts';

/**
 * A small server of the QEMU Machine Protocol on a Unix socket: what the harness of kvm-unit-tests asks of it. Requests are JSON objects one
 * behind the other, with or without white space between them; each has its answer.
 */

const request = z.object({ execute: z.string(), arguments: z.record(z.string(), z.unknown()).optional(), id: z.unknown().optional() });

/** What a command answers; it throws a {@link CommandError} for what goes wrong. */
export type QmpCommand = (args: Readonly<Record<string, unknown>>) => unknown;

/** An answer that says what is wrong. */
export class CommandError extends Error {}

const GREETING = { QMP: { version: { qemu: { major: 7, minor: 2, micro: 0 }, package: 'zhint' }, capabilities: [] } };

/** More than this without an end is no request. */
const LONGEST_REQUEST = 65_536;

/** Takes a stream of text apart into JSON objects. */
export class ObjectSplitter {
  #text = '';
  #depth = 0;
  #at = 0;
  #inString = false;
  #escaped = false;

  /** The objects that are complete with this piece. @throws CommandError for what cannot become one */
  push(piece: string): string[] {
    this.#text += piece;
    const complete: string[] = [];
    for (; this.#at < this.#text.length; this.#at++) {
      if (!this.#isEnd(this.#text[this.#at]!)) continue;
      complete.push(this.#text.slice(0, this.#at + 1));
      this.#text = this.#text.slice(this.#at + 1);
      this.#at = -1;
    }
    if (this.#depth === 0) this.#text = '';
    this.#at = this.#text.length;
    if (this.#text.length > LONGEST_REQUEST) throw new CommandError('this request has no end');
    return complete;
  }

  #isEnd(character: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (character === '\\') this.#escaped = true;
      else if (character === '"') this.#inString = false;
      return false;
    }
    if (character === '"') this.#inString = true;
    else if (character === '{' || character === '[') this.#depth++;
    else if ((character === '}' || character === ']') && this.#depth > 0) return --this.#depth === 0;
    return false;
  }
}

/** Serves a monitor until it is closed. */
export class QmpServer {
  readonly #commands: Readonly<Record<string, QmpCommand>>;
  readonly #path: string;
  readonly #server: Server;

  /** @param commands beside `qmp_capabilities`, by name */
  constructor(path: string, commands: Readonly<Record<string, QmpCommand>>) {
    this.#path = path;
    this.#commands = { qmp_capabilities: () => ({}), ...commands };
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  /** @throws InputError when there can be no socket there */
  async listen(): Promise<void> {
    await listenOn(this.#server, this.#path);
  }

  close(): void {
    this.#server.close();
    rmSync(this.#path, { force: true });
  }

  #serve(socket: Socket): void {
    const splitter = new ObjectSplitter();
    const send = (value: unknown): void => void socket.write(`${JSON.stringify(value)}\r\n`);
    send(GREETING);
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      try {
        for (const text of splitter.push(piece)) send(this.#answer(text));
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        send(failure('GenericError', error.message));
        socket.end();
      }
    });
    socket.on('end', () => socket.end());
    // Whoever asked may be gone before the answer.
    socket.on('error', () => socket.destroy());
  }

  #answer(text: string): unknown {
    const parsed = request.safeParse(parseJson(text));
    if (!parsed.success) return failure('GenericError', 'expected an object with "execute" and "arguments"');
    const { execute, arguments: args = {}, id } = parsed.data;
    const identified = id === undefined ? {} : { id };
    const command = Object.hasOwn(this.#commands, execute) ? this.#commands[execute] : undefined;
    if (!command) return { ...failure('CommandNotFound', `The command ${execute} has not been found`), ...identified };
    try {
      return { return: command(args), ...identified };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { ...failure('GenericError', error.message), ...identified };
    }
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const failure = (kind: string, desc: string): object => ({ error: { class: kind, desc } });

/** Listens on a Unix socket. @throws InputError when there can be none */
export const listenOn = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new InputError({ file: path }, `cannot be a socket (${error.code}), expected a path where there is nothing yet`));
    });
    server.listen(path, resolve);
  });
