import { join } from 'node:path';
import { ClientProcess } from './process.mjs';

const netty = ['buffer', 'codec', 'codec-http', 'codec-http2', 'common', 'handler', 'resolver', 'transport'].map((part) => `netty-${part}`);
const jars = [
  'grpc-api', 'grpc-context', 'grpc-core', 'grpc-netty', 'grpc-protobuf', 'grpc-protobuf-lite', 'grpc-stub', 'gson', 'guava', ...netty,
  'perfmark-api', 'protobuf', 'protobuf-util',
].map((name) => `/usr/share/java/${name}.jar`).join(':');

/** grpc-java over netty, from Debian's packages; the source is compiled as it starts. */
export const startJava = ({ address, descriptors }) => (
  new ClientProcess('java', ['-cp', jars, join(import.meta.dirname, 'Client.java'), address, descriptors.path]));
