/** Bytes of a unix socket's path: it must fit into `sun_path`, 108 bytes on Linux, 104 elsewhere, its end included. */
export const maxSocketPath = process.platform === 'linux' ? 107 : 103;
