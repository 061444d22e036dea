/** A RabbitMQ of the tests' own: nobody else uses it, and nothing of it is left behind. */
export interface RabbitNode extends AsyncDisposable {
  /** `amqp://guest:guest@127.0.0.1:port`, the same after a restart. Add `/vhost`, or nothing for the default one. */
  readonly url: string;
  /** The management API with its credentials, where it was asked for. */
  readonly managementUrl: string | undefined;
  /** `127.0.0.1:port` for TLS, where it was asked for. */
  readonly tlsHost: string | undefined;
  /** Starts it and waits until it takes connections. */
  start(): Promise<void>;
  /** Stops it in order; its data stays for the next start. */
  stop(): Promise<void>;
  /** `kill -9`; its data stays as it is. */
  kill(): Promise<void>;
  /** Runs rabbitmqctl and gives what it printed. */
  ctl(...args: readonly string[]): Promise<string>;
}

/** What a node is to have beyond the defaults. */
export interface RabbitNodeOptions {
  /** With the management API (a second more to start). Default: without. */
  readonly management?: boolean;
  /** Listens for TLS besides. */
  readonly tls?: NodeTls;
  /** Further plugins. */
  readonly plugins?: readonly string[];
  /** Further lines of rabbitmq.conf. */
  readonly config?: readonly string[];
}

/** PEM files with which a node proves itself, and by which it knows others. */
export interface NodeTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Whoever connects has to show a certificate that `ca` has signed. */
  readonly asksForCertificate: boolean;
}

/** The lines of rabbitmq.conf for a listener with TLS. */
export function tlsLines(tls: NodeTls, listener: string): string[] {
  return [
    `listeners.ssl.1 = ${listener}`,
    `ssl_options.cacertfile = ${tls.ca}`,
    `ssl_options.certfile = ${tls.cert}`,
    `ssl_options.keyfile = ${tls.key}`,
    `ssl_options.verify = ${tls.asksForCertificate ? 'verify_peer' : 'verify_none'}`,
    `ssl_options.fail_if_no_peer_cert = ${tls.asksForCertificate}`,
  ];
}

/** Fulfils when the management API answers. */
export async function managementAnswers(url: string): Promise<void> {
  const { origin, username, password } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const answer = await fetch(`${origin}/api/overview`, { headers: { authorization } });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`management answers ${answer.status}`);
}
