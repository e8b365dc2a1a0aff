import { join } from 'node:path';
import { ClientProcess } from './process.mjs';

/** Python's grpcio. Debian's interpreter is named in full: its packages are what is installed. */
export const startPython = ({ address, descriptors }) => (
  new ClientProcess('/usr/bin/python3', ['-B', join(import.meta.dirname, 'python.py'), address, descriptors.path]));
