import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

type Params = Readonly<Record<string, unknown>>;
type Listener = (params: Params) => void;

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A page of a browser, by the DevTools protocol. */
export interface Tab {
  send<T = unknown>(method: string, params?: Params): Promise<T>;
  on(method: string, listener: Listener): void;
  /** The value of an expression in the page, awaited; rejects with what it throws. */
  evaluate<T = unknown>(expression: string): Promise<T>;
  /** The value of an expression once it is true or a value that counts as it. */
  until<T = unknown>(expression: string): Promise<T>;
  press(key: 'Tab' | 'Enter' | ' ' | 'ArrowDown', modifiers?: 'shift'): Promise<void>;
}

export interface Browser {
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

const LONGEST_WAIT_MS = 60_000;
const KEY_CODES = { Tab: 9, Enter: 13, ' ': 32, ArrowDown: 40 } as const;
const TEXTS: Readonly<Record<string, string>> = { Enter: '\r', ' ': ' ' };

/** Starts Chromium without a window. It is talked to by pipes, so no port is opened. */
export async function startBrowser(command: string): Promise<Browser> {
  const profile = await mkdtemp(path.join(tmpdir(), 'agent-trm-browser-'));
  const flags = [
    ...['--headless=new', '--remote-debugging-pipe', '--no-first-run', '--disable-gpu', '--disable-dev-shm-usage'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-extensions', '--mute-audio'],
    // The sandbox of the browser does not start for root, nor in most containers; the page is our own.
    '--no-sandbox',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(command, flags, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
  const pipe = new Pipe(child);
  return {
    async open(url) {
      const { targetId } = await pipe.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await pipe.send<{ sessionId: string }>('Target.attachToTarget', {
        targetId,
        flatten: true,
      });
      const tab = tabOf(pipe, sessionId);
      for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await tab.send(`${domain}.enable`);
      const loaded = new Promise<void>((resolve) => tab.on('Page.loadEventFired', () => resolve()));
      await tab.send('Page.navigate', { url });
      await loaded;
      return tab;
    },
    async close() {
      await pipe.send('Browser.close').catch(() => undefined);
      await pipe.ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

class Pipe {
  readonly ended: Promise<void>;
  readonly #out: Writable;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #listeners: { readonly session: string; readonly method: string; readonly listener: Listener }[] = [];
  #next = 0;
  #rest = '';
  #said = '';

  constructor(child: ChildProcess) {
    this.#out = child.stdio[3] as Writable;
    const answers = child.stdio[4] as Readable;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-2_000);
    });
    this.#out.on('error', () => undefined);
    answers.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`the browser has ended: ${this.#said}`));
        this.#waiting.clear();
        resolve();
      };
      child.once('error', end).once('close', end);
    });
  }

  send<T>(method: string, params: Params = {}, sessionId?: string): Promise<T> {
    this.#next += 1;
    const id = this.#next;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  on(session: string, method: string, listener: Listener): void {
    this.#listeners.push({ session, method, listener });
  }

  #read(text: string): void {
    const parts = (this.#rest + text).split('\0');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const { id, error, result, method, params = {}, sessionId } = JSON.parse(part) as Message;
      const waiting = id === undefined ? undefined : this.#waiting.get(id);
      if (id !== undefined) this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result as never);
      for (const each of this.#listeners) {
        if (each.session === sessionId && each.method === method) each.listener(params);
      }
    }
  }
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string }; readonly text: string };
}

function tabOf(pipe: Pipe, sessionId: string): Tab {
  const send: Tab['send'] = (method, params) => pipe.send(method, params, sessionId);
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send<Evaluated>('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (!exceptionDetails) return result.value as T;
    throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  };
  return {
    send,
    evaluate,
    on: (method, listener) => pipe.on(sessionId, method, listener),
    async until<T>(expression: string): Promise<T> {
      const end = performance.now() + LONGEST_WAIT_MS;
      for (;;) {
        const value = await evaluate<T>(expression);
        if (value) return value;
        if (performance.now() > end) throw new Error(`never came true: ${expression}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async press(key, modifiers) {
      const code = KEY_CODES[key];
      const event = {
        key,
        code: key === ' ' ? 'Space' : key,
        windowsVirtualKeyCode: code,
        modifiers: modifiers === 'shift' ? 8 : 0,
      };
      const text = TEXTS[key];
      await send('Input.dispatchKeyEvent', {
        ...event,
        type: text === undefined ? 'rawKeyDown' : 'keyDown',
        ...(text !== undefined && { text }),
      });
      await send('Input.dispatchKeyEvent', { ...event, type: 'keyUp' });
    },
  };
}
