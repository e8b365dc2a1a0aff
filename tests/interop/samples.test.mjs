import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './support/server.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');

test('the docs show the receivers that are tested', () => {
  const shown = [...read('docs/dialect-receivers.md').matchAll(/^<!-- (\S+) -->\n```\w+\n(.*?)^```$/gms)];
  assert.equal(shown.length, 18);
  for (const [, path, code] of shown) assert.equal(code, read(path), `${path} and docs/dialect-receivers.md differ`);
});

test('the docs name calls that exist', () => {
  const calls = new Set(['webhook', 'event', 'delivery', 'admin'].flatMap(
    (name) => [...read(`protos/controlplane/v1/${name}_service.proto`).matchAll(/rpc (\w+)/g)].map(([, call]) => call)));
  const named = [...read('docs/dialects.md').matchAll(/`((?:Create|Get|List|Update|Upsert|Delete|Rotate|Test|Retry|Redrive|Watch)[A-Z]\w+)`/g)];
  assert.ok(named.length > 10);
  for (const [, call] of named) assert.ok(calls.has(call), call);
});
