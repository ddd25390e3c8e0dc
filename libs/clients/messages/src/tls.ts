import { readFileSync } from 'node:fs';
import type { MessageTls } from './settings';

export function tlsOf({ ca_file: ca, cert_file: cert, key_file: key }: MessageTls) {
  return {
    ...(ca === undefined ? {} : { ca: [readFileSync(ca)] }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  };
}
