import { pickFreePort } from '@waystation/etcd/testing';

/** `count` different loopback ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await pickFreePort());
  return [...ports];
}
