/** A private key and the self-signed certificate that goes with it, both PEM. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a certificate for `localhost` and an address, which is its own authority; good for a year. */
export async function makeCertificate(address: string): Promise<Certificate> {
  // Loaded only when a region asks for TLS: most simulators never do.
  const { generate } = await import('selfsigned');
  const pem = await generate([{ name: 'commonName', value: 'waystation-simulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: address },
        ],
      },
    ],
  });
  return { key: pem.private, certificate: pem.cert };
}
