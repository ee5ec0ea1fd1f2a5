import { generate } from 'selfsigned';

/** A private key and the self-signed certificate that goes with it, both PEM. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a certificate of loopback, which is its own authority. */
export async function makeCertificate(): Promise<Certificate> {
  const pem = await generate([{ name: 'commonName', value: 'waystation-bench' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { key: pem.private, certificate: pem.cert };
}
