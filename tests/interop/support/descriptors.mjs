import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './server.mjs';

const modules = join(import.meta.dirname, '../node_modules');
const buf = join(modules, '.bin/buf');
/** Our contract, and the standard services as others publish them. */
const sources = [
  ['protos', ['--path', 'protos/controlplane'], root],
  ['.', ['--path', 'grpc'], join(modules, '@grpc/reflection/build/proto')],
  ['.', [], join(modules, 'grpc-health-check/proto')],
];

/** What the clients know of the services: a file of descriptors and its methods by their full names. */
export function loadDescriptors(folder) {
  const files = new Map();
  for (const [source, options, cwd] of sources) {
    const path = join(folder, 'source.binpb');
    execFileSync(buf, ['build', source, ...options, '-o', path], { cwd });
    for (const file of fromBinary(FileDescriptorSetSchema, readFileSync(path)).file) files.set(file.name, file);
  }
  const set = create(FileDescriptorSetSchema, { file: [...files.values()] });
  const path = join(folder, 'descriptors.binpb');
  writeFileSync(path, toBinary(FileDescriptorSetSchema, set));
  const registry = createFileRegistry(set);
  const services = [...registry].filter((type) => type.kind === 'service');
  const methods = new Map(services.flatMap((s) => s.methods.map((method) => [`${s.typeName}/${method.name}`, method])));
  return { path, registry, methods, method: (name) => methods.get(name) };
}
