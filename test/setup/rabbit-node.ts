/** A RabbitMQ of the tests' own: nobody else uses it, and nothing of it is left behind. */
export interface RabbitNode extends AsyncDisposable {
  /** `amqp://guest:guest@127.0.0.1:port`, the same after a restart. Add `/vhost`, or nothing for the default one. */
  readonly url: string;
  /** The management API with its credentials, where it was asked for. */
  readonly managementUrl: string | undefined;
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
  /** Further lines of rabbitmq.conf. */
  readonly config?: readonly string[];
}

/** Fulfils when the management API answers. */
export async function managementAnswers(url: string): Promise<void> {
  const { origin, username, password } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const answer = await fetch(`${origin}/api/overview`, { headers: { authorization } });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`management answers ${answer.status}`);
}
