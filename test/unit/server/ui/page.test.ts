import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { renderPage } from '../../../../src/server/ui/page/page.js';
import { SAMPLE_ALERTS } from '../../../../src/server/ui/page/samples.js';
import { pageScript } from '../../../../src/server/ui/page/script/index.js';
import { RUNBOOK_ALERTS } from '../../../../src/training/dataset/splits.js';
import { CRASH, closeServices, startService } from '../fake-service.js';

const { html } = renderPage();
const tagged = (name: string): string[] =>
  [...html.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(([, text]) => text ?? '');
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

afterEach(closeServices);

describe('the page', () => {
  it('is served without a token, with a policy that lets its own script and style run and no others', async () => {
    const { origin } = await startService({
      insecure: undefined,
      authenticator: { authenticate: async () => ({ refused: 'missing' }) },
    });
    const response = await fetch(`${origin}/ui`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toBe(html);
    const policy = new Map(
      (response.headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...values] = part.split(' ');
        return [name, values];
      }),
    );
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('script-src')).toEqual(tagged('script').map(sha256));
    expect(policy.get('style-src')).toEqual(tagged('style').map(sha256));
    expect([tagged('script').length, tagged('style').length]).toEqual([1, 1]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
    expect(policy.get('require-trusted-types-for')).toEqual(["'script'"]);
    for (const values of policy.values()) expect(values.join(' ')).not.toMatch(/unsafe|https?:|\*/);
    expect((await fetch(`${origin}/ui/decisions`)).status).toBe(401);
    expect((await fetch(`${origin}/ui`, { method: 'POST' })).status).toBe(405);
  });

  it('is left out with what it shows where it is switched off, and all else is there', async () => {
    const { origin, post, service } = await startService({ ui: false });
    for (const path of ['/ui', '/ui/decisions']) expect((await fetch(origin + path)).status, path).toBe(404);
    expect((await post('/select', CRASH)).status).toBe(200);
    expect(service.chain.events.listenerCount('chain_started')).toBe(0);
  });

  it('loads nothing, and has no handlers and styles in its markup', () => {
    const markup = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '');
    expect(markup).not.toMatch(/\s(?:on\w+|style|src|srcset|action|formaction)\s*=/i);
    expect([...markup.matchAll(/href="([^"]*)"/g)].map(([, target]) => target)).toEqual(['data:,']);
    expect(tagged('style').join()).not.toMatch(/url\(|@import/);
    // Names of namespaces are addresses by form alone.
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
  });

  it('names every field that one can type into or choose from', () => {
    const ids = [...html.matchAll(/<(?:select|textarea|input)\s[^>]*id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.sort()).toEqual(['alert', 'catalog', 'sample', 'token']);
    for (const id of ids) expect(html).toContain(`<label for="${id}">`);
    const described = [...html.matchAll(/aria-(?:describedby|labelledby)="([^"]+)"/g)].flatMap(([, list]) =>
      (list ?? '').split(' '),
    );
    for (const id of described) expect(html).toContain(`id="${id}"`);
  });

  it('offers every alert of the runbook', () => {
    const names = SAMPLE_ALERTS.map(({ alert }) => alert.labels['alertname']);
    expect(names).toEqual(expect.arrayContaining([...RUNBOOK_ALERTS]));
    expect(names).toEqual(SAMPLE_ALERTS.map(({ name }) => name));
  });
});

describe('the program of the page', () => {
  it('has no way to make markup or code of text, and keeps nothing', () => {
    for (const way of [
      /\b(?:inner|outer)HTML\b/,
      /insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\bsrcdoc\b/,
      /\beval\b|new Function|\bimport\s*\(/,
      /localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\b|serviceWorker|history\./,
      /window\.open|location\b|XMLHttpRequest|WebSocket|sendBeacon/,
      /setAttribute\(['"]on/,
      /<\/script|<!--/i,
    ]) {
      expect(pageScript()).not.toMatch(way);
    }
  });

  it('agrees with the types in its comments', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-page-'));
    try {
      const file = path.join(folder, 'page.js');
      await writeFile(file, pageScript());
      const tsc = createRequire(import.meta.url)
        .resolve('typescript/package.json')
        .replace(/package\.json$/, 'bin/tsc');
      const check = async (): Promise<string> => {
        const lib = ['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--types', ''];
        const options = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--ignoreConfig', ...lib, file];
        return promisify(execFile)(process.execPath, [tsc, ...options]).then(
          () => '',
          ({ stdout }: { stdout: string }) => stdout,
        );
      };
      expect(await check()).toBe('');
      await writeFile(file, pageScript().replace("byId('answer-title').focus()", "make('p').focus()"));
      expect(await check()).toContain('TS2555');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
