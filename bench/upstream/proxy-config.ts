import { nginxConfig } from './nginx-config.ts';

/** An nginx that passes everything on to a port of loopback over connections that it keeps. */
export function nginxProxyConfig(folder: string, port: number, upstreamPort: number): string {
  return nginxConfig(
    folder,
    `  upstream provider { server 127.0.0.1:${String(upstreamPort)}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${String(port)};
    location / {
      proxy_pass http://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }`,
  );
}

/** The same as a HAProxy of one thread. */
export function haproxyConfig(port: number, upstreamPort: number): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
listen proxy
  bind 127.0.0.1:${String(port)}
  server provider 127.0.0.1:${String(upstreamPort)} pool-max-conn 256
`;
}
